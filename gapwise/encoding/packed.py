"""Transformer layers over real tokens only.

Texts of one batch differ in length, so a padded batch is largely padding: 45 % of it with the default data and
batches of 16. Here the tokens of a batch stand one after the other, and everything that treats each token by itself
(projections, feed-forward blocks, normalization, dropout) never meets padding. Only attention, a small part of the
work, sees the padded shape. The result is that of padded layers, to float rounding.
"""

from collections.abc import Sequence
from typing import Literal

from gapwise.encoding.keras_internals import attention, transformer
from gapwise.encoding.runtime import keras, keras_hub, tf

Precision = Literal["float32", "bfloat16"]


def pack(padded: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Takes the real tokens: (texts, longest, ...) and the mask (texts, longest) to (tokens, ...)."""
    return tf.gather_nd(padded, tf.where(mask > 0))


def unpack(packed: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Puts tokens back, with zeros as padding: (tokens, ...) and the mask (texts, longest) to (texts, longest, ...)."""
    places = tf.where(mask > 0)
    shape = tf.concat([tf.shape(mask, tf.int64), tf.shape(packed, tf.int64)[1:]], axis=0)
    return tf.ensure_shape(tf.scatter_nd(places, packed, shape), (None, None, *packed.shape[1:]))


class PackedEncoder(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """keras-hub's transformer layers, called on packed tokens. It has their weights and none of its own.

    Args:
        layers: At least one, built, from the lowest.
        embed: Turns `[token ids, mask]`, both (texts, longest), into hidden states (texts, longest, width), where
            token ids come in; None where hidden states do.

    Attributes:
        precision: Of the matrix products of tokens with kernels, those of the gradient too. In bfloat16, weights stay
            float32, and so does all between the products (Micikevicius et al. 2018, Mixed Precision Training; with
            this width, losses need no scaling). Is set before the layer is called.
    """

    precision: Precision = "float32"

    def __init__(self, layers: Sequence[keras_hub.layers.TransformerEncoder], embed: keras.Model | None = None) -> None:
        super().__init__(name="trained")
        self.embed, self.layers = embed, list(layers)

    def build(self, input_shape: object) -> None:
        """Has nothing to build: the layers are."""

    def call(self, inputs: Sequence[tf.Tensor], training: bool = False) -> tf.Tensor:
        """Maps `[mask, packed token ids or hidden states]` to packed hidden states (tokens, width)."""
        mask, tokens = inputs
        if self.embed is not None:
            tokens = pack(self.embed([unpack(tokens, mask), mask], training=training), mask)
        for layer in self.layers:
            tokens = _transform(layer, tokens, mask, self.precision, training)
        return tokens

    def compute_output_shape(self, input_shape: object) -> tuple[None, int]:
        """One vector per token."""
        return None, transformer(self.layers[-1]).output.units


def _transform(
    layer: keras_hub.layers.TransformerEncoder, tokens: tf.Tensor, mask: tf.Tensor, precision: Precision, training: bool
) -> tf.Tensor:
    """Computes what `TransformerEncoder.call` does, on packed tokens."""
    parts, first = transformer(layer), layer.normalize_first
    attended = _attend(parts.attention, parts.attention_norm(tokens) if first else tokens, mask, precision, training)
    tokens = tokens + parts.attention_dropout(attended, training=training)
    tokens = tokens if first else parts.attention_norm(tokens)
    hidden = _dense(parts.feedforward_norm(tokens) if first else tokens, parts.intermediate, precision)
    computed = _dense(parts.intermediate.activation(hidden), parts.output, precision)
    tokens = tokens + parts.feedforward_dropout(computed, training=training)
    return tokens if first else parts.feedforward_norm(tokens)


def _attend(
    layer: keras.layers.MultiHeadAttention, tokens: tf.Tensor, mask: tf.Tensor, precision: Precision, training: bool
) -> tf.Tensor:
    """Computes what `MultiHeadAttention.call` does, with one product for query, key and value, and none on padding."""
    parts = attention(layer)
    heads, size = parts.heads, parts.size
    kernel = tf.concat([tf.reshape(dense.kernel, (-1, heads * size)) for dense in parts.projections], axis=1)
    bias = tf.concat([tf.reshape(dense.bias, [-1]) for dense in parts.projections], axis=0)
    padded = unpack(tf.nn.bias_add(_product(tokens, kernel, precision), bias), mask)
    shape = tf.shape(mask)
    split = tf.reshape(padded, (shape[0], shape[1], len(parts.projections), heads, size))
    query, key, value = tf.unstack(tf.transpose(split, (2, 0, 3, 1, 4)))  # each (texts, heads, longest, size)
    scores = tf.matmul(query * size**-0.5, key, transpose_b=True)
    hidden = tf.cast(mask[:, None, None, :] == 0, scores.dtype) * scores.dtype.min  # padding is attended to by none
    shares = parts.dropout(tf.nn.softmax(scores + hidden), training=training)
    attended = tf.reshape(tf.transpose(tf.matmul(shares, value), (0, 2, 1, 3)), (shape[0], shape[1], heads * size))
    kernel = tf.reshape(parts.output.kernel, (heads * size, -1))
    return tf.nn.bias_add(_product(pack(attended, mask), kernel, precision), parts.output.bias)


def _dense(tokens: tf.Tensor, layer: keras.layers.EinsumDense, precision: Precision) -> tf.Tensor:
    return tf.nn.bias_add(_product(tokens, layer.kernel, precision), layer.bias)


def _product(tokens: tf.Tensor, kernel: tf.Tensor, precision: Precision) -> tf.Tensor:
    return tf.cast(tf.matmul(tf.cast(tokens, precision), tf.cast(kernel, precision)), tokens.dtype)
