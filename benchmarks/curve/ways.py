"""Ways to forecast a gain from the scores of a few sizes: Gapwise's own, and what one would do at first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gapwise.base.seeds import derive
from gapwise.forecasting.observed import observe
from gapwise.forecasting.power_law import EXPONENTS, bend, fit
from gapwise.statistics.uncertainty import by_group

Floats = NDArray[np.float64]
Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True)
class Seen:
    """What a way may look at.

    Attributes:
        rows: Trained on, of each size, shape (sizes,); the last is all that are left.
        contributions: What test rows add to the score, shape (sizes, repeats, texts).
        groups: Number of each test row's group, shape (texts,).
        metric: Of the score.
    """

    rows: Floats
    contributions: Floats
    groups: NDArray[np.intp]
    metric: str


Way = Callable[[Seen, Sequence[float]], list[Interval]]

CONFIDENCE = 0.95
RESAMPLED = 200


def gapwise(seen: Seen, ends: Sequence[float]) -> list[Interval]:
    """Forecasts as `gapwise curve` does."""
    law = fit(observe(seen.rows, seen.rows[-1], seen.contributions, seen.groups, seen.metric))
    gains = [law.gain(seen.rows[-1], end) for end in ends]
    return [(gain.mean, *gain.interval(CONFIDENCE)) for gain in gains]


def bootstrapped(exponents: Floats) -> Way:
    """Gives the way that fits a curve by least squares and draws repeats and groups of test rows anew for an interval.

    Args:
        exponents: Of the curves to choose from; the one that fits best is taken.
    """

    def forecast(seen: Seen, ends: Sequence[float]) -> list[Interval]:
        cells = by_group(seen.contributions, seen.groups)
        _, repeats, count = cells.shape
        rng = np.random.default_rng(derive(0, seen.metric, count, repeats))
        of_repeats, of_groups = (rng.multinomial(n, np.full(n, 1 / n), RESAMPLED) / n for n in (repeats, count))
        drawn = np.einsum("br,srg,bg->bs", of_repeats, cells, of_groups, optimize=True)
        means = np.vstack([seen.contributions.mean(axis=(1, 2)), drawn])
        found = [_least_squares(seen.rows, means, exponents, end) for end in ends]
        outside = (1 - CONFIDENCE) / 2
        return [(float(one[0]), *map(float, np.quantile(one[1:], [outside, 1 - outside]))) for one in found]

    return forecast


def _least_squares(rows: Floats, means: Floats, exponents: Floats, end: float) -> Floats:
    """Gives the gain up to `end` that the best of the curves foretells, for each line of `means`."""
    first, last = rows[0], rows[-1]
    gains, misfits = [], []
    for exponent in exponents:
        one = np.array([exponent])
        course = np.array([bend(at, one, first, last)[0] for at in rows])
        design = np.column_stack([np.ones_like(course), course])
        found, *_ = np.linalg.lstsq(design, means.T, rcond=None)
        misfits.append(((means.T - design @ found) ** 2).sum(axis=0))
        gains.append(found[1] * (bend(end, one, first, last)[0] - 1))
    return np.take_along_axis(np.array(gains), np.argmin(misfits, axis=0)[None], axis=0)[0]


WAYS: Mapping[str, Way] = {
    "Gapwise": gapwise,
    "power law, bootstrap": bootstrapped(EXPONENTS),
    "logarithm, bootstrap": bootstrapped(np.array([0.0])),
    "line in 1/n, bootstrap": bootstrapped(np.array([1.0])),
}
