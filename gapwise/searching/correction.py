"""What the winner's validation score is worth: the best of many is partly the luckiest.

Bootstrap bias-corrected (Tsamardinos, Greasidou and Borboudakis 2018, Bootstrapping the Out-of-sample Predictions for
Efficient and Accurate Cross-Validation): rows are drawn with replacement, the setting that wins on them is scored on
the rows that were not drawn, and the mean over many draws tells what such a winner scores on rows that had no part in
choosing it. Nothing is trained for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gapwise.base.seeds import derive
from gapwise.searching.race import Scores
from gapwise.statistics.uncertainty import Floats, Integers, Uncertainty, of_own_rows

SAMPLES = 2000


@dataclass(frozen=True)
class Corrected:
    """What a winner is worth.

    Attributes:
        seen: Its validation score, the best of all.
        value: The score, corrected for its having been chosen.
        optimism: What the choice has added.
        low: Lower end of the interval of the corrected score.
        high: Upper end.
    """

    seen: float
    value: float
    optimism: float
    low: float
    high: float


def correct(
    scores: Mapping[str, Scores],
    winner: str,
    default: str,
    groups: Sequence[Integers],
    metric: str,
    confidence: float,
    samples: int = SAMPLES,
) -> Corrected:
    """Corrects the winner's validation score.

    Args:
        scores: Of every setting, as far as it was trained.
        winner: Of the race.
        default: The setting that has all repeats; the others are scored by their difference to it on shared repeats.
        groups: Of each validation row, by repeat; rows of one group are drawn together.
        metric: One of `METRICS`.
        confidence: Of the interval.
        samples: Draws of the bootstrap.
    """
    optimism = _optimism(list(scores.values()), list(scores).index(default), groups, samples)
    seen = float(np.mean([one.mean() for one in scores[winner]]))
    of_rows = _uncertainty(scores[winner], groups, metric)
    value = seen - optimism
    half = of_rows.half_width(confidence)
    return Corrected(seen, value, optimism, value - half, value + half)


def _optimism(scores: Sequence[Scores], default: int, groups: Sequence[Integers], samples: int) -> float:
    """Gives how much better the winner of a draw is on the drawn rows than on the others, in the mean over draws."""
    names, numbers = np.unique(np.concatenate(groups), return_inverse=True)
    of_repeat = np.split(numbers, np.cumsum([len(one) for one in groups])[:-1])
    rng = np.random.default_rng(derive(0, "optimism of a search"))
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), samples).astype(float)
    inside = _means(scores, default, of_repeat, drawn)
    outside = _means(scores, default, of_repeat, (drawn == 0).astype(float))
    best = inside.argmax(axis=0)
    draws = np.arange(samples)
    everyone = _means(scores, default, of_repeat, np.ones((1, len(names))))
    lost = everyone[:, 0].max() - outside[best, draws]
    return max(float(np.nanmean(lost)), 0.0)


def _means(scores: Sequence[Scores], default: int, groups: Sequence[Integers], weights: Floats) -> Floats:
    """Scores of each setting under weights of the groups, shape (settings, samples).

    A setting with fewer repeats is scored by its difference to the default there, added to the default's mean.
    """
    reference = [_weighted(own, weights[:, of_row]) for own, of_row in zip(scores[default], groups, strict=True)]
    found = []
    for own in scores:
        differences = [
            _weighted(one, weights[:, of_row]) - theirs
            for one, of_row, theirs in zip(own, groups, reference, strict=False)
        ]
        found.append(np.nanmean(reference, axis=0) + np.nanmean(differences, axis=0))
    return np.stack(found)


def _weighted(values: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=1)
    return np.asarray(np.divide(weights @ values, total, out=np.full(len(total), np.nan), where=total > 0))


def _uncertainty(scores: Scores, groups: Sequence[Integers], metric: str) -> Uncertainty:
    return of_own_rows(scores, metric)
