"""Mixup: the head is trained on mixtures of two texts' vectors and of their labels.

Texts themselves cannot be averaged, so their pooled vectors are, as in Guo et al. 2019 (Augmenting Data with Mixup for
Sentence Classification) and Sun et al. 2020 (Mixup-Transformer), after Zhang et al. 2018 (mixup: Beyond Empirical Risk
Minimization).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.seeds import derive
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Batch, Regularizer, Trainee

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf

EXCLUDED = {"r_drop": "one trains on mixtures, the other on two passes of the same text"}


class Mixup(Regularizer):
    """Measures the error of mixtures in place of that of the texts."""

    class Keys(Section):
        """Its key."""

        mixup: Annotated[float, Field(ge=0), Rule(off=0.0, on_batches=True, excludes=EXCLUDED, tried=0.4)]

    def __init__(self, keys: Any, trainee: Trainee) -> None:
        super().__init__(keys, trainee)
        self.draws = runtime.keras.random.SeedGenerator(0)

    def start(self, seed: int) -> None:
        """Puts the draws where they start."""
        self.draws.state.assign([derive(seed, "mixup"), 0])

    def error(self, batch: Batch) -> tf.Tensor:
        """Gives the error of each mixture against both of its labels, each by its share."""
        vectors, partner, share = mixtures(batch.pooled, self.keys.mixup, self.draws)
        logits = batch.classify(vectors)
        label, weight = (
            None if own is None else runtime.keras.ops.take(own, partner) for own in (batch.labels, batch.weights)
        )
        first = batch.cross_entropy(batch.labels, logits, batch.weights)
        return share * first + (1 - share) * batch.cross_entropy(label, logits, weight)


def mixtures(
    pooled: tf.Tensor, alpha: float, draws: keras.random.SeedGenerator
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Mixes every vector of a batch with that of another text of the batch.

    Args:
        pooled: Vectors of the texts, shape (texts, width).
        alpha: Above 0. The share of the first text is drawn from Beta(alpha, alpha), once per batch: a small alpha
            leaves most texts nearly as they are.
        draws: The source of randomness.

    Returns:
        The mixtures, shape (texts, width); the number of each text's partner, shape (texts,); the share of the first.
    """
    keras = runtime.keras
    share = keras.random.beta((), alpha, alpha, seed=draws)
    partner = keras.random.shuffle(keras.ops.arange(keras.ops.shape(pooled)[0]), seed=draws)
    return share * pooled + (1 - share) * keras.ops.take(pooled, partner, axis=0), partner, share
