"""A logistic regression whose penalty is chosen on the validation rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

# From a penalty that leaves little more than the class shares to almost none; larger C penalizes less.
PENALTIES = [10.0**exponent for exponent in range(-3, 4)]


def fit(
    train: Any,
    train_labels: npt.NDArray[Any],
    validation: Any,
    validation_labels: npt.NDArray[Any],
    class_weight: dict[Any, float] | None = None,
) -> LogisticRegression:
    """Fits train rows with each of `PENALTIES`, and keeps what predicts the validation rows best.

    Args:
        train: Shape (rows, features), dense or sparse.
        train_labels: Class of each train row; every class occurs.
        validation: Shape (rows, features).
        validation_labels: Class of each validation row. The lowest log loss on them chooses; of equals, the stronger
            penalty.
        class_weight: Of each class in the loss; None for all alike.

    Returns:
        The fitted model; its classes are the sorted ones of `train_labels`.
    """
    # Threads share sums out differently, which shows in the last digits and so in the hash of the stage's output.
    with threadpool_limits(limits=1):
        # Scaled vectors of few rows are separable: a weak penalty needs many steps to settle.
        models = [
            LogisticRegression(C=penalty, max_iter=10_000, class_weight=class_weight).fit(train, train_labels)
            for penalty in PENALTIES
        ]
        losses = [
            log_loss(validation_labels, model.predict_proba(validation), labels=model.classes_) for model in models
        ]
    return models[int(np.argmin(losses))]
