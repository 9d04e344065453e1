"""The encoder cut at the freeze depth: what is below is computed once, what is above is trained.

A frozen layer gives the same output in every epoch and every repeat, as long as it also drops nothing: it is run in
inference mode, so its own dropout is off. What is trained can then start from the stored output. Nothing frozen is
part of the trained network, so nothing frozen can change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.encoding import presets
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.on_disk import OnDisk
from gapwise.encoding.packed import PackedEncoder
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import Pooling
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, keras_hub, tf

BATCH_TOKENS = 4096  # of the frozen pass: enough to keep two cores busy, small enough for any memory
IN_MEMORY = 2**29  # bytes of frozen output; more goes to disk, 10,000 texts of 64 tokens for example


@dataclass(frozen=True)
class Cut:
    """An encoder in two parts.

    Attributes:
        width: Of the hidden states.
        pooling: How a text's hidden states become one vector: their mean, or the first of them.
        frozen: Token inputs to hidden states at the cut; None if nothing is frozen.
        trained: `[mask, packed]` to the encoder's last hidden states, where what is packed is what `frozen` gives, or
            token ids if nothing is frozen; None if everything is frozen.
    """

    width: int
    pooling: Pooling
    frozen: keras.Model | None
    trained: PackedEncoder | None

    @cached_property
    def compute(self) -> Callable[[NDArray[Any], NDArray[np.int32]], tf.Tensor]:
        """Maps token ids and mask, both (texts, longest), to what `frozen_output` gives of them; traced once."""
        assert self.frozen is not None
        return _compiled(self.frozen, self.pooling if self.trained is None else None)

    def hidden_states(self, ids: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
        """Maps padded token ids and mask, both (texts, longest), to last hidden states, by keras-hub's own layers.

        It is slower than the packed way, and made of what every format of networks knows.
        """
        if self.frozen is not None:
            hidden = self.frozen(_named(dict(self.frozen.input), ids, mask), training=False)
        else:
            assert self.trained is not None
            assert self.trained.embed is not None
            hidden = self.trained.embed([ids, mask])
        for layer in self.trained.layers if self.trained else []:
            hidden = layer(hidden, padding_mask=mask)
        return hidden

    @property
    def trained_layers(self) -> int:
        """How many layers are above the cut."""
        return len(self.trained.layers) if self.trained else 0


def cut(encoder: keras_hub.models.Backbone, freeze: int, pooling: Pooling = "mean") -> Cut:
    """Cuts an encoder above its lowest `freeze` layers.

    Args:
        encoder: From `backbone.load_encoder`.
        freeze: From 0 (nothing; embeddings are trained too) to the number of layers; -1 for all.
        pooling: How a text's hidden states become one vector.

    Raises:
        UserError: If the encoder has fewer layers.
    """
    layers = len(encoder.transformer_layers)
    if freeze > layers:
        raise UserError(f"finetune.freeze: at most {layers} with this encoder, or -1 for all; got {freeze}")
    depth = layers if freeze == -1 else freeze
    trained = encoder.transformer_layers[depth:]
    width = encoder.transformer_layers[-1].output.shape[-1]
    if depth == 0:
        return Cut(width, pooling, None, PackedEncoder(trained, embed=_embeddings(encoder)))
    frozen = keras.Model(dict(encoder.input), encoder.transformer_layers[depth - 1].output, name="frozen")
    return Cut(width, pooling, frozen, PackedEncoder(trained) if trained else None)


def frozen_output(
    part: Cut,
    tokens: Ragged,
    *,
    needed: NDArray[np.bool_] | None = None,
    alone: NDArray[np.bool_] | None = None,
    shared: bool = False,
) -> Ragged:
    """Computes once what the trained part starts from.

    The last bits of a text's output depend on the texts that are computed beside it, and on its place among them. What
    is needed and what is alone say nothing of who is beside whom, so a text has the same bits whatever is needed.

    Args:
        part: From `cut`.
        tokens: Token ids of n texts.
        needed: Shape (n,): which texts the output is used of; what is given of the others may be anything. All
            without it.
        alone: Shape (n,): which texts are computed beside no other; none without it. It is slower.
        shared: Whether other processes will read it.

    Returns:
        Per text: hidden states at the cut, float32 of shape (tokens, width); what pooling makes of them, shape
        (1, width), if everything is frozen; the token ids if nothing is. What is shared, or is more than `IN_MEMORY`,
        lies on disk, which changes nothing but where it lies.
    """
    if part.frozen is None:
        return tokens
    pooling = part.pooling if part.trained is None else None
    splits = np.arange(len(tokens) + 1) if pooling else tokens.splits
    shape = (int(splits[-1]), part.width)
    size = int(np.prod(shape)) * np.dtype(np.float32).itemsize
    values = OnDisk(shape) if shared or size > IN_MEMORY else np.empty(shape, np.float32)
    for rows in tokens.batches(BATCH_TOKENS, alone):
        if needed is not None and not needed[rows].any():
            continue
        for row, state in zip(rows, part.compute(*tokens.padded(rows)).numpy(), strict=True):
            values[splits[row] : splits[row + 1]] = state[: splits[row + 1] - splits[row]]
    return Ragged(values, splits)


def frozen_vectors(tokens: pd.DataFrame, params: TokenizeParams) -> pd.DataFrame:
    """Computes what the whole encoder, all frozen, makes of each text, pooled as it was pre-trained.

    Args:
        tokens: `tables.Tokens` of n texts.
        params: Where the token ids come from.

    Returns:
        Vectors, shape (n, width), indexed by `text_id`.
    """
    part = cut(load_encoder(params.preset, params.max_length), -1, presets.pooling(params.preset))
    output = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
    return pd.DataFrame(output.values, index=pd.Index(tokens["text_id"], name="text_id"))


def mean_pool(hidden: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
    """Averages the hidden states of real tokens: (texts, tokens, width) and (texts, tokens) to (texts, width)."""
    weights = keras.ops.expand_dims(keras.ops.cast(mask, hidden.dtype), -1)
    return keras.ops.sum(hidden * weights, axis=1) / keras.ops.sum(weights, axis=1)


def first(hidden: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
    """Takes the hidden state of the first token: (texts, tokens, width) to (texts, width)."""
    return hidden[:, 0]


POOLINGS: dict[Pooling, Callable[[Any, Any], Any]] = {
    "mean": mean_pool,
    "first": first,
}


def _embeddings(encoder: keras_hub.models.Backbone) -> keras.Model:
    """Builds the encoder below its first layer, from `[token ids, mask]`."""
    inputs = dict(encoder.input)
    below = keras.Model(inputs, keras.tree.flatten(encoder.transformer_layers[0].input)[0])
    ids, mask = (keras.Input((None,), dtype="int32") for _ in range(2))
    return keras.Model([ids, mask], below(_named(inputs, ids, mask)), name="embeddings")


def _named(inputs: dict[str, object], ids: object, mask: object) -> dict[str, object]:
    """All texts are single segments, so where a family wants segment ids they are 0."""
    named = {"token_ids": ids, "padding_mask": mask, "segment_ids": keras.ops.zeros_like(ids)}
    return {name: named[name] for name in inputs}


def _compiled(frozen: keras.Model, pool: Pooling | None) -> Callable[[NDArray[Any], NDArray[np.int32]], tf.Tensor]:
    def compute(ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        hidden = frozen(_named(dict(frozen.input), ids, mask), training=False)
        return hidden if pool is None else POOLINGS[pool](hidden, mask)[:, None]

    any_shape = tf.TensorSpec((None, None), tf.int32)  # one trace for all batches
    compiled: Callable[[NDArray[Any], NDArray[np.int32]], tf.Tensor] = tf.function(
        compute, input_signature=[any_shape, any_shape]
    )
    return compiled
