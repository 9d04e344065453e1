"""The calibration error as its definition has it, which the product computes row by row."""

import numpy as np

from gapwise.statistics.calibration import confidence_bins


def calibration_error(confidence, correct):
    """The mean over rows of |accuracy - mean confidence| of the row's bin."""
    bins = confidence_bins(confidence)
    return float(np.abs(np.bincount(bins, weights=correct - confidence)).sum() / len(bins))
