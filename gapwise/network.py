"""The network that is trained: the encoder above the cut, mean pooling, dropout and a softmax head."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from gapwise.batches import unlabelled
from gapwise.freezing import Cut, mean_pool
from gapwise.packed import unpack
from gapwise.ragged import Ragged
from gapwise.runtime import keras, tf
from gapwise.seeds import derive

Weights = dict[str, NDArray[np.float32]]


def build(part: Cut, classes: int, dropout: float, l2: float) -> keras.Model:
    """Builds the classifier that is trained above the cut.

    Args:
        part: From `freezing.cut`.
        classes: Number of classes, 2 or more.
        dropout: Share of the pooled vector dropped in training, in [0, 1).
        l2: The loss grows by `l2` times the sum of squares of the head's kernel.

    Returns:
        A model from `[mask, packed]` to logits of shape (texts, classes). The mask, (texts, longest), says where there
        are tokens; packed is what `freezing.frozen_output` gives of these tokens, one after the other.
    """
    whole = part.frozen is None
    mask = keras.Input((None,), dtype="int32")
    packed = keras.Input(batch_shape=(None,) if whole else (None, part.width), dtype="int32" if whole else "float32")
    hidden = packed if part.trained is None else part.trained([mask, packed])
    pooled = keras.layers.Dropout(dropout, name="dropout")(MeanPool()([mask, hidden]))
    logits = keras.layers.Dense(classes, kernel_regularizer=keras.regularizers.L2(l2), name="head")(pooled)
    return keras.Model([mask, packed], logits, name="classifier")


class MeanPool(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Averages the packed hidden states of each text: `[mask, packed]` to (texts, width)."""

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Averages."""
        mask, packed = inputs
        return mean_pool(unpack(packed, mask), mask)


def weights(network: keras.Model) -> Weights:
    """Copies the trained weights, by path."""
    return {variable.path: variable.numpy() for variable in network.trainable_variables}


def set_weights(network: keras.Model, values: Weights) -> None:
    """Sets the trained weights, by path."""
    for variable in network.trainable_variables:
        variable.assign(values[variable.path])


def fresh_start(network: keras.Model, pretrained: Weights, seed: int) -> None:
    """Puts a network where training starts: pre-trained weights, a new random head, new dropout streams.

    Args:
        network: From `build`.
        pretrained: Its `weights` right after it was built.
        seed: Of the head and of every dropout layer.
    """
    set_weights(network, pretrained)
    head = network.get_layer("head")
    head.kernel.assign(keras.initializers.GlorotUniform(seed=derive(seed, "head"))(head.kernel.shape))
    head.bias.assign(keras.ops.zeros_like(head.bias))
    droppers = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.Dropout)]
    for number, layer in enumerate(droppers):
        if hasattr(layer, "seed_generator"):
            layer.seed_generator.state.assign([derive(seed, "dropout", number), 0])


def predict(network: keras.Model, features: Ragged) -> NDArray[np.float64]:
    """Predicts class probabilities.

    Args:
        network: From `build`.
        features: What `freezing.frozen_output` gives, of n texts.

    Returns:
        Shape (n, classes); rows sum to 1.
    """
    order = np.argsort(features.lengths, kind="stable")
    probabilities = np.empty((len(features), network.output_shape[-1]))
    probabilities[order] = softmax(network.predict(unlabelled(features, order), verbose=0).astype(np.float64), axis=1)
    return probabilities
