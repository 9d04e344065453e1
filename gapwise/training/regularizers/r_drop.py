"""R-Drop: two passes of the same texts, with other dropout, should agree (Liang et al. 2021, R-Drop)."""

from gapwise.encoding.runtime import keras, tf


def divergence(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Measures how far two predictions are apart: the Kullback-Leibler divergence in both directions, halved.

    Args:
        one: Logits, (texts, classes).
        other: Logits of the same texts.

    Returns:
        The mean over texts, in nats.
    """
    log_p, log_q = (keras.ops.log_softmax(logits, axis=-1) for logits in (one, other))
    both = keras.ops.sum((keras.ops.exp(log_p) - keras.ops.exp(log_q)) * (log_p - log_q), axis=-1)
    return keras.ops.mean(both) / 2
