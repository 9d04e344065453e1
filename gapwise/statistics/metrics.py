"""Every metric there is, with all that the rest of the project knows of it. A new one needs its entry here, no more.

A metric is a mean of what each row contributes to it, so that its uncertainty is that of a mean. Accuracy and log loss
are means already. For macro-F1 and the calibration error a row's contribution is the score plus its influence on it
(Hampel 1974, The Influence Curve): the mean is the score itself, and the spread tells how the score would move if other
rows had been drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
        folds: Number of the test part of a rotation that each row is in, from 0, shape (rows,); None for one part.
    """

    actual: Integers
    predicted: Integers
    probabilities: Floats
    folds: Integers | None = None


def accuracy(rows: Predicted) -> Floats:
    """Gives 1 where the prediction is right, else 0."""
    return np.asarray(rows.predicted == rows.actual, dtype=float)


def log_loss(rows: Predicted) -> Floats:
    """Gives minus the logarithm of the true class's probability, in nats, with `SMALLEST_PROBABILITY` as floor."""
    floored = rows.probabilities.clip(SMALLEST_PROBABILITY)
    of_actual = np.take_along_axis(floored, rows.actual[None, :, None], axis=2)[..., 0]
    return np.asarray(-np.log(of_actual / floored.sum(axis=2)))


def macro_f1(rows: Predicted) -> Floats:
    """Gives the mean F1 over the classes that are true or predicted in a repeat, plus the row's influence on it."""
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
    """Gives how far the row pulls its confidence bin in the bin's own direction; see `calibration`."""
    confidence = rows.probabilities.max(axis=2)
    excess = accuracy(rows) - confidence
    bins = [calibration.confidence_bins(of_repeat) for of_repeat in confidence]
    signs = [np.sign(np.bincount(of_row, weights=pull))[of_row] for of_row, pull in zip(bins, excess, strict=True)]
    return np.asarray(np.stack(signs) * excess)


def calibration_bias(rows: Predicted) -> float:
    """Estimates how much of the calibration error is there only because rows are few; the mean over repeats."""
    confidence = rows.probabilities.max(axis=2)
    correct = rows.predicted == rows.actual
    return float(np.mean([calibration.by_chance(*repeat) for repeat in zip(confidence, correct, strict=True)]))


def no_bias(rows: Predicted) -> float:
    """Gives 0: a mean of rows is right on average, however few they are."""
    return 0.0


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        contribution: Gives what each row adds, shape (repeats, rows); the mean over the rows of a repeat is its score.
        direction: The sign of a change for the better: 1 or -1.
        is_share: Whether it is a share of rows, which stays between 0 and 1.
        one_row: What one row can do to it: where no difference was seen there may be one, so that the variance of one
            row is assumed.
        usual_share: Median share of a repeat's shift in the noise, `repeats / noise` of `uncertainty`. Measured by
            benchmarks/honesty.
        label: Its name in a sentence.
        unit: What an amount of it is counted in.
        factor: From the metric to its unit.
        decimals: Of an amount in its unit.
        bias: Estimates what few rows add to the score, in the mean over repeats.
    """

    contribution: Callable[[Predicted], Floats]
    direction: int
    is_share: bool
    one_row: float
    usual_share: float
    label: str
    unit: str
    factor: float
    decimals: int
    bias: Callable[[Predicted], float] = no_bias


METRICS = {
    "accuracy": Metric(accuracy, 1, True, 1.0, 0.001, "accuracy", "points of accuracy", 100, 1),
    "macro_f1": Metric(macro_f1, 1, True, 1.0, 0.001, "macro F1", "points of macro F1", 100, 1),
    "log_loss": Metric(log_loss, -1, False, 0.0, 0.0025, "log loss", "nats of log loss", 1, 3),
    "calibration_error": Metric(
        *(calibration_error, -1, False, 0.0, 0.001),
        *("calibration error", "points of calibration error", 100, 1, calibration_bias),
    ),
}
