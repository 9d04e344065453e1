"""Batches of ragged features, packed: the tokens of all texts one after the other, and a mask that tells them apart."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import tf

# What is no text has no group, and nothing is chosen by it.
VARIANT, CLASS_SENTENCE = -1, -2
PREDICTED_AT_ONCE = 64  # texts; larger batches pad more and are no faster on a CPU


@dataclass(frozen=True)
class Examples:
    """Labelled texts to train or validate on.

    Attributes:
        features: What `cut.frozen_output` gives, of n texts.
        labels: Class numbers, shape (n,).
        rows: The texts to use, as numbers below n.
        groups: Number of the group of each text, shape (n,), for what holds rows out; `VARIANT` or `CLASS_SENTENCE` for
            what is no text; None where all are texts, each by itself.
    """

    features: Ragged
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]
    groups: NDArray[np.int64] | None = None

    def groups_of_rows(self) -> NDArray[np.int64]:
        """Gives the group of each of `rows`."""
        return np.arange(len(self.rows)) if self.groups is None else self.groups[self.rows]

    def texts(self) -> "Examples":
        """Gives the same without variants and class sentences."""
        return self.only(self.groups_of_rows() >= 0)

    def class_sentences(self) -> "Examples":
        """Gives the class sentences alone."""
        return self.only(self.groups_of_rows() == CLASS_SENTENCE)

    def only(self, chosen: NDArray[Any]) -> "Examples":
        """Gives some of `rows`, chosen as NumPy does: by their places, or by a mask."""
        return replace(self, rows=self.rows[chosen])


def shuffled(examples: Examples, batch_size: int, seed: int) -> tf.data.Dataset:
    """Gives batches of `([mask, packed], label)` in an order that is new in every epoch."""
    order = tf.data.Dataset.from_tensor_slices(examples.rows).shuffle(len(examples.rows), seed=seed)
    return _labelled(examples, order.batch(batch_size))


def in_order(examples: Examples) -> tf.data.Dataset:
    """Gives batches of `([mask, packed], label)`, texts of like length together."""
    rows = examples.rows[np.argsort(examples.features.lengths[examples.rows], kind="stable")]
    return _labelled(examples, tf.data.Dataset.from_tensor_slices(rows).batch(PREDICTED_AT_ONCE))


def unlabelled(features: Ragged, rows: NDArray[np.int64]) -> tf.data.Dataset:
    """Gives batches of `([mask, packed],)` in the order of `rows`."""
    take = _taker(features)
    return tf.data.Dataset.from_tensor_slices(rows).batch(PREDICTED_AT_ONCE).map(lambda chosen: (take(chosen),))


def _labelled(examples: Examples, chosen: tf.data.Dataset) -> tf.data.Dataset:
    take, labels = _taker(examples.features), tf.constant(examples.labels)
    return chosen.map(lambda rows: (take(rows), tf.gather(labels, rows)))


def _taker(features: Ragged) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Features stay where they are, in memory or on disk: TensorFlow gets one batch at a time, never all of them."""

    def take(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        values, mask = tf.numpy_function(features.packed, [rows], (features.values.dtype, tf.int32))
        return tf.ensure_shape(mask, (None, None)), tf.ensure_shape(values, (None, *features.values.shape[1:]))

    return take
