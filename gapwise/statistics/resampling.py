"""Test rows and repeats drawn anew, for figures that have no simple variance."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


class Draws:
    """Draws of whole groups of rows and of repeats, each with replacement (Owen 2007, The Pigeonhole Bootstrap).

    All repeats predict the same rows, so neither is drawn within the other: a draw takes rows, takes repeats, and uses
    every prediction where they cross.

    Args:
        groups: Number of each row's group from 0, shape (rows,).
        repeats: How many there are.
        samples: Number of draws.
        rng: Where the draws come from.

    Attributes:
        times: How often each draw has each group, shape (samples, groups).
        shares: What share of each draw each repeat has, shape (samples, repeats).
    """

    def __init__(self, groups: Integers, repeats: int, samples: int, rng: np.random.Generator) -> None:
        count = int(groups.max()) + 1
        self.times = rng.multinomial(count, np.full(count, 1 / count), size=samples)
        self.shares = rng.multinomial(repeats, np.full(repeats, 1 / repeats), size=samples) / repeats
        self._membership = sparse.csr_array((np.ones(len(groups)), (np.arange(len(groups)), groups)))

    def by_group(self, values: Floats) -> Floats:
        """Sums values of shape (repeats, rows) over each group and averages over each draw's repeats.

        Returns:
            Shape (samples, groups).
        """
        return np.asarray(self.shares @ (values @ self._membership))

    def total(self, values: Floats) -> Floats:
        """Sums values of shape (repeats, rows) over each draw's rows and repeats, shape (samples,)."""
        return np.asarray((self.by_group(values) * self.times).sum(axis=1))
