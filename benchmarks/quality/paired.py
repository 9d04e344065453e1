"""Differences in test accuracy between two columns of the quality benchmarks, repeat by repeat and text by text."""

import functools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.quality import trainings
from benchmarks.quality.sets import parts
from gapwise.statistics.uncertainty import components

Groups = Callable[[str], NDArray[np.intp]]


class Difference(NamedTuple):
    """A mean difference in accuracy with its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def difference(changed: pd.DataFrame, base: pd.DataFrame, groups: NDArray[np.intp]) -> Difference:
    """Gives the mean difference over repeats and test texts.

    Args:
        changed: Rows of `trainings.read`, one per repeat.
        base: Those of the same repeats that it is compared with.
        groups: Of the set's test texts, from `groups_of`.
    """
    gained = gains(changed["right"], base["right"])
    low, high = components(gained, groups, "accuracy").uncertainty().interval(0.95)
    return Difference(float(gained.mean()), float(low), float(high))


def gains(changed: Iterable[str], base: Iterable[str]) -> NDArray[np.float64]:
    """Gives what each repeat gains on each test text: 1, 0 or -1, shape (repeats, rows)."""
    pairs = zip(changed, base, strict=True)
    return np.stack([trainings.right(new).astype(float) - trainings.right(old) for new, old in pairs])


@functools.cache
def groups_of(name: str) -> NDArray[np.intp]:
    """Gives the number of each test text's group, in the order of `text_id`: texts of one article count together."""
    return pd.factorize(parts(name)[1].sort_values("text_id")["group"])[0]
