"""The law of a learning curve, and what it foretells: a power of the rows, averaged over all that are plausible.

    score(n) = level + change * bend(n),    bend(n) proportional to (1 - (n / first)^-c) / c

With an exponent c near 0 it is a logarithm, with 1 it is linear in 1/n, and between it is the power law with offset of
Hestness et al. 2017, Deep Learning Scaling Is Predictable, Empirically. Viering and Loog 2022, The Shape of Learning
Curves: a Review, find that no single one fits all curves, so none is chosen: for each exponent, and for each share that
a repeat's shift may have, level and change are fitted by generalized least squares (Aitken 1935), and what they foretell
is averaged by how plausible each is. It is the wider, the more they disagree.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gapwise.forecasting.mixture import Mixture
from gapwise.forecasting.observed import Observed

Floats = npt.NDArray[np.float64]

# The prior of the exponent: normal.
EXPONENTS = np.linspace(-0.5, 2.0, 26)
USUAL, SPREAD = 0.5, 0.5
# How far a size's true score is off the law, as a share of the change from the smallest size to the largest.
ROUGHNESS = 0.03
EVERY = 4  # of the steps of shares


@dataclass(frozen=True)
class Law:
    """The laws that are plausible.

    Attributes:
        first: The smallest number of rows that was seen.
        last: The largest.
        exponents: Shape (laws,).
        found: Level and change of each, shape (laws, 2): the score at `first`, and by how much it changes up to `last`.
        covariances: Of the two, shape (laws, 2, 2).
        weights: Plausibility of each, shape (laws,); they sum to 1.
        rough: Variance of a size's true score around the law.
        freedom: Degrees of freedom.
    """

    first: float
    last: float
    exponents: Floats
    found: Floats
    covariances: Floats
    weights: Floats
    rough: float
    freedom: float

    @cached_property
    def exponent(self) -> float:
        """The mean exponent."""
        return float(self.weights @ self.exponents)

    def score(self, rows: float) -> Mixture:
        """Gives the true score at a number of rows."""
        bends = bend(rows, self.exponents, self.first, self.last)
        return self._mixture(np.stack([np.ones_like(bends), bends], axis=1), self.rough)

    def gain(self, start: float, end: float) -> Mixture:
        """Gives the change of the true score from one number of rows to another."""
        before, after = (bend(rows, self.exponents, self.first, self.last) for rows in (start, end))
        return self._mixture(np.stack([np.zeros_like(after), after - before], axis=1), 2 * self.rough)

    def _mixture(self, of_both: Floats, rough: float) -> Mixture:
        values = (of_both * self.found).sum(axis=1)
        variances = np.einsum("ki,kij,kj->k", of_both, self.covariances, of_both)
        return Mixture(values, np.sqrt(variances + rough), self.weights, self.freedom)


def bend(rows: float, exponents: Floats, first: float, last: float) -> Floats:
    """Gives the course of curves with some exponents at a number of rows: from 0 at the first to 1 at the last."""

    def power(logarithm: float) -> Floats:
        near_0 = np.abs(exponents) < 1e-9
        divisor = np.where(near_0, 1.0, exponents)
        return np.where(near_0, logarithm, -np.expm1(-divisor * logarithm) / divisor)

    return np.asarray(power(np.log(rows / first)) / power(np.log(last / first)))


def fit(observed: Observed) -> Law:
    """Fits every law to the scores of at least 3 sizes."""
    first, last = observed.rows[0], observed.rows[-1]
    shares, of_shares = observed.shares[::EVERY], observed.weights[::EVERY]
    rough = (ROUGHNESS * (observed.means[-1] - observed.means[0])) ** 2
    courses = np.stack([bend(rows, EXPONENTS, first, last) for rows in observed.rows], axis=1)
    designs = np.stack([np.ones_like(courses), courses], axis=2)
    fits = [_fit(designs, observed, share, rough) for share in shares]
    found, covariances, logs = (np.concatenate(part) for part in zip(*fits, strict=True))
    of_exponents = -0.5 * ((EXPONENTS - USUAL) / SPREAD) ** 2
    logs += np.add.outer(np.log(of_shares), of_exponents).ravel()
    weights = np.exp(logs - logs.max())
    exponents = np.tile(EXPONENTS, len(shares))
    return Law(first, last, exponents, found, covariances, weights / weights.sum(), rough, observed.freedom)


def _fit(designs: Floats, observed: Observed, share: float, rough: float) -> tuple[Floats, Floats, Floats]:
    """Fits level and change for every exponent.

    Args:
        designs: What level and change add to each size's score, shape (exponents, sizes, 2).
        observed: The scores.
        share: Of a repeat's shift in the noise.
        rough: See `Law`.

    Returns:
        Level and change, their covariances, and logarithms of the marginal likelihood, by exponent.
    """
    factor = np.linalg.cholesky(observed.covariance(share) + rough * np.eye(len(observed.rows)))
    white, target = np.linalg.solve(factor, designs), np.linalg.solve(factor, observed.means)
    normal = white.transpose(0, 2, 1) @ white
    covariances = np.linalg.inv(normal)
    found = np.einsum("kij,kjs,s->ki", covariances, white.transpose(0, 2, 1), target)
    rest = ((target - np.einsum("ksi,ki->ks", white, found)) ** 2).sum(axis=1)
    likelihood = -np.log(np.diag(factor)).sum() - 0.5 * np.linalg.slogdet(normal)[1] - 0.5 * rest
    return found, covariances, likelihood
