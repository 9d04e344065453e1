"""Which labels the others doubt, and which rows are merely hard."""

import warnings

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SURE = 0.8
HARD = 0.2  # difference of the two highest probabilities below which the others can hardly decide


def doubted(probabilities: Floats, labels: Integers) -> NDArray[np.bool_]:
    """Finds the rows whose label is more likely wrong than hard.

    They are those of `confidently_other`, and those where another class is at least as probable as `SURE`: where the
    others know a class well, rows of it are so sure in the mean that few could be surer.

    Args:
        probabilities: Out of sample, shape (rows, classes).
        labels: Class numbers, shape (rows,).

    Returns:
        Shape (rows,).
    """
    sure = (probabilities.max(axis=1) >= SURE) & (probabilities.argmax(axis=1) != labels)
    return np.asarray(sure | confidently_other(probabilities, labels))


def confidently_other(probabilities: Floats, labels: Integers) -> NDArray[np.bool_]:
    """Finds the rows that look like another class, by confident learning.

    These are the rows where another class is at least as probable as it is, in the mean, for rows that have its label:
    so a class that is hard throughout, or that everything is mistaken for, is held to its own measure.

    Args:
        probabilities: Out of sample, shape (rows, classes).
        labels: Class numbers, shape (rows,).

    Returns:
        Shape (rows,).

    Source:
        Northcutt et al. 2021, Confident Learning: Estimating Uncertainty in Dataset Labels; by cleanlab.
    """
    from cleanlab.filter import find_label_issues

    if len(np.unique(labels)) < 2:
        return np.zeros(len(labels), bool)
    known = np.unique(labels)  # cleanlab wants numbers without a gap
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few rows in a class
        found = find_label_issues(
            np.searchsorted(known, labels), _among(probabilities, known), filter_by="confident_learning", n_jobs=1
        )
    return np.asarray(found, bool)


def doubt(probabilities: Floats, labels: Integers) -> Floats:
    """Gives one minus the probability of each row's label, shape (rows,): the order in which to look at rows."""
    of_label: Floats = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]
    return 1 - of_label


def hard(probabilities: Floats, labels: Integers) -> NDArray[np.bool_]:
    """Finds the rows that others can hardly decide, or decide against the label; shape (rows,).

    Args:
        probabilities: Out of sample, shape (rows, classes).
        labels: Class numbers, shape (rows,).
    """
    second, first = np.sort(probabilities, axis=1)[:, -2:].T
    return np.asarray((first - second < HARD) | (probabilities.argmax(axis=1) != labels))


def _among(probabilities: Floats, known: Integers) -> Floats:
    """Gives the probabilities of some classes alone, which sum to 1 again."""
    some = probabilities[:, known]
    total = some.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(some, total, out=np.full_like(some, 1 / len(known)), where=total > 0)
    return shares
