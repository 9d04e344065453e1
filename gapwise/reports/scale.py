"""An axis: where a value lies on it, and which round numbers label it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear axis.

    Attributes:
        low: Value at its left end.
        high: Value at its right end, above `low`.
    """

    low: float
    high: float

    def position(self, value: float) -> float:
        """Places a value from 0 (left end) to 1 (right end)."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        """Gives round values on the axis, 1, 2 or 5 times a power of ten apart, at most `most` of them."""
        exponent = math.floor(math.log10((self.high - self.low) / most))
        steps = (digit * 10.0**power for power in (exponent, exponent + 1) for digit in (1, 2, 5))
        counts = ((step, math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)) for step in steps)
        step, first, last = next(found for found in counts if found[2] - found[1] < most)
        return [round(number * step, 12) for number in range(first, last + 1)]


def around(values: Sequence[float], air: float = 0.06) -> Scale:
    """Makes a scale that holds zero and all values, with some air at both ends.

    Args:
        values: Any number.
        air: Share of the span that is left free at each end.
    """
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        return Scale(-1.0, 1.0)
    room = air * (high - low)
    return Scale(low - room, high + room)


def in_css(share: float) -> str:
    """Writes a share of a width, from 0 to 1, as CSS has it."""
    return f"{100 * share:.2f}%"
