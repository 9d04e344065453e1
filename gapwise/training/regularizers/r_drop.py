"""R-Drop: two passes of the same texts, with other dropout, should agree (Liang et al. 2021, R-Drop)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule, shown
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Batch, Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf


class RDrop(Regularizer):
    """Measures the mean error of two passes, and adds `r_drop` times how far their predictions are apart."""

    class Keys(Section):
        """Its key."""

        r_drop: Annotated[float, Field(ge=0), Rule(off=0.0, tried=1.0)]

    @classmethod
    def problems(cls, recipe: Any, all_frozen: bool, trained_layers: int | None) -> list[str]:
        """Refuses two passes without any dropout: they would be the same."""
        if not recipe.r_drop or recipe.dropout or not (all_frozen or recipe.encoder_dropout == 0):
            return []
        more = "" if all_frozen else " or encoder_dropout"
        return [
            f"r_drop ({shown(recipe, 'r_drop')}) compares two passes that differ by dropout, and there is none; raise "
            f"dropout{more}"
        ]

    def error(self, batch: Batch) -> tf.Tensor:
        """Gives the error of both passes and of their disagreement."""
        again = batch.second_pass()
        first, second = (batch.cross_entropy(batch.labels, logits, batch.weights) for logits in (batch.logits, again))
        return (first + second) / 2 + self.keys.r_drop * divergence(batch.logits, again)


def divergence(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Measures how far two predictions are apart: the Kullback-Leibler divergence in both directions, halved.

    Args:
        one: Logits, shape (texts, classes).
        other: Logits of the same texts.

    Returns:
        The mean over texts, in nats.
    """
    ops = runtime.keras.ops
    log_p, log_q = (ops.log_softmax(logits, axis=-1) for logits in (one, other))
    both = ops.sum((ops.exp(log_p) - ops.exp(log_q)) * (log_p - log_q), axis=-1)
    return ops.mean(both) / 2
