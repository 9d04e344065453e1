"""The law of a learning curve, and what it foretells: a power of the rows, averaged over all that are plausible.

    score(n) = level + change * bend(n),    bend(n) proportional to (1 - (n / first)^-c) / c

With an exponent c near 0 it is a logarithm, with 1 it is linear in 1/n, and between it is the power law with offset of
Hestness et al. 2017, Deep Learning Scaling Is Predictable, Empirically. Viering and Loog 2022, The Shape of Learning
Curves: a Review, find that no single one fits all curves, so none is chosen: for each exponent, and for each share that
a repeat's shift may have, level and change are fitted by generalized least squares (Aitken 1935), and their forecasts
are averaged by how plausible each is. The average is the wider, the more they disagree.

The rows that are left may be lucky ones, and more labels thin this luck out. What the scores tell of it is part of the
forecast: the best linear unbiased prediction of Goldberger 1962.
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwise.forecasting.mixture import Mixture
from gapwise.forecasting.observed import Observed

Floats = npt.NDArray[np.float64]

# The prior of the exponent: normal. Picked with the roughness for the coverage of benchmarks/curve; below 0 are curves
# that bend upwards at first, as of networks that a few rows train for a few steps.
EXPONENTS = np.linspace(-1.0, 2.0, 31)
USUAL, SPREAD = 0.25, 0.5
# How far a size's true score is off the law, as a share of the change from the smallest size to the largest.
ROUGHNESS = 0.05
EVERY = 4  # of the steps of shares


@dataclass(frozen=True)
class Fits:
    """What is known under each of the laws.

    Attributes:
        exponents: Shape (laws,).
        found: Level and change, shape (laws, 2): the score at the smallest size, and its change up to the largest.
        covariances: Of the two, shape (laws, 2, 2).
        shift: What one row may shift the score of the largest size by, shape (laws,).
        luck: Mean draw of the rows that are left, in units of the shift, shape (laws,).
        spoilt: By how much an error in level or change would pass for luck, shape (laws, 2).
        unsure: Variance of the luck, were level and change known, shape (laws,).
        likelihood: Logarithm of how well the law explains the scores, shape (laws,).
    """

    exponents: Floats
    found: Floats
    covariances: Floats
    shift: Floats
    luck: Floats
    spoilt: Floats
    unsure: Floats
    likelihood: Floats


@dataclass(frozen=True)
class Law:
    """All laws that are plausible.

    Attributes:
        observed: The scores that they were fitted to.
        fits: What is known under each.
        weights: Plausibility of each, shape (laws,); they sum to 1.
        rough: Variance of a size's true score around the law.
    """

    observed: Observed
    fits: Fits
    weights: Floats
    rough: float

    @cached_property
    def exponent(self) -> float:
        """The mean exponent."""
        return float(self.weights @ self.fits.exponents)

    def score(self, rows: float) -> Mixture:
        """Gives the true score at a number of rows."""
        bends = self._bend(rows)
        return self._mixture(np.stack([np.ones_like(bends), bends], axis=1), self._kept(rows), self.rough)

    def gain(self, start: float, end: float) -> Mixture:
        """Gives the change of the true score from one number of rows to another."""
        change = self._bend(end) - self._bend(start)
        kept = self._kept(end) - self._kept(start)
        return self._mixture(np.stack([np.zeros_like(change), change], axis=1), kept, 2 * self.rough)

    def _bend(self, rows: float) -> Floats:
        return bend(rows, self.fits.exponents, self.observed.rows[0], self.observed.rows[-1])

    def _kept(self, rows: float) -> float:
        """Share of the luck with the rows that are left that still counts among more."""
        return min(1.0, self.observed.left / rows)

    def _mixture(self, of_both: Floats, kept: float, rough: float) -> Mixture:
        """Gives a linear function of level and change, plus what is kept of the luck."""
        fits = self.fits
        shift = kept * fits.shift
        values = (of_both * fits.found).sum(axis=1) + shift * fits.luck
        open_end = of_both - shift[:, None] * fits.spoilt
        variances = np.einsum("ki,kij,kj->k", open_end, fits.covariances, open_end) + shift**2 * fits.unsure + rough
        return Mixture(values, np.sqrt(variances), self.weights, self.observed.freedom)


def bend(rows: float, exponents: Floats, first: float, last: float) -> Floats:
    """Gives the course of curves with some exponents at a number of rows: from 0 at the first to 1 at the last."""
    straight = np.abs(exponents) < 1e-9
    divisor = np.where(straight, 1.0, exponents)

    def power(logarithm: float) -> Floats:
        return np.where(straight, logarithm, -np.expm1(-divisor * logarithm) / divisor)

    return np.asarray(power(np.log(rows / first)) / power(np.log(last / first)))


def fit(observed: Observed) -> Law:
    """Fits every law to the scores of at least 3 sizes."""
    rough = (ROUGHNESS * (observed.means[-1] - observed.means[0])) ** 2
    shares = observed.shares[::EVERY]
    of_share = [_fit(observed, share, rough) for share in shares]
    fits = Fits(*(np.concatenate([getattr(one, field.name) for one in of_share]) for field in fields(Fits)))
    of_shares = np.repeat(np.log(observed.weights[::EVERY]), len(EXPONENTS))
    of_exponents = -0.5 * ((fits.exponents - USUAL) / SPREAD) ** 2
    logs = fits.likelihood + of_shares + of_exponents
    weights = np.exp(logs - logs.max())
    return Law(observed, fits, weights / weights.sum(), rough)


def _fit(observed: Observed, share: float, rough: float) -> Fits:
    """Fits the laws of all exponents, for one share of a repeat's shift in the noise."""
    first, last = observed.rows[0], observed.rows[-1]
    courses = np.stack([bend(rows, EXPONENTS, first, last) for rows in observed.rows], axis=1)
    # Both sides are divided by a root of the covariance, after which all errors are alike and independent.
    root = np.linalg.cholesky(observed.covariance(share) + rough * np.eye(len(observed.rows)))
    design = np.linalg.solve(root, np.stack([np.ones_like(courses), courses], axis=2))
    scores = np.linalg.solve(root, observed.means)
    luck = np.linalg.solve(root, observed.shifts(share) / observed.left)
    normal = design.transpose(0, 2, 1) @ design
    found = np.linalg.solve(normal, (design.transpose(0, 2, 1) @ scores)[..., None])[..., 0]
    rest = scores - (design @ found[..., None])[..., 0]
    laws = len(EXPONENTS)
    return Fits(
        exponents=EXPONENTS,
        found=found,
        covariances=np.linalg.inv(normal),
        shift=np.full(laws, observed.shifts(share)[-1]),
        luck=rest @ luck,
        spoilt=design.transpose(0, 2, 1) @ luck,
        unsure=np.full(laws, max(1 / observed.left - float(luck @ luck), 0.0)),
        likelihood=-np.log(np.diag(root)).sum() - 0.5 * np.linalg.slogdet(normal)[1] - 0.5 * (rest**2).sum(axis=1),
    )
