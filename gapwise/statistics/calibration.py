"""Whether a classifier is right as often as it says it is.

The measure is the top-label expected calibration error (Guo et al. 2017, On Calibration of Modern Neural Networks): the
mean over rows of |accuracy - mean confidence| of the row's bin; see `metrics.calibration_error`. Bins hide part of the
error (Kumar et al. 2019, Verified Uncertainty Calibration), so it is compared on the same number of rows only.
"""

import numpy as np
import numpy.typing as npt

MOST_BINS = 10
ROWS_PER_BIN = 20


def by_chance(confidence: npt.NDArray[np.float64], correct: npt.NDArray[np.bool_]) -> float:
    """Estimates how much of the calibration error is there only because rows are few.

    A bin whose accuracy and confidence are the same in truth still shows them apart, one way or the other, and both
    ways count as error. So if what was seen was the truth, other rows would show a larger error in the mean: by how
    much follows from the normal distribution. That is the bootstrap's estimate of bias, as Kumar et al. (2019, Verified
    Uncertainty Calibration) use it. It is itself too small, by what a second bootstrap tells (Hall and Martin 1988, On
    Bootstrap Resampling and Iteration): a normal distribution of twice the variance.

    Args:
        confidence: Probability of the predicted class, shape (rows,), at least one row.
        correct: Whether the prediction is right, shape (rows,).

    Returns:
        Most where the classifier is calibrated, and next to nothing where it is far from it.
    """
    bins, pull = confidence_bins(confidence), correct - confidence
    rows, seen = np.bincount(bins), np.bincount(bins, weights=pull)
    spread = np.bincount(bins, weights=(pull - (seen / rows)[bins]) ** 2)
    error = np.sqrt(spread * rows / np.maximum(rows - 1, 1))
    added = 3 * _folded(np.abs(seen), error) - _folded(np.abs(seen), np.sqrt(2) * error)
    return float(added.sum() / len(bins))


def _folded(mean: npt.NDArray[np.float64], deviation: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """By how much the mean absolute value of a normal distribution is above its mean, which is at least 0."""
    from scipy.special import ndtr

    distance = np.divide(mean, deviation, out=np.full_like(mean, np.inf), where=deviation > 0)
    return np.asarray(deviation * np.sqrt(2 / np.pi) * np.exp(-(distance**2) / 2) - 2 * mean * ndtr(-distance))


def confidence_bins(confidence: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Sorts rows into bins of equally many rows by their confidence.

    Bins of equal width, the older way, leave most bins of a confident classifier nearly empty and the error to a few
    rows (Nixon et al. 2019, Measuring Calibration in Deep Learning). Equal confidences always share a bin, so that the
    order of rows has no influence.

    Args:
        confidence: Shape (rows,), at least one row.

    Returns:
        The bin of each row, rising with confidence from 0. There is one bin per `ROWS_PER_BIN` rows, at least 1 and
        at most `MOST_BINS`, fewer where ties join them.
    """
    count = min(max(len(confidence) // ROWS_PER_BIN, 1), MOST_BINS)
    last_of_bin = np.quantile(confidence, np.arange(1, count + 1) / count, method="inverted_cdf")
    return np.searchsorted(np.unique(last_of_bin), confidence, side="left")
