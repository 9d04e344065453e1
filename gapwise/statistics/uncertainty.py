"""How sure a mean over repeats and rows is: the one place where chance is measured, for scores and for differences.

Every repeat meets every row, so the two sources of chance are crossed (Searle et al. 1992, Variance Components): which
rows were drawn for the test, and which rows and seed a repeat trained on. The variance of the mean over R repeats and
n rows is

    rows / n  +  noise / (R n)  +  repeats / R

`rows` is how rows differ where all repeats agree, `noise` how one repeat deviates on one row, and `repeats` how a
repeat deviates on all rows together. The first two are well known from hundreds of rows. The third would have to be
learned from a handful of repeats, and that is where intervals usually go wrong. But it is a near-constant share of the
noise: whatever shifts a network shifts its borderline rows. This share has a prior, which was measured
(docs/statistics.md), and whose tails are wide enough to give in to repeats that say otherwise. Averaging over what is
left open gives the interval.

Where every row is tested once, in a rotation of K test parts, a repeat is K networks, each with a part of the rows.
What is asked for is how these networks do on average (Bayle et al. 2020, Cross-validation Confidence Intervals for Test
Error). Each is shifted by itself, on its own part: the last term becomes repeats / (K R).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwise.statistics.metrics import METRICS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

# On train rows the share is larger, as training that stops later fits all of them better: 5 times for accuracy and log
# loss in five repeats of the default params.
EARLY_OR_LATE = 5.0
# Share of what few rows add to a score that is itself in doubt.
DOUBTED = 0.5
# The prior of the share's logarithm: Student's t, in units of 1 around the usual. It was picked among scales of 0.5, 1
# and 1.5 for the coverage of 2 to 10 repeats.
STEPS = np.linspace(-6, 6, 49)
TAILS = 4


@dataclass(frozen=True)
class Uncertainty:
    """What is known of a true mean: a mixture of Student's t distributions around the estimate.

    Attributes:
        value: The estimate.
        errors: Standard error for each possible share, shape (steps,).
        weights: Plausibility of each share, shape (steps,); they sum to 1.
        freedom: Degrees of freedom, from the number of independent rows.
    """

    value: float
    errors: Floats
    weights: Floats
    freedom: float

    @cached_property
    def standard_error(self) -> float:
        """The root of the mean variance."""
        return float(np.sqrt(self.weights @ self.errors**2))

    def probability_above(self, threshold: float) -> float:
        """Gives the probability that the true mean is above a threshold, with no opinion on it beforehand."""
        below = self._tail(self.value - threshold)
        return 1 - below if self.value > threshold else below

    def p_value(self, truth: float = 0.0) -> float:
        """Gives the two-sided p-value of a true mean."""
        return 2 * self._tail(self.value - truth)

    def half_width(self, confidence: float) -> float:
        """Gives half the width of the interval of a confidence above 0 and below 1."""
        from scipy.optimize import brentq
        from scipy.special import stdtrit

        if self.standard_error == 0:
            return 0.0
        outside = (1 - confidence) / 2
        widest = -stdtrit(self.freedom, outside) * self.errors.max() * 1.01
        return float(brentq(lambda width: self._tail(width) - outside, 0, widest, xtol=1e-9 * widest))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Gives the interval's lower and upper end."""
        half = self.half_width(confidence)
        return self.value - half, self.value + half

    def minus(self, other: "Uncertainty") -> "Uncertainty":
        """Gives the uncertainty of the difference to a mean with chance of its own."""
        errors = np.hypot(self.errors[:, None], other.errors)
        weights = self.weights[:, None] * other.weights
        freedom = min(self.freedom, other.freedom)
        return Uncertainty(self.value - other.value, errors.ravel(), weights.ravel(), freedom)

    def _tail(self, distance: float) -> float:
        """Probability of a deviation to one side of at least a distance: 0.5 at 0, less beyond, whatever its sign."""
        from scipy.special import stdtr

        if self.standard_error == 0:
            return 0.0 if distance else 0.5
        return float(self.weights @ stdtr(self.freedom, -abs(distance) / self.errors))


