"""The supervised contrastive term: vectors of one class are pulled together, those of others pushed apart.

Gunel et al. 2021 (Supervised Contrastive Learning for Pre-trained Language Model Fine-tuning) add it to the
cross-entropy; the loss is that of Khosla et al. 2020 (Supervised Contrastive Learning).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Batch, Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf


class Contrastive(Regularizer):
    """Gives the share `contrastive` of the loss to the contrastive term, and takes it from the error."""

    class Keys(Section):
        """Its keys."""

        contrastive: Annotated[
            float, Field(ge=0, lt=1), Rule(off=0.0, on_trained_layers=True, on_batches=True, tried=0.9)
        ]
        contrastive_temperature: float = Field(gt=0)

    def term(self, batch: Batch) -> tuple[float, tf.Tensor]:
        """Gives the share and the term."""
        return self.keys.contrastive, contrast(batch.pooled, batch.labels, self.keys.contrastive_temperature)


def contrast(pooled: tf.Tensor, labels: tf.Tensor, temperature: float) -> tf.Tensor:
    """Measures how hard it is to tell a text's own class among its neighbours in the batch.

    Args:
        pooled: Vectors of the texts, shape (texts, width); only their direction counts.
        labels: Their class numbers, shape (texts,).
        temperature: Above 0. With a low one only the nearest vectors matter.

    Returns:
        The mean over texts; a text without another one of its class in the batch counts as 0.
    """
    ops = runtime.keras.ops
    vectors = ops.normalize(pooled, axis=-1)
    others = 1 - ops.eye(ops.shape(labels)[0])
    alike = others * ops.cast(labels[:, None] == labels[None, :], others.dtype)
    similarity = ops.matmul(vectors, ops.transpose(vectors)) / temperature
    # No text is its own neighbour.
    log_shares = ops.log_softmax(similarity - 1e9 * (1 - others), axis=-1)
    own = ops.sum(alike * log_shares, axis=-1) / ops.maximum(ops.sum(alike, axis=-1), 1)
    return -ops.mean(own)
