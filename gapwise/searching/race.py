"""The race: who gets more repeats, who falls and why, by validation alone.

All settings see the same repeats, so that two are compared row by row. After each look a setting falls if its paired
difference to the leader says that it will not win. The test is the one of `statistics.uncertainty`, one-sided, at
`ALPHA` divided by the number of looks and of rivals (Bonferroni): over the whole race the setting that is truly best
falls in this way with a probability of at most `ALPHA`. What is left is more than a budget can pay where few rows tell
little; then those behind fall for the budget, which is no verdict on them, and is called so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gapwise.searching.plan import Look
from gapwise.statistics.uncertainty import Floats, Uncertainty, of_own_rows

ALPHA = 0.05

# What a setting reached: by repeat, what each validation row adds to the metric, more being better, shape (rows,).
Scores = Sequence[Floats]


@dataclass(frozen=True)
class Fall:
    """Why a setting left the race.

    Attributes:
        look: From 0.
        reason: `worse` if its differences say that it will not win, `budget` if there was none left for it.
        rival: The leader then.
        difference: To the leader on the repeats that both have; below 0.
        p_value: One-sided, of its being as good as the leader or better.
    """

    look: int
    reason: Literal["worse", "budget"]
    rival: str
    difference: Uncertainty
    p_value: float


@dataclass
class Race:
    """A race that was run.

    Attributes:
        looks: As planned.
        default: The setting that is never left out, as the winner is held against it.
        scores: Of each setting, as far as it was trained.
        falls: Of those that left, in the order of leaving.
        winner: The best of those that were left at the last look.
    """

    looks: Sequence[Look]
    default: str
    scores: dict[str, Scores] = field(default_factory=dict)
    falls: dict[str, Fall] = field(default_factory=dict)
    winner: str = ""

    @property
    def trained(self) -> int:
        """How many repeats were trained in all."""
        return sum(len(scores) for scores in self.scores.values())


def run_race(
    settings: Sequence[str],
    looks: Sequence[Look],
    score: Callable[[Sequence[str], int], Mapping[str, Scores]],
    after: Callable[[Race, int], None] = lambda race, look: None,
    metric: str = "log_loss",
) -> Race:
    """Runs a race.

    Args:
        settings: Names, the default first.
        looks: Of a `Plan`.
        score: Gives what each of some settings reached in a number of repeats, and trains those that are missing.
        after: Is told of each look.
        metric: One of `METRICS`, that the scores are of.
    """
    race = Race(looks, settings[0])
    going = list(settings)
    for place, look in enumerate(looks):
        race.scores |= score(going, look.repeats)
        most = looks[place + 1].settings if place + 1 < len(looks) else 0
        leader, falls = judge({name: race.scores[name] for name in going}, race, place, most, metric)
        race.winner = leader
        race.falls |= falls
        going = [name for name in going if name not in falls]
        after(race, place)
    return race


def judge(scores: Mapping[str, Scores], race: Race, look: int, most: int, metric: str) -> tuple[str, dict[str, Fall]]:
    """Names the leader of those still in the race, and who falls.

    Args:
        scores: Of those still in the race.
        race: So far.
        look: From 0.
        most: How many can go on; 0 after the last look, where nobody falls any more for the budget.
        metric: That the scores are of.
    """
    leader = max(scores, key=lambda name: mean(scores[name]))
    rivals = max(len(race.scores) - 1, 1)
    threshold = ALPHA / (len(race.looks) * rivals)
    falls = {}
    for name, own in scores.items():
        if name not in (leader, race.default):
            difference = paired(own, scores[leader], metric)
            p_value = difference.probability_above(0.0)
            if p_value < threshold:
                falls[name] = Fall(look, "worse", leader, difference, p_value)
    if most:
        order = sorted((name for name in scores if name not in falls), key=lambda name: -mean(scores[name]))
        kept = [name for name in order if name != race.default][: most - 1]
        for name in order:
            if name not in kept and name != race.default:
                difference = paired(scores[name], scores[leader], metric)
                falls[name] = Fall(look, "budget", leader, difference, difference.probability_above(0.0))
    return leader, falls


def paired(one: Scores, other: Scores, metric: str) -> Uncertainty:
    """Gives the difference of two settings on the repeats that both have, with its uncertainty."""
    return of_own_rows([own - theirs for own, theirs in zip(one, other, strict=False)], metric)


def mean(scores: Scores) -> float:
    """Gives the mean over repeats."""
    return float(np.mean([one.mean() for one in scores]))
