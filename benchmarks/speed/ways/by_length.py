"""Gapwise with batches of texts of like length, in a new order in each epoch: tried, and left out."""

import numpy as np

from benchmarks.speed.ways import gapwise as way
from gapwise.encoding.runtime import tf
from gapwise.network import batches
from gapwise.network.batches import Examples
from gapwise.training import trainer


def by_length(examples: Examples, batch_size: int, seed: int) -> tf.data.Dataset:
    """Stands in for `batches.shuffled`: the batches stay the same, their order does not."""
    rows = examples.rows[np.argsort(examples.features.lengths[examples.rows], kind="stable")]
    chosen = tf.data.Dataset.from_tensor_slices(rows).batch(batch_size)
    return batches._labelled(examples, chosen.shuffle(len(rows), seed=seed))


if __name__ == "__main__":
    trainer.shuffled = by_length
    way.main()
