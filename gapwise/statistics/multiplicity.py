"""Correction of p-values for how many there are."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Corrects p-values for their number (Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure).

    statsmodels gives the same, and collects the garbage of the whole process in each call.

    Args:
        p_values: Each from 0 to 1.

    Returns:
        Each from 0 to 1, in the order given.
    """
    order = np.argsort(p_values, kind="stable")
    multiples = np.arange(len(p_values), 0, -1) * np.asarray(p_values)[order]
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(multiples).clip(max=1)
    return [float(p) for p in adjusted]
