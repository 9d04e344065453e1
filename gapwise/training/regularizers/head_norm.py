"""L1 and L2 of the head: its kernel is pulled to zero.

Their strength is relative to the error, the only other part of the loss that reaches the head: a term that takes a
share of the loss from the error, as the contrastive one does, takes the same share from these penalties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf


class HeadNorm(Regularizer):
    """Adds `l2` times the sum of squares of the head's kernel, and `l1` times the sum of its absolute values."""

    class Keys(Section):
        """Its keys."""

        l2: Annotated[float, Field(ge=0), Rule(off=0.0, tried=0.1)]
        l1: Annotated[float, Field(ge=0), Rule(off=0.0, tried=0.001)]

    def head_penalty(self, kernel: tf.Tensor) -> tf.Tensor | None:
        """Penalizes the head's kernel."""
        ops = runtime.keras.ops
        penalties = [
            self.keys.l2 * ops.sum(ops.square(kernel)) if self.keys.l2 else None,
            self.keys.l1 * ops.sum(ops.absolute(kernel)) if self.keys.l1 else None,
        ]
        return sum(penalty for penalty in penalties if penalty is not None)
