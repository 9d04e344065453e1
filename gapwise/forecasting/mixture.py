"""What is known of a figure whose explanations are many: each gives its own Student's t distribution."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """A mixture of Student's t distributions.

    Attributes:
        values: Middle of each, shape (parts,).
        errors: Standard error of each, above 0, shape (parts,).
        weights: Plausibility of each, shape (parts,); they sum to 1.
        freedom: Degrees of freedom of all.
    """

    values: Floats
    errors: Floats
    weights: Floats
    freedom: float

    @property
    def mean(self) -> float:
        """The mean of the mixture."""
        return float(self.weights @ self.values)

    def below(self, threshold: float) -> float:
        """Gives the probability that the figure is below a threshold."""
        from scipy.special import stdtr

        return float(self.weights @ stdtr(self.freedom, (threshold - self.values) / self.errors))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Gives the interval that leaves out as much on each side, of a confidence above 0 and below 1."""
        outside = (1 - confidence) / 2
        return self._quantile(outside), self._quantile(1 - outside)

    def _quantile(self, probability: float) -> float:
        from scipy.optimize import brentq
        from scipy.special import stdtrit

        # Of all parts, one has its own quantile lowest and one highest; the mixture's lies between.
        ends = self.values + self.errors * stdtrit(self.freedom, probability)
        if ends.min() == ends.max():
            return float(ends[0])
        return float(brentq(lambda end: self.below(end) - probability, ends.min(), ends.max()))
