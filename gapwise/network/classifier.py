"""The network that is trained: the encoder above the cut, pooling, dropout and a softmax head."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from gapwise.base.seeds import derive
from gapwise.encoding.cut import Cut, mean_pool
from gapwise.encoding.keras_internals import all_layers
from gapwise.encoding.packed import PackedEncoder, Precision, unpack
from gapwise.encoding.presets import Pooling
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, tf
from gapwise.network import lora
from gapwise.network.batches import unlabelled

Weights = dict[str, NDArray[np.float32]]


def build(
    part: Cut, classes: int, *, dropout: float = 0.0, lora_rank: int = 0, precision: Precision = "float32"
) -> keras.Model:
    """Builds the classifier that is trained above the cut.

    Args:
        part: From `encoding.cut`.
        classes: Number of classes, 2 or more.
        dropout: Share of the pooled vector that is dropped before the head while training, in [0, 1).
        lora_rank: Rank of what LoRA adds to the trained layers; 0 trains the layers themselves.
        precision: Of the trained layers' matrix products.

    Returns:
        A model from `[mask, packed]` to logits of shape (texts, classes). The mask, (texts, longest), says where there
        are tokens; packed is what `cut.frozen_output` gives of these tokens, one after the other. Its layer
        `pooled` gives one vector per text.
    """
    whole = part.frozen is None
    if part.trained is not None:
        if lora_rank:
            lora.adapt(part.trained, lora_rank)
        part.trained.precision = precision
    mask = keras.Input((None,), dtype="int32")
    packed = keras.Input(batch_shape=(None,) if whole else (None, part.width), dtype="int32" if whole else "float32")
    hidden = packed if part.trained is None else part.trained([mask, packed])
    pooled = Pool(part.pooling, name="pooled")([mask, hidden])
    logits = keras.layers.Dense(classes, name="head")(keras.layers.Dropout(dropout, name="dropout")(pooled))
    return keras.Model([mask, packed], logits, name="classifier")


class Pool(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Makes one vector of the packed hidden states of each text: `[mask, packed]` to (texts, width).

    Args:
        way: `mean` of its tokens, or `first` of them.
        name: Of the layer.
    """

    def __init__(self, way: Pooling, name: str) -> None:
        super().__init__(name=name)
        self.way = way

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Makes one vector of each text: `[mask, packed]` to shape (texts, width)."""
        mask, packed = inputs
        if self.way == "mean":
            return mean_pool(unpack(packed, mask), mask)
        return tf.gather(packed, tf.cumsum(tf.reduce_sum(mask, axis=1), exclusive=True))


def blocks(network: keras.Model) -> list[list[keras.Variable]]:
    """Gives what is trained, from the top: the head, each encoder layer above the cut, the embeddings if they are."""
    parts = [network.get_layer("head")]
    for encoder in (layer for layer in network.layers if isinstance(layer, PackedEncoder)):
        parts += [*reversed(encoder.layers), *([encoder.embed] if encoder.embed else [])]
    # Of LoRA's layers only some variables are trained, and their `trainable_variables` would be none.
    trained = [[variable for variable in part.variables if variable.trainable] for part in parts]
    return [variables for variables in trained if variables]


def weights(network: keras.Model) -> Weights:
    """Copies the trained weights, by path."""
    return {variable.path: variable.numpy() for variable in network.trainable_variables}


def set_weights(network: keras.Model, values: Weights) -> None:
    """Sets the trained weights, by path."""
    for variable in network.trainable_variables:
        variable.assign(values[variable.path])


def fresh_start(network: keras.Model, pretrained: Weights, seed: int) -> None:
    """Puts a network where training starts: pre-trained weights, a new random head, new factors of LoRA and dropout.

    Args:
        network: From `build`.
        pretrained: Its `weights` right after it was built.
        seed: Of the head, of LoRA and of every dropout layer.
    """
    set_weights(network, pretrained)
    lora.restart(network, seed)
    head = network.get_layer("head")
    head.kernel.assign(keras.initializers.GlorotUniform(seed=derive(seed, "head"))(head.kernel.shape))
    head.bias.assign(keras.ops.zeros_like(head.bias))
    droppers = [layer for layer in all_layers(network) if isinstance(layer, keras.layers.Dropout)]
    for number, layer in enumerate(droppers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([derive(seed, "dropout", number), 0])


def predict(network: keras.Model, features: Ragged, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Predicts class probabilities.

    Args:
        network: From `build`.
        features: What `cut.frozen_output` gives.
        rows: The texts, as numbers below the number of features; all of them without it.

    Returns:
        Shape (rows, classes); each sums to 1.
    """
    chosen = np.arange(len(features)) if rows is None else rows
    probabilities: NDArray[np.float64] = softmax(output(network, features, chosen).astype(np.float64), axis=1)
    return probabilities


def output(model: keras.Model, features: Ragged, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Computes what a model gives for some texts.

    Args:
        model: From `[mask, packed]` to one vector per text.
        features: What `cut.frozen_output` gives.
        rows: The texts, as numbers below the number of features.

    Returns:
        Shape (rows, ...), in the order of `rows`.
    """
    if not len(rows):
        return np.empty((0, *model.output_shape[1:]), np.float32)
    order = np.argsort(features.lengths[rows], kind="stable")
    computed: NDArray[np.float32] = model.predict(unlabelled(features, rows[order]), verbose=0)
    return computed[np.argsort(order, kind="stable")]
