"""Out-of-sample probabilities of every labelled row, by a linear probe that never saw a row of the same group."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold

from gapwise.base.seeds import derive
from gapwise.encoding.probe import probe
from gapwise.inspecting.doubts import Floats, Integers, confidently_other

FOLDS, ROUNDS = 5, 4
MOST = 0.5  # share of a class
# Stronger than those of `probe.PENALTIES`: wrong labels are fitted by a probe that is free to.
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)


class CrossFit(NamedTuple):
    """What the probes make of rows.

    Attributes:
        probabilities: Mean over rounds, shape (rows, classes). A row that no probe can judge, as its class occurs in
            its group alone, has no number for any class.
        penalty: That was chosen.
        trusted: The rows that the probes of the later rounds were taught by, shape (rows,).
    """

    probabilities: Floats
    penalty: float
    trusted: NDArray[np.bool_]


def cross_fit(vectors: Floats, labels: Integers, groups: Integers, classes: int, seed: int) -> "CrossFit":
    """Predicts each row by probes that were fitted without its group, in several rounds of other folds.

    The first round chooses the penalty, by log loss, and finds labels to doubt; the probes of the later rounds are not
    taught by those.

    Args:
        vectors: Of an encoder, shape (rows, width).
        labels: Class numbers from 0, shape (rows,).
        groups: Number of each row's group, shape (rows,); a group is predicted by probes that saw none of its rows.
        classes: Their number.
        seed: Of the folds, 0 or more.
    """
    rounds = [_folds(labels, groups, derive(seed, "labels", number)) for number in range(1 + ROUNDS)]
    everything = np.ones(len(labels), bool)
    tried = [_predict(vectors, labels, rounds[0], classes, penalty, everything) for penalty in PENALTIES]
    best = int(np.argmin([_loss(found, labels) for found in tried]))
    trusted = _trusted(tried[best], labels)
    found = np.stack([_predict(vectors, labels, folds, classes, PENALTIES[best], trusted) for folds in rounds[1:]])
    known = ~np.isnan(found[..., :1])
    sums, counts = np.where(known, found, 0.0).sum(axis=0), known.sum(axis=0)
    mean: Floats = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return CrossFit(mean, PENALTIES[best], trusted)


def fit_and_predict(vectors: Floats, labels: Integers, others: Floats, classes: int, penalty: float) -> Floats:
    """Predicts other rows by one probe.

    Args:
        vectors: To fit to, shape (rows, width).
        labels: Class numbers from 0, shape (rows,).
        others: To predict, shape (others, width).
        classes: Their number.
        penalty: From `cross_fit`.

    Returns:
        Shape (others, classes): 0 for a class without a row, no number for any where all labels are of one class.
    """
    known = np.unique(labels)
    if len(known) < 2 or not len(others):
        return np.full((len(others), classes), np.nan)
    fitted = probe(vectors, labels, vectors, labels, penalties=[penalty])  # of one penalty; nothing is chosen
    found = np.zeros((len(others), classes))
    found[:, known] = fitted.probabilities(others)
    return found


def _folds(labels: Integers, groups: Integers, seed: int) -> Integers:
    """Gives the fold of each row; as many as the class with the fewest groups has, if those are at least two."""
    fewest = min(len(np.unique(groups[labels == one])) for one in np.unique(labels))
    splitter = StratifiedGroupKFold(min(max(fewest, 2), FOLDS, len(labels)), shuffle=True, random_state=seed)
    folds = np.empty(len(labels), np.int64)
    for number, (_, rows) in enumerate(splitter.split(labels[:, None], labels, groups)):
        folds[rows] = number
    return folds


def _trusted(found: Floats, labels: Integers) -> NDArray[np.bool_]:
    """Tells the rows to learn from: all but the doubted, and all of a class of which most are doubted."""
    known = ~np.isnan(found[:, 0])
    suspect = np.zeros(len(labels), bool)
    suspect[known] = confidently_other(found[known], labels[known])
    shares = np.bincount(labels, weights=suspect) / np.maximum(np.bincount(labels), 1)
    return ~suspect | (shares[labels] > MOST)


def _predict(  # noqa: PLR0917
    vectors: Floats, labels: Integers, folds: Integers, classes: int, penalty: float, trusted: NDArray[np.bool_]
) -> Floats:
    found = np.full((len(labels), classes), np.nan)
    for fold in np.unique(folds):
        train, rows = np.flatnonzero((folds != fold) & trusted), np.flatnonzero(folds == fold)
        rows = rows[np.isin(labels[rows], labels[train])]
        found[rows] = fit_and_predict(vectors[train], labels[train], vectors[rows], classes, penalty)
    return found


def _loss(found: Floats, labels: Integers) -> float:
    known = ~np.isnan(found[:, 0])
    if not known.any():
        return np.inf
    return float(log_loss(labels[known], found[known], labels=np.arange(found.shape[1])))
