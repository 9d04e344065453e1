"""Penalties on the weights of the trained encoder layers. Those of the head are where it is built.

Keras adds what a variable's regularizer gives to the loss. It must be the variable's: the one of a layer is read only
when the layer is built, and these came built from the preset.
"""

from gapwise.encoding.runtime import keras, tf
from gapwise.network.classifier import blocks
from gapwise.network.recipe import FinetuneParams


def penalize(network: keras.Model, params: FinetuneParams) -> None:
    """Makes the loss grow with what the recipe penalizes in the encoder.

    Args:
        network: From `network.build`, at its pre-trained weights.
        params: `encoder_l2` is for kernels alone, as normalization and biases near zero are no simpler. `l2_sp` is for
            all that is trained, since to stay near the start makes sense for each weight.
    """
    for variable in (variable for block in blocks(network)[1:] for variable in block):
        penalties: list[keras.regularizers.Regularizer] = []
        if params.encoder_l2 and variable.name in ("kernel", "embeddings"):
            penalties.append(keras.regularizers.L2(params.encoder_l2))
        if params.l2_sp:
            penalties.append(StartingPoint(variable.numpy(), params.l2_sp))
        variable.regularizer = Sum(penalties) if penalties else None


class StartingPoint(keras.regularizers.Regularizer):  # type: ignore[misc]  # Keras has no types
    """L2-SP: grows with the squared distance from where the weights started (Li et al. 2018).

    The paper, Explicit Inductive Bias for Transfer Learning with Convolutional Networks, has half of this: its alpha is
    twice the strength here, which is that of `keras.regularizers.L2`.

    Args:
        start: Pre-trained values.
        strength: Times the sum of squares of the distance, 0 or more.
    """

    def __init__(self, start: object, strength: float) -> None:
        self.start, self.strength = tf.constant(start), strength

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Gives the penalty."""
        return self.strength * keras.ops.sum(keras.ops.square(x - self.start))


class Sum(keras.regularizers.Regularizer):  # type: ignore[misc]  # Keras has no types
    """Several penalties on one variable."""

    def __init__(self, penalties: list[keras.regularizers.Regularizer]) -> None:
        self.penalties = penalties

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Gives the penalty."""
        return sum(penalty(x) for penalty in self.penalties)
