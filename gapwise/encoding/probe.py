"""A logistic regression whose penalty is chosen on the validation rows; on vectors of an encoder, a linear probe."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

# From a penalty that leaves little more than the class shares to almost none; larger C penalizes less.
PENALTIES = [10.0**exponent for exponent in range(-3, 4)]


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
    """
    mean = train.mean(axis=0, dtype=float)
    scale = float(np.sqrt(np.mean(train.astype(float).std(axis=0) ** 2))) or 1.0
    scaled = [(vectors - mean) / scale for vectors in (train, validation)]
    return Probe(
        fit(scaled[0], train_labels, scaled[1], validation_labels, class_weight, penalties=penalties), mean, scale
    )


def fit(
    train: Any,
    train_labels: npt.NDArray[Any],
    validation: Any,
    validation_labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
    *,
    penalties: Sequence[float] = PENALTIES,
) -> LogisticRegression:
    """Fits train rows with each of some penalties, and keeps what predicts the validation rows best.

    Args:
        train: Shape (rows, features), dense or sparse.
        train_labels: Class of each train row; every class occurs.
        validation: Shape (rows, features).
        validation_labels: Class of each validation row. The lowest log loss on them chooses; of equals, the stronger
            penalty.
        class_weight: Of each class in the loss; None for all alike.
        penalties: Values of C, the strongest penalty first; at least one.

    Returns:
        The fitted model; its classes are the sorted ones of `train_labels`.
    """
    # Threads share sums out differently, which shows in the last digits and so in the hash of the stage's output.
    with threadpool_limits(limits=1):
        # Scaled vectors of few rows are separable: a weak penalty needs many steps to settle.
        models = [
            LogisticRegression(C=penalty, max_iter=10_000, class_weight=class_weight).fit(train, train_labels)
            for penalty in penalties
        ]
        losses = [
            log_loss(validation_labels, model.predict_proba(validation), labels=model.classes_) for model in models
        ]
    return models[int(np.argmin(losses))]


def predict(model: LogisticRegression, features: Any) -> npt.NDArray[np.float64]:
    """Predicts the model's classes, shape (rows, classes), to the same digits with any number of threads."""
    with threadpool_limits(limits=1):
        probabilities: npt.NDArray[np.float64] = model.predict_proba(features)
    return probabilities
