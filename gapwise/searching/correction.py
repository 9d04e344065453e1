"""What the winner's validation score is worth: the best of many is partly the luckiest.

The bias is that of the bootstrap bias correction (Tsamardinos, Greasidou and Borboudakis 2018, Bootstrapping the
Out-of-sample Predictions for Efficient and Accurate Cross-Validation): the whole choice is made again and again on
scores that are drawn around those seen, and the mean of what the chosen setting's score has above its centre is the
optimism. There rows are drawn, and every setting has predictions of all of them. In a race a setting that fell has no
rows of later repeats, so scores are drawn instead: of every repeat, from the normal distribution that the settings'
rows have together in the repeats that all share. Every draw runs the whole race, falls included. Nothing is trained.
The choice of a screening before it is left out: its rows were drawn for themselves, and so was its luck.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapwise.base.seeds import derive
from gapwise.searching.plan import Look
from gapwise.searching.race import Race, Scores
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import EARLY_OR_LATE, Floats, Integers, by_group

SAMPLES = 2000


@dataclass(frozen=True)
class Corrected:
    """What a winner is worth, more being better.

    Attributes:
        seen: Its validation score, the best of all.
        optimism: What the choice has added.
        value: The score less the optimism.
        low: Lower end of its interval.
        high: Upper end.
        groups: That were validated on, in all repeats together.
    """

    seen: float
    optimism: float
    value: float
    low: float
    high: float
    groups: int


def correct(
    race: Race, groups: Sequence[Integers], metric: str, confidence: float, samples: int = SAMPLES
) -> Corrected:
    """Corrects the winner's validation score.

    Args:
        race: That was run.
        groups: Of each validation row, by repeat; rows of one group were drawn together.
        metric: One of `METRICS`, that the scores are of.
        confidence: Of the interval.
        samples: Draws of the bootstrap.
    """
    own = race.scores[race.winner]
    seen = float(np.mean([one.mean() for one in own]))
    optimism = _optimism(race, groups, samples)
    half = _half_width(own, groups, metric, confidence)
    value = seen - optimism
    validated = len(np.unique(np.concatenate(groups[: len(own)])))
    return Corrected(seen, optimism, value, value - half, value + half, validated)


def _optimism(race: Race, groups: Sequence[Integers], samples: int) -> float:
    """Runs the race again on drawn scores; gives what the winner's score has above its centre, in the mean."""
    scores, default = list(race.scores.values()), list(race.scores).index(race.default)
    centre = np.array([_against(own, scores[default]) for own in scores])
    rng = np.random.default_rng(derive(0, "optimism of a search"))
    size = (samples, race.looks[-1].repeats)
    drawn = rng.multivariate_normal(np.zeros(len(scores)), _covariance(scores, groups), size, method="eigh")
    means = centre + np.cumsum(drawn, axis=1) / np.arange(1, size[1] + 1)[:, None]
    winner = _winners(means, race.looks, default)
    above = means[np.arange(samples), -1, winner] - centre[winner]
    return max(float(above.mean()), 0.0)


def _against(own: Scores, default: Scores) -> float:
    return float(np.mean([one.mean() - other.mean() for one, other in zip(own, default, strict=False)]))


def _covariance(scores: Sequence[Scores], groups: Sequence[Integers]) -> Floats:
    """Gives the covariance of the settings' means in one repeat, from the repeats that all have."""
    shared = min(len(own) for own in scores)
    found = []
    for repeat in range(shared):
        rows = np.stack([own[repeat] for own in scores])
        of_group = by_group(rows, _enough(groups[repeat]))
        found.append(np.cov(of_group) / of_group.shape[1])
    return np.asarray(np.mean(found, axis=0))


def _enough(groups: Integers) -> Integers:
    """Takes rows for groups where a repeat validates on one or two groups alone, of which no spread can be told."""
    numbers = np.unique(groups, return_inverse=True)[1]
    return numbers if numbers.max(initial=0) >= 2 else np.arange(len(groups))


def _winners(means: Floats, looks: Sequence[Look], default: int) -> Integers:
    """Runs races in which settings fall for the budget alone; means are of shape (samples, repeats, settings)."""
    going = np.ones((len(means), means.shape[2]), dtype=bool)
    for look, following in itertools.pairwise(looks):
        reached = np.where(going, means[:, look.repeats - 1], -np.inf)
        reached[:, default] = np.inf  # it always goes on
        behind = np.argsort(-reached, axis=1)[:, following.settings :]
        np.put_along_axis(going, behind, False, axis=1)
    return np.asarray(np.where(going, means[:, -1], -np.inf).argmax(axis=1))


def _half_width(scores: Scores, groups: Sequence[Integers], metric: str, confidence: float) -> float:
    """Gives half the interval of a mean over repeats: other rows by the jackknife over groups, and other repeats.

    A text may be validated on in several repeats, so groups are left out of all of them at once. Few or unequal groups
    count as few (Student's t with as many degrees of freedom as there are groups of like size).
    """
    from scipy.special import stdtrit

    numbers = np.split(_enough(np.concatenate(groups)), np.cumsum([len(one) for one in groups])[:-1])
    counts = np.stack([np.bincount(of_row, minlength=_count(numbers)) for of_row in numbers[: len(scores)]])
    sums = np.stack([np.bincount(of_row, own, _count(numbers)) for of_row, own in zip(numbers, scores, strict=False)])
    left = counts.sum(axis=1, keepdims=True) - counts
    without = (sums.sum(axis=1, keepdims=True) - sums) / np.where(left > 0, left, np.nan)
    estimates = np.nanmean(without, axis=0)
    of_rows = (len(estimates) - 1) * estimates.var()
    share = EARLY_OR_LATE * METRICS[metric].usual_share
    of_repeats = share * np.concatenate(list(scores)).var() / len(scores)
    total = counts.sum(axis=0)
    freedom = max(total.sum() ** 2 / (total**2).sum() - 1, 1)
    return float(-stdtrit(freedom, (1 - confidence) / 2) * np.sqrt(of_rows + of_repeats))


def _count(numbers: Sequence[Integers]) -> int:
    return int(max(one.max() for one in numbers)) + 1
