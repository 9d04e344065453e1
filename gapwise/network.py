"""The network that is trained: the encoder above the cut, mean pooling, dropout and a softmax head."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from gapwise.batches import unlabelled
from gapwise.freezing import Cut, mean_pool
from gapwise.ragged import Ragged
from gapwise.runtime import keras
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
        A model from `[sequence, mask]` to logits of shape (texts, classes). The sequence is what
        `freezing.frozen_output` gives, padded.
    """
    whole = part.frozen is None
    sequence = keras.Input((None,) if whole else (None, part.width), dtype="int32" if whole else "float32")
    mask = keras.Input((None,), dtype="int32")
    hidden = sequence if part.trained is None else part.trained([sequence, mask])
    pooled = keras.layers.Dropout(dropout, name="dropout")(mean_pool(hidden, mask))
    logits = keras.layers.Dense(classes, kernel_regularizer=keras.regularizers.L2(l2), name="head")(pooled)
    return keras.Model([sequence, mask], logits, name="classifier")


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