@dataclass(frozen=True)
class Components:
    """Where the variance of a mean comes from.

    Attributes:
        value: The mean.
        repeats: Their number.
        rows: Their number.
        groups: Of rows that were drawn together; as many as rows if each was drawn by itself.
        of_rows: Variance over groups of what all repeats agree on.
        noise: Variance of one repeat's deviation on one group.
        shares: Possible shares of a repeat's shift in the noise of a row, shape (steps,).
        weights: How plausible each is after the repeats were seen, shape (steps,); they sum to 1.
        folds: Test parts of a rotation; 1 where all repeats are tested on all rows.
    """

    value: float
    repeats: int
    rows: int
    groups: int
    of_rows: float
    noise: float
    shares: Floats
    weights: Floats
    folds: int = 1

    def uncertainty(self, repeats: int | None = None, rows: int | None = None) -> Uncertainty:
        """Gives the uncertainty of the mean, or what it would be with another number of repeats or rows."""
        per_group = self.rows / self.groups
        groups = (rows or self.rows) / per_group
        of_repeat = self.noise * (1 / groups + self.shares * per_group / self.folds)
        errors = np.sqrt(self.of_rows / groups + of_repeat / (repeats or self.repeats))
        return Uncertainty(self.value, errors, self.weights, max(groups - 1, 1))


def components(
    contributions: Floats, groups: Integers, score: str, by_chance: float = 0.0, folds: Integers | None = None
) -> Components:
    """Takes the variance of a mean apart.

    Args:
        contributions: What each row adds to the score in each repeat, or the difference of two settings in that, shape
            (repeats, rows); at least 2 groups. With one repeat, all that rows differ by counts as noise.
        groups: Number of each row's group from 0, shape (rows,). Rows of one group are taken as drawn together.
        score: One of `METRICS`.
        by_chance: What few rows add to the mean, which is taken off, and `DOUBTED`; see `Metric.bias`.
        folds: Number of the test part of a rotation that each row is in, from 0, shape (rows,); None for one part. Rows
            of one group are in one part.
    """
    repeats, rows = contributions.shape
    value = float(contributions.mean())
    deviations = by_group(contributions - value, groups)
    count = deviations.shape[1]
    one_row = METRICS[score].one_row * count / rows**2
    part = np.zeros(count, np.intp) if folds is None else of_groups(folds, groups)
    in_part = np.bincount(part).astype(float)
    of_group = deviations.mean(axis=0)
    of_network = np.stack([np.bincount(part, one) for one in deviations - of_group]) / in_part
    between_groups = repeats * (of_group**2).sum() / (count - 1)
    if (contributions == contributions[0, 0]).all():
        between_groups = repeats * one_row
    if repeats == 1:
        noise = between_groups
    else:
        residual = deviations - of_group - of_network[:, part]
        noise = (residual**2).sum() / ((repeats - 1) * (count - len(in_part)))
    of_rows = max(between_groups - noise, 0.0) / repeats + count * (DOUBTED * by_chance) ** 2
    noise = max(noise, one_row / repeats)
    between = float((in_part * of_network**2).sum())
    freedom, in_each = len(in_part) * (repeats - 1), rows / len(in_part)
    shares, weights = posterior(between, noise, freedom, in_each, METRICS[score].usual_share)
    return Components(value - by_chance, repeats, rows, count, of_rows, noise, shares, weights, len(in_part))


