"""The supervised contrastive term: vectors of one class are pulled together, those of others pushed apart.

Gunel et al. 2021 (Supervised Contrastive Learning for Pre-trained Language Model Fine-tuning) add it to the
cross-entropy; the loss is that of Khosla et al. 2020 (Supervised Contrastive Learning).
"""

from gapwise.encoding.runtime import keras, tf


def error(pooled: tf.Tensor, labels: tf.Tensor, temperature: float) -> tf.Tensor:
    """Measures how hard it is to tell a text's own class among its neighbours in the batch.

    Args:
        pooled: Vectors of the texts, (texts, width); only their direction counts.
        labels: Their class numbers.
        temperature: Above 0. A low one looks at the nearest vectors only.

    Returns:
        The mean over texts; a text without another one of its class in the batch counts as 0.
    """
    ops = keras.ops
    vectors = ops.normalize(pooled, axis=-1)
    others = 1 - ops.eye(ops.shape(labels)[0])
    alike = others * ops.cast(labels[:, None] == labels[None, :], others.dtype)
    similarity = ops.matmul(vectors, ops.transpose(vectors)) / temperature
    # No text is its own neighbour.
    log_shares = ops.log_softmax(similarity - 1e9 * (1 - others), axis=-1)
    own = ops.sum(alike * log_shares, axis=-1) / ops.maximum(ops.sum(alike, axis=-1), 1)
    return -ops.mean(own)
