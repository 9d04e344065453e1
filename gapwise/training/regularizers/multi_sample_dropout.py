"""Multi-sample dropout: a step learns from several draws of the head's dropout (Inoue 2019, Multi-Sample Dropout)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule, shown
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Batch, Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf

EXCLUDED = {
    "mixup": "one trains on texts, the other on mixtures of them",
    "r_drop": "one draws the head's dropout anew, the other all of the network's",
}


class MultiSampleDropout(Regularizer):
    """Measures the mean error of the same vectors under several draws of dropout."""

    class Keys(Section):
        """Its key."""

        dropout_samples: Annotated[int, Field(ge=1), Rule(off=1, excludes=EXCLUDED, tried=8)]

    @classmethod
    def problems(cls, recipe: Any, all_frozen: bool, trained_layers: int | None) -> list[str]:
        """Refuses draws of no dropout: they would be the same."""
        if recipe.dropout_samples == 1 or recipe.dropout:
            return []
        return [
            f"dropout_samples ({shown(recipe, 'dropout_samples')}) draws dropout so many times, and dropout is 0; "
            "raise dropout, or set dropout_samples to 1"
        ]

    def error(self, batch: Batch) -> tf.Tensor:
        """Gives the mean error over all draws."""
        more = (batch.classify(batch.pooled) for _ in range(self.keys.dropout_samples - 1))
        errors = [batch.cross_entropy(batch.labels, logits, batch.weights) for logits in (batch.logits, *more)]
        return runtime.keras.ops.mean(runtime.keras.ops.stack(errors))
