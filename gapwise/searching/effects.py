"""What a value of a key does: the settings that have it against those that have another, on rows that all share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapwise.base.wording import in_yaml
from gapwise.comparing.figures import Estimate
from gapwise.comparing.verdicts import flatten
from gapwise.searching.figures import Effect
from gapwise.searching.space import Candidate
from gapwise.statistics.uncertainty import Floats


def effects(scores: Mapping[str, float], drawn: Sequence[Candidate], confidence: float) -> list[Effect]:
    """Estimates the effect of each value of each key that was searched.

    All settings are scored on the same rows, so the luck of the draws is the same for all. The settings are taken as a
    draw from the space, and the other keys as chance among them (Welch's interval of two means). Keys with more than
    four values are cut at the median of their values.

    Args:
        scores: Of each setting, by name, more being better.
        drawn: All settings.
        confidence: Of the intervals.

    Returns:
        In the metric, more being better; none of a value that fewer than two settings have, or all but one.
    """
    score = np.array([scores[one.name] for one in drawn])
    found = []
    for key in dict.fromkeys(key for one in drawn for key in one.changes):
        # Where its condition is not met, a key was not searched; params.yaml has a value of every key.
        has_key = np.array([not one.changes or key in one.changes for one in drawn])
        values = [flatten(one.document)[key] for one, has in zip(drawn, has_key, strict=True) if has]
        for label, has in _divided(values):
            if min(has.sum(), (~has).sum()) >= 2:
                difference = _welch(score[has_key][has], score[has_key][~has], confidence)
                found.append(Effect(key=key, value=label, settings=int(has.sum()), difference=difference))
    return found


def _divided(values: Sequence[Any]) -> list[tuple[str, Any]]:
    labels = [in_yaml(value) for value in values]
    different = sorted(set(labels), key=labels.index)
    numbers = [isinstance(value, int | float) and not isinstance(value, bool) for value in values]
    if len(different) > 4 and all(numbers):
        middle = float(np.median(values))
        return [(f"above {middle:.3g}", np.array([value > middle for value in values]))]
    if all(numbers):
        different = sorted(different, key=float)
    of_value = [(label, np.array([one == label for one in labels])) for label in different]
    return of_value[1:] if len(of_value) == 2 else of_value


def _welch(one: Floats, other: Floats, confidence: float) -> Estimate:
    from scipy.stats import ttest_ind

    value = float(one.mean() - other.mean())
    if one.var() + other.var() == 0:
        return Estimate(value=value, low=value, high=value)
    interval = ttest_ind(one, other, equal_var=False).confidence_interval(confidence)
    return Estimate(value=value, low=float(interval.low), high=float(interval.high))
