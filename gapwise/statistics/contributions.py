"""What each test row adds to a score, so that every score is a mean over rows and its uncertainty that of a mean.

Accuracy and log loss are means already. For macro-F1 and the calibration error a row's contribution is the score plus
its influence on it (Hampel 1974, The Influence Curve): the mean is the score itself, and the spread tells how the
score would move if other rows had been drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwise.statistics import calibration

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# A float32 softmax reaches exactly 0, where the loss is infinite. With this floor one row costs at most 16 nats.
SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Predicted:
    """What all repeats predict for the same rows.

    Attributes:
        actual: Class number of each row, shape (rows,).
        predicted: Class number that each repeat predicts, shape (repeats, rows).
        probabilities: Shape (repeats, rows, classes); those of a row sum to 1.
    """

    actual: Integers
    predicted: Integers
    probabilities: Floats


def classes(predictions: pd.DataFrame) -> list[str]:
    """Names the classes of a predictions table, sorted: its columns `p_<class>`."""
    return sorted(column.removeprefix("p_") for column in predictions.columns if column.startswith("p_"))


def arrange(predictions: pd.DataFrame, text_ids: Sequence[str]) -> Predicted:
    """Puts a table of predictions in the order of repeats and rows.

    Args:
        predictions: Rows of `tables.Predictions`, each repeat with each of the texts.
        text_ids: The texts, in the wanted order.
    """
    place = pd.Series(np.arange(len(text_ids)), index=pd.Index(text_ids))
    order = np.lexsort((place.loc[predictions["text_id"]].to_numpy(), predictions["repeat"].to_numpy()))
    shape = (predictions["repeat"].nunique(), len(text_ids))
    actual, predicted, probabilities = encode(predictions)
    return Predicted(
        actual[order].reshape(shape)[0], predicted[order].reshape(shape), probabilities[order].reshape(*shape, -1)
    )


def encode(predictions: pd.DataFrame) -> tuple[Integers, Integers, Floats]:
    """Gives the true and the predicted class numbers and the probabilities of a table, in its own order."""
    names = classes(predictions)
    actual, predicted = (
        pd.Categorical(predictions[column], categories=names).codes.astype(np.int64)
        for column in ("label", "predicted")
    )
    return actual, predicted, predictions[[f"p_{name}" for name in names]].to_numpy(float)


def accuracy(rows: Predicted) -> Floats:
    """Is 1 where the prediction is right, else 0."""
    return np.asarray(rows.predicted == rows.actual, dtype=float)


def log_loss(rows: Predicted) -> Floats:
    """Is minus the logarithm of the true class's probability, in nats, with `SMALLEST_PROBABILITY` as floor."""
    floored = rows.probabilities.clip(SMALLEST_PROBABILITY)
    of_actual = np.take_along_axis(floored, rows.actual[None, :, None], axis=2)[..., 0]
    return np.asarray(-np.log(of_actual / floored.sum(axis=2)))


def macro_f1(rows: Predicted) -> Floats:
    """Is the mean F1 over the classes that are true or predicted in a repeat, plus the row's influence on it."""
    is_class, is_guess = np.eye(rows.probabilities.shape[2])[
        np.stack([np.broadcast_to(rows.actual, rows.predicted.shape), rows.predicted])
    ]
    hits, both = 2 * is_class * is_guess, is_class + is_guess
    total = both.sum(axis=1, keepdims=True)
    present = total > 0
    f1 = np.divide(hits.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=present)
    influence = np.divide((hits - f1 * both) * both.shape[1], total, out=np.zeros_like(both), where=present)
    return np.asarray((f1 + influence).sum(axis=2) / present.sum(axis=2))


def calibration_error(rows: Predicted) -> Floats:
    """Is how far the row pulls its confidence bin in the bin's own direction; see `calibration.calibration_error`."""
    confidence = rows.probabilities.max(axis=2)
    excess = accuracy(rows) - confidence
    bins = [calibration.confidence_bins(of_repeat) for of_repeat in confidence]
    signs = [np.sign(np.bincount(of_row, weights=pull))[of_row] for of_row, pull in zip(bins, excess, strict=True)]
    return np.asarray(np.stack(signs) * excess)


def by_chance(score: str, rows: Predicted) -> float:
    """Estimates what few rows add to a score, in the mean over repeats: to the calibration error alone, see there."""
    if score != "calibration_error":
        return 0.0
    confidence = rows.probabilities.max(axis=2)
    correct = rows.predicted == rows.actual
    return float(np.mean([calibration.by_chance(*repeat) for repeat in zip(confidence, correct, strict=True)]))


# Each gives shape (repeats, rows); the mean over the rows of a repeat is its score.
CONTRIBUTIONS: dict[str, Callable[[Predicted], Floats]] = {
    "accuracy": accuracy,
    "macro_f1": macro_f1,
    "log_loss": log_loss,
    "calibration_error": calibration_error,
}
# The sign of a change for the better.
DIRECTION = {"accuracy": 1, "macro_f1": 1, "log_loss": -1, "calibration_error": -1}
