"""Whether a classifier is right as often as it says it is."""

import numpy as np
import numpy.typing as npt

MOST_BINS = 10
ROWS_PER_BIN = 20


def calibration_error(confidence: npt.NDArray[np.float64], correct: npt.NDArray[np.bool_]) -> float:
    """Measures the top-label expected calibration error (Guo et al. 2017, On Calibration of Modern Neural Networks).

    It is the mean over rows of |accuracy - mean confidence| of the row's bin; see `confidence_bins`.

    Args:
        confidence: Probability of the predicted class, shape (rows,), at least one row.
        correct: Whether the prediction is right, shape (rows,).

    Returns:
        A number in [0, 1]; 0 is best. Chance alone raises it when rows are few, and bins hide part of the error
        (Kumar et al. 2019, Verified Uncertainty Calibration), so compare it only on the same number of rows.

    Example:
        >>> calibration_error(np.array([0.75, 0.75]), np.array([True, False]))
        0.25
    """
    bins = confidence_bins(confidence)
    return float(np.abs(np.bincount(bins, weights=correct - confidence)).sum() / len(bins))


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
