"""What the runs of a learning curve know together: the mean score of each size, and how the means err together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import Integers, by_group, components

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observed:
    """The scores of several sizes, smallest first, on the same test rows in the same repeats.

    Attributes:
        rows: Trained on, shape (sizes,), rising.
        left: Rows that each repeat drew from, at least the last of `rows`.
        means: Mean scores over repeats, shape (sizes,).
        repeats: Their number.
        of_rows: Covariance of the means over other test rows, shape (sizes, sizes); a row more or less that is right
            is always possible.
        noise: Covariance of what one repeat deviates on one test row, of the same shape.
        shares: Possible shares of a repeat's shift in the noise, see `uncertainty.posterior`, shape (steps,).
        weights: How plausible each is, shape (steps,); they sum to 1.
        freedom: Degrees of freedom, from the number of independent test rows.
    """

    rows: Floats
    left: float
    means: Floats
    repeats: int
    of_rows: Floats
    noise: Floats
    shares: Floats
    weights: Floats
    freedom: float

    def shifts(self, share: float) -> Floats:
        """Gives what one row that is trained on may shift the score by, shape (sizes,), for a share of the noise.

        The score of n rows is shifted by the mean of n such draws, as far as it is linear in them.
        """
        return np.asarray(np.sqrt(share * np.diag(self.noise) * self.rows))

    def covariance(self, share: float) -> Floats:
        """Gives the covariance of the means, shape (sizes, sizes), for one share of a repeat's shift.

        A repeat is better or worse as a whole by the rows that it drew, and these it shares: a size with the smaller
        ones of its repeat, and with other repeats the more, the more of the rows that are left it takes.
        """
        larger = np.maximum.outer(self.rows, self.rows)
        of_draws = 1 / self.left + (1 / larger - 1 / self.left) / self.repeats
        shifts = self.shifts(share)
        return np.asarray(self.of_rows + np.outer(shifts, shifts) * of_draws)


def observe(rows: Sequence[float], left: float, contributions: Floats, groups: Integers, score: str) -> Observed:
    """Takes the scores of several sizes apart, as `uncertainty.components` does that of one.

    Args:
        rows: Trained on, of each size, rising.
        left: Rows that each repeat drew from.
        contributions: What each test row adds to the score, shape (sizes, repeats, test rows); at least 2 groups.
        groups: Number of each test row's group from 0, shape (test rows,).
        score: One of `METRICS`.
    """
    _, repeats, texts = contributions.shape
    means = contributions.mean(axis=(1, 2))
    of_cell = by_group(contributions - means[:, None, None], groups)
    count = of_cell.shape[2]
    of_group = of_cell.mean(axis=1)
    of_rows = of_group @ of_group.T / (count * (count - 1))
    residual = of_cell - of_group[:, None]
    residual = residual - residual.mean(axis=2, keepdims=True)
    noise = np.tensordot(residual, residual, ([1, 2], [1, 2])) / max((repeats - 1) * (count - 1), 1)
    if repeats == 1:
        noise = count * of_rows
    one_row = METRICS[score].one_row / texts**2
    change = components(contributions[-1] - contributions[0], groups, score)
    return Observed(
        rows=np.asarray(rows, float),
        left=left,
        means=means,
        repeats=repeats,
        of_rows=of_rows + one_row * np.eye(len(means)),
        noise=noise * texts / count,
        shares=change.shares,
        weights=change.weights,
        freedom=count - 1,
    )
