"""Sharpness-aware minimization: each step follows the gradient at the worst point near the weights.

Foret et al. 2021 (Sharpness-Aware Minimization for Efficiently Improving Generalization): minima with flat surroundings
generalize better. The worst point is one step of length rho up the gradient of the same batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf

EXCLUDED = {"gradual_unfreezing": "layers that wait would be moved to the worst point too"}


class Sam(Regularizer):
    """Computes the gradient twice: where the weights are, and `sam` away from there, where the loss is higher."""

    class Keys(Section):
        """Its key."""

        sam: Annotated[float, Field(ge=0), Rule(off=0.0, excludes=EXCLUDED, tried=0.05)]

    def gradient(self, compute: Callable[[], list[tf.Tensor]]) -> list[tf.Tensor]:
        """Gives the gradient at the worst point; the weights are put back to the bit."""
        tf, variables = runtime.tf, self.trainee.variables
        uphill = [tf.convert_to_tensor(gradient) for gradient in compute()]
        starts = [tf.identity(variable.value) for variable in variables]
        step = tf.math.divide_no_nan(self.keys.sam, tf.linalg.global_norm(uphill))
        for variable, direction in zip(variables, uphill, strict=True):
            variable.assign_add(step * direction)
        gradient = compute()
        for variable, start in zip(variables, starts, strict=True):
            variable.assign(start)
        return gradient
