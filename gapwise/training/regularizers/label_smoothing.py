"""Label smoothing: a share of each label is spread evenly over all classes.

Szegedy et al. 2016 (Rethinking the Inception Architecture for Computer Vision).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf


class LabelSmoothing(Regularizer):
    """Measures the cross-entropy against smoothed labels."""

    class Keys(Section):
        """Its key."""

        label_smoothing: Annotated[float, Field(ge=0, lt=1), Rule(off=0.0, tried=0.1)]

    def loss(self) -> keras.losses.Loss:
        """Gives the smoothed cross-entropy."""
        return smoothed_cross_entropy(self.keys.label_smoothing)


def smoothed_cross_entropy(share: float) -> keras.losses.Loss:
    """Gives Keras's smoothed cross-entropy, made to take class numbers.

    Args:
        share: Of each label, that is spread over all classes, in [0, 1).
    """
    keras = runtime.keras
    smoothed = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=share)

    def loss(labels: tf.Tensor, logits: tf.Tensor, weights: Any = None) -> tf.Tensor:
        return smoothed(keras.ops.one_hot(keras.ops.cast(labels, "int32"), logits.shape[-1]), logits, weights)

    return loss
