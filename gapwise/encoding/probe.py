"""A logistic regression whose penalty is chosen on the validation rows; on vectors of an encoder, a linear probe.

Without validation rows the train rows choose it, by cross-fitting: each is predicted by a model that never saw it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

# From a penalty that leaves little more than the class shares to almost none; larger C penalizes less.
PENALTIES = [10.0**exponent for exponent in range(-3, 4)]
FOLDS = 5  # of cross-fitting, at most

Fold = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # rows to fit to, and rows held out


class Probe(NamedTuple):
    """A logistic regression on vectors that are moved to their mean and divided by one number.

    Attributes:
        model: Fitted to the scaled vectors.
        mean: Of the train vectors, shape (width,).
        scale: Of the train vectors: the root mean square of what their features deviate from their means.
    """

    model: LogisticRegression
    mean: npt.NDArray[np.float64]
    scale: float

    def probabilities(self, vectors: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Predicts the sorted classes, shape (rows, classes), for vectors of shape (rows, width)."""
        return predict(self.model, (vectors - self.mean) / self.scale)


def probe(
    train: npt.NDArray[Any],
    train_labels: npt.NDArray[Any],
    validation: npt.NDArray[Any],
    validation_labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
    *,
    penalties: Sequence[float] = PENALTIES,
    groups: npt.NDArray[Any] | None = None,
) -> Probe:
    """Fits a linear probe to an encoder's vectors.

    All features share one scale: one list of penalties then serves every encoder, and the distances between texts stay
    as they are. A scale for each feature would blow up features that are the same for all texts; all-MiniLM-L6-v2 has
    two of them, of size 1e-33.

    Args:
        train: Vectors, shape (rows, width).
        train_labels: See `fit`.
        validation: Vectors, shape (rows, width).
        validation_labels: See `fit`.
        class_weight: See `fit`.
        penalties: See `fit`.
        groups: See `fit`.
    """
    mean, scale = _mean_and_scale(train)
    scaled = [(vectors - mean) / scale for vectors in (train, validation)]
    model = fit(scaled[0], train_labels, scaled[1], validation_labels, class_weight, penalties=penalties, groups=groups)
    return Probe(model, mean, scale)


def cross_fitted_probe(
    vectors: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
    *,
    groups: npt.NDArray[Any] | None = None,
) -> float:
    """Chooses the penalty of a probe of these vectors, see `cross_fitted`, for another fit to the same rows."""
    mean, scale = _mean_and_scale(vectors)
    return cross_fitted((vectors - mean) / scale, labels, class_weight, groups=groups)


def _mean_and_scale(vectors: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], float]:
    scale = float(np.sqrt(np.mean(vectors.astype(float).std(axis=0) ** 2))) or 1.0
    return vectors.mean(axis=0, dtype=float), scale


def fit(
    train: Any,
    train_labels: npt.NDArray[Any],
    validation: Any,
    validation_labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
    *,
    penalties: Sequence[float] = PENALTIES,
    groups: npt.NDArray[Any] | None = None,
) -> LogisticRegression:
    """Fits train rows with each of some penalties, and keeps what predicts the validation rows best.

    Without validation rows the penalty is that of `cross_fitted`.

    Args:
        train: Shape (rows, features), dense or sparse.
        train_labels: Class of each train row; every class occurs.
        validation: Shape (rows, features); of 0 rows where there are none.
        validation_labels: Class of each validation row. The lowest log loss on them chooses; of equals, the stronger
            penalty.
        class_weight: Of each class in the loss; None for all alike.
        penalties: Values of C, the strongest penalty first; at least one.
        groups: See `cross_fitted`.

    Returns:
        The fitted model; its classes are the sorted ones of `train_labels`.
    """
    if not len(validation_labels):
        penalty = cross_fitted(train, train_labels, class_weight, penalties=penalties, groups=groups)
        with threadpool_limits(limits=1):
            return _regression(penalty, class_weight).fit(train, train_labels)
    # Threads share sums out differently, which shows in the last digits and so in the hash of the stage's output.
    with threadpool_limits(limits=1):
        models = [_regression(penalty, class_weight).fit(train, train_labels) for penalty in penalties]
        losses = [
            log_loss(validation_labels, model.predict_proba(validation), labels=model.classes_) for model in models
        ]
    return models[int(np.argmin(losses))]


def cross_fitted(
    train: Any,
    train_labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
    *,
    penalties: Sequence[float] = PENALTIES,
    groups: npt.NDArray[Any] | None = None,
) -> float:
    """Chooses a penalty without validation rows: that with the lowest log loss of out-of-fold predictions.

    There are as many stratified folds as the smallest class has groups, and at most `FOLDS`. A class of one group
    cannot be held out, so the others choose without it. Where fewer than two are left, or a fold would leave a class
    nothing to learn from, nothing can be compared, and the penalty in the middle is taken: C = 1 of `PENALTIES`.

    Args:
        train: Shape (rows, features), dense or sparse.
        train_labels: Class of each train row.
        class_weight: See `fit`.
        penalties: See `fit`; of equals, the stronger is chosen.
        groups: Of each train row; rows of one group are held out together. None for each by itself.
    """
    groups = np.arange(len(train_labels)) if groups is None else groups
    counts = {label: len(np.unique(groups[train_labels == label])) for label in np.unique(train_labels)}
    foldable = [label for label, count in counts.items() if count > 1]
    rows = np.flatnonzero(np.isin(train_labels, foldable))
    vectors, labels = train[rows], train_labels[rows]
    folds = (
        _folds(labels, groups[rows], min(FOLDS, *(counts[label] for label in foldable))) if len(foldable) > 1 else []
    )
    if len(penalties) == 1 or not folds:
        return penalties[len(penalties) // 2]
    with threadpool_limits(limits=1):
        models = [_regression(penalty, class_weight) for penalty in penalties]
        found = [cross_val_predict(model, vectors, labels, cv=folds, method="predict_proba") for model in models]
    return penalties[int(np.argmin([log_loss(labels, probabilities) for probabilities in found]))]


def _folds(labels: npt.NDArray[Any], groups: npt.NDArray[Any], count: int) -> list[Fold]:
    """Divides rows into folds of whole groups; none where one of them would take all rows of a class."""
    folds = list(StratifiedGroupKFold(count).split(labels, labels, groups))
    classes = len(np.unique(labels))
    return folds if all(len(np.unique(labels[others])) == classes for others, _ in folds) else []


def _regression(penalty: float, class_weight: dict[Any, float] | None) -> LogisticRegression:
    # Scaled vectors of few rows are separable: a weak penalty needs many steps to settle.
    return LogisticRegression(C=penalty, max_iter=10_000, class_weight=class_weight)


def predict(model: LogisticRegression, features: Any) -> npt.NDArray[np.float64]:
    """Predicts the model's classes, shape (rows, classes), to the same digits with any number of threads."""
    if not features.shape[0]:
        return np.empty((0, len(model.classes_)))
    with threadpool_limits(limits=1):
        probabilities: npt.NDArray[np.float64] = model.predict_proba(features)
    return probabilities
