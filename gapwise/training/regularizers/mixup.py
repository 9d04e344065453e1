"""Mixup: training on mixtures of two texts' vectors and of their labels.

Texts themselves cannot be averaged, so it is their pooled vectors that are, as in Guo et al. 2019 (Augmenting Data with
Mixup for Sentence Classification) and Sun et al. 2020 (Mixup-Transformer), after Zhang et al. 2018 (mixup: Beyond
Empirical Risk Minimization).
"""

from gapwise.encoding.runtime import keras, tf


def mixtures(
    pooled: tf.Tensor, alpha: float, draws: keras.random.SeedGenerator
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Mixes every vector of a batch with that of another text of the batch.

    Args:
        pooled: Vectors of the texts, (texts, width).
        alpha: Above 0. The share of the first text is drawn from Beta(alpha, alpha), once per batch: a small alpha
            leaves most texts nearly as they are.
        draws: The source of randomness.

    Returns:
        The mixtures, (texts, width); the number of each text's partner, (texts,); the share of the first.
    """
    share = keras.random.beta((), alpha, alpha, seed=draws)
    partner = keras.random.shuffle(keras.ops.arange(keras.ops.shape(pooled)[0]), seed=draws)
    return share * pooled + (1 - share) * keras.ops.take(pooled, partner, axis=0), partner, share
