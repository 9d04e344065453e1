"""The network as every format can hold it: padded token ids in, probabilities out."""

import math
from collections.abc import Sequence

from gapwise.encoding.cut import POOLINGS
from gapwise.encoding.keras_internals import all_layers, transformer
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras, keras_hub, tf
from gapwise.network.classifier import Weights, set_weights
from gapwise.network.description import Description, rebuild


def whole_network(description: Description, weights: Sequence[Weights], temperature: float) -> keras.Model:
    """Builds the network from token ids to probabilities; of several networks, to the mean of theirs.

    Args:
        description: Of trained networks.
        weights: Of each.
        temperature: That the logits are divided by.

    Returns:
        A model of `token_ids` and `padding_mask`, int32 of shape (texts, longest), the mask 1 where a token is real,
        to float32 probabilities of shape (texts, classes).
    """
    models = [_one(description, values, temperature, f"network_{number}") for number, values in enumerate(weights)]
    if len(models) == 1:
        return models[0]
    inputs = _inputs()
    return keras.Model(inputs, keras.layers.Average(name="mean")([one(inputs) for one in models]))


def _inputs() -> list[tf.Tensor]:
    return [keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask")]


def _one(description: Description, weights: Weights, temperature: float, name: str) -> keras.Model:
    part, network = rebuild(description.model_copy(update={"precision": "float32"}))
    set_weights(network, weights)
    ids, mask = inputs = _inputs()
    pooled = POOLINGS[part.pooling](part.hidden_states(ids, mask), mask)
    logits = network.get_layer("head")(pooled)
    model = keras.Model(inputs, keras.layers.Softmax(name="probabilities")(logits / temperature), name=name)
    for layer in all_layers(model):
        if isinstance(layer, keras_hub.layers.TransformerEncoder):
            intermediate = transformer(layer).intermediate
            if intermediate.activation is keras.activations.gelu:
                intermediate.activation = exact_gelu
    return model


def exact_gelu(x: tf.Tensor) -> tf.Tensor:
    """Computes the exact GELU by erf; Keras's own uses erfc, for which ONNX has no operation."""
    return 0.5 * x * (1.0 + tf.math.erf(x / math.sqrt(2.0)))


class OfTexts(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """The network with its tokenizer, from texts to probabilities; for a SavedModel.

    Args:
        network: From `whole_network`.
        tokenizer: Of the encoder.
        classes: Names, in the order of the probabilities.
        params: How texts were tokenized in training.
    """

    def __init__(
        self,
        network: keras.Model,
        tokenizer: keras_hub.tokenizers.Tokenizer,
        classes: Sequence[str],
        params: TokenizeParams,
    ) -> None:
        super().__init__()
        self.network, self.tokenizer = network, tokenizer
        self.prefix, self.max_length = params.prefix or "", params.max_length
        self.classes = tf.constant(list(classes))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])  # type: ignore[untyped-decorator]
    def __call__(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Labels texts: shape (texts,) to `label`, (texts,), and `probabilities`, (texts, classes)."""
        ids = tf.cast(self.tokenizer(tf.strings.join([self.prefix, texts])), tf.int32)[:, : self.max_length - 2]
        rows = tf.shape(texts)[0]
        start, end = (
            tf.fill([rows, 1], tf.cast(token, tf.int32))
            for token in (self.tokenizer.start_token_id, self.tokenizer.end_token_id)
        )
        ids = tf.concat([start, ids, end], axis=1)
        mask = tf.ones_like(ids).to_tensor(0)
        probabilities = self.network([ids.to_tensor(self.tokenizer.pad_token_id), mask], training=False)
        return {"label": tf.gather(self.classes, tf.argmax(probabilities, axis=1)), "probabilities": probabilities}
