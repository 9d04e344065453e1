"""What a search may cost, and how it is divided: a screening of all settings, then a race of the best of them.

Costs are in trainings: one repeat of one setting, on the rows that `split` gives it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

LOOKS = (3, 6)  # repeats at the looks before the last; each look costs a start of training for every setting in it
LAST = 3  # settings that come to the end, if the budget pays for them
MOST = 0.5  # share of the development rows that a screening validates on at most
PASSES = 3  # that a row to train on takes in an epoch, where one to validate on takes one


@dataclass(frozen=True)
class Look:
    """A halt of the race.

    Attributes:
        repeats: That each setting still in it has by then.
        settings: Still in it at most, the default included.
    """

    repeats: int
    settings: int


@dataclass(frozen=True)
class Screening:
    """One training of every setting, on fewer rows than a repeat of the race and judged on more.

    Attributes:
        fraction: `split.validation_fraction` of it; None where the screening is the first repeat of the race.
        price: Of each, in trainings.
    """

    fraction: float | None = None
    price: float = 1.0


@dataclass(frozen=True)
class Plan:
    """How a budget is divided.

    Attributes:
        settings: In all.
        screening: None where the budget pays for racing all settings to the end.
        looks: Of the race; empty if the budget fits none.
    """

    settings: int
    screening: Screening | None
    looks: Sequence[Look]

    @property
    def screening_cost(self) -> float:
        """Of the screening, in trainings."""
        return 0.0 if self.screening is None else self.settings * self.screening.price

    @property
    def taken_over(self) -> int:
        """Repeats of the race that the screening has trained of every setting: 1 or 0."""
        return int(self.screening is not None and self.screening.fraction is None)

    @property
    def cost(self) -> float:
        """Of screening and race, in trainings, if settings fall for the budget alone."""
        before = [self.taken_over, *(look.repeats for look in self.looks)]
        race = sum(look.settings * (look.repeats - earlier) for look, earlier in zip(self.looks, before, strict=False))
        return self.screening_cost + race


def fraction_of(counts: Mapping[str, Any], fraction: float) -> float:
    """Gives the share of the development rows that a screening validates on.

    They are as many as it trains on, so half of them where a repeat takes all. To choose among settings, rows to
    validate on are worth more than rows to train on (Shao 1993, Linear Model Selection by Cross-Validation). Settings
    that need many rows to be good are at a disadvantage, so it chooses who may race, and not who wins.

    Args:
        counts: metrics/split.json of the race's repeats.
        fraction: Their `split.validation_fraction`.
    """
    train = np.mean([one["train"]["rows"] for one in counts["repeats"]])
    return max(fraction, min(MOST, round(float(train / counts["development"]["rows"]), 2)))


def screening(fraction: float, counts: Mapping[str, Any], of_race: Mapping[str, Any]) -> Screening:
    """Prices a screening.

    Args:
        fraction: From `fraction_of`.
        counts: metrics/split.json of it.
        of_race: The same of the race's repeats.
    """
    return Screening(fraction, _passes(counts) / _passes(of_race))


def _passes(counts: Mapping[str, Any]) -> float:
    """Counts the passes of rows through the network in an epoch of a repeat."""
    return float(np.mean([PASSES * one["train"]["rows"] + one["validation"]["rows"] for one in counts["repeats"]]))


def plan(settings: int, repeats: int, budget: int, screened: Screening) -> Plan:
    """Divides a budget: all settings are screened, as many race as it pays for, and from look to look fewer go on.

    Args:
        settings: That take part, 2 or more.
        repeats: That those have which last to the end.
        budget: In trainings.
        screened: What the screening costs, if there is one.
    """
    if settings * repeats <= budget:
        return Plan(settings, None, _looks(settings, repeats, settings))
    plans = (Plan(settings, screened, _looks(racing, repeats)) for racing in range(settings, 1, -1))
    return next((one for one in plans if one.cost <= budget), Plan(settings, screened, []))


def least_budget(settings: int, repeats: int, screened: Screening) -> int:
    """Gives the fewest trainings that make a search: all are screened, and the default and one other race."""
    return min(settings * repeats, ceil(Plan(settings, screened, [Look(repeats, 2)]).cost))


def _looks(racing: int, repeats: int, last: int = LAST) -> list[Look]:
    """Gives looks from which a constant share goes on."""
    steps = [*(step for step in LOOKS if step < repeats), repeats]
    counts = np.geomspace(racing, min(last, racing), len(steps)).round().astype(int)
    return [Look(step, int(count)) for step, count in zip(steps, counts, strict=True)]