def of_own_rows(contributions: Sequence[Floats], score: str, by_chance: float = 0.0) -> Uncertainty:
    """Gives the uncertainty of a mean over repeats that each have rows of their own, as those of train.

    Args:
        contributions: What each row adds to the score, shape (rows,), by repeat; at least 2 rows.
        score: One of `METRICS`.
        by_chance: See `components`.
    """
    repeats, rows = len(contributions), float(np.mean([len(one) for one in contributions]))
    means = np.array([one.mean() for one in contributions])
    freedom = repeats * (rows - 1)
    noise = sum(((one - one.mean()) ** 2).sum() for one in contributions) / freedom
    noise = max(noise, METRICS[score].one_row / (repeats * rows))
    between = rows * ((means - means.mean()) ** 2).sum()
    shares, weights = posterior(between, noise, repeats - 1, rows, EARLY_OR_LATE * METRICS[score].usual_share)
    value = float(means.mean()) - by_chance
    return Uncertainty(value, np.sqrt(noise * (1 / rows + shares) / repeats), weights, freedom)


def by_group(values: Floats, groups: Integers) -> Floats:
    """Sums rows of a group, in units in which the mean over groups is the mean over rows.

    Args:
        values: Shape (..., rows).
        groups: Number of each row's group from 0, shape (rows,).

    Returns:
        Shape (..., groups).
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[..., order], starts, axis=-1) * len(starts) / len(groups))


def of_groups(values: Integers, groups: Integers) -> Integers:
    """Gives what the rows of each group have in common, in the order of `by_group`: shape (rows,) to (groups,)."""
    order = np.argsort(groups, kind="stable")
    return np.asarray(values[order][np.flatnonzero(np.diff(groups[order], prepend=-1))])


def posterior(between: float, noise: float, freedom: int, rows: float, usual: float) -> tuple[Floats, Floats]:
    """Learns from repeats which share of the noise their shifts are.

    Args:
        between: Sum of squares between repeats, in the units of the noise.
        noise: Its variance.
        freedom: Degrees of freedom of that sum.
        rows: In each repeat.
        usual: Median share, before.

    Returns:
        Shares, shape (steps,), and how plausible each is, of the same shape; they sum to 1.
    """
    shares, weights = prior(usual)
    # The sum of squares over the noise is chi-square, times 1 + what the share adds over all rows.
    inflation = 1 + shares * rows
    ratio = between / noise if noise else 0.0
    log_likelihood = -0.5 * (freedom * np.log(inflation) + ratio / inflation)
    weights = weights * np.exp(log_likelihood - log_likelihood.max())
    return shares, weights / weights.sum()


def prior(usual: float) -> tuple[Floats, Floats]:
    """Gives possible shares of a repeat's shift in the noise, and how plausible each is before repeats were seen.

    Args:
        usual: Median share.

    Returns:
        Shares, shape (steps,), and weights of the same shape that sum to 1.
    """
    weights = (1 + STEPS**2 / TAILS) ** (-(TAILS + 1) / 2)
    return usual * np.exp(STEPS), weights / weights.sum()


def score_interval(uncertainty: Uncertainty, score: str, confidence: float) -> tuple[float, float]:
    """Gives the interval of a score, which for a share of rows stays between 0 and 1.

    For a share it is Wilson's (1927), with as many rows as would be as uncertain as these (Korn and Graubard 1998,
    Confidence Intervals for Proportions with Small Expected Number of Positive Counts Estimated from Survey Data).

    Args:
        uncertainty: Of the score.
        score: One of `METRICS`.
        confidence: Of the interval, above 0 and below 1.
    """
    if not METRICS[score].is_share:
        low, high = uncertainty.interval(confidence)
        return max(low, 0.0), high
    share, variance = uncertainty.value, uncertainty.value * (1 - uncertainty.value)
    rows = variance / uncertainty.standard_error**2 if variance > 0 else uncertainty.freedom + 1
    multiple = (uncertainty.half_width(confidence) / uncertainty.standard_error) ** 2 / rows
    middle, half = share + multiple / 2, (multiple * variance + multiple**2 / 4) ** 0.5
    return max((middle - half) / (1 + multiple), 0.0), min((middle + half) / (1 + multiple), 1.0)
