"""What a comparison will be able to show, before its time is spent."""

from dataclasses import replace
from typing import Literal

import pandas as pd
from pydantic import BaseModel

from gapwise.statistics.arrays import arrange
from gapwise.statistics.metrics import METRICS, accuracy
from gapwise.statistics.uncertainty import Components, components, prior

POWER = 0.8
MOST = {"repeats": 1_000, "rows": 1_000_000}
# Two settings trained on the same rows deviate together: the noise of their difference, as a share of the sum of
# theirs. Between 0.2 and 0.9 for pairs of settings in benchmarks/honesty/worlds.py; a plan is for the upper half.
PAIRED = 0.8
# Variance over rows that a difference in accuracy brings with it, as a share of the difference: 1 if every row that
# changes gets better, less if the change is spread thin, more if many rows change for better and for worse. Between
# 0.05 for settings that see the same features and 1.4 for settings that do not; a plan is for the middle.
CONCENTRATION = 0.5
# Share of the variance of right and wrong that another training run would draw anew; where no run is there to tell.
REDRAWN = 0.5


class Cell(BaseModel, frozen=True, extra="forbid"):
    """One entry of the table.

    Attributes:
        repeats: Planned.
        test_rows: Planned.
        detectable: Smallest difference in accuracy that shows with `POWER`.
    """

    repeats: int
    test_rows: int
    detectable: float


class Plan(BaseModel, frozen=True, extra="forbid"):
    """What this test set and these repeats can tell.

    Attributes:
        accuracy: Of the current setting, or assumed.
        repeats: Now; in each rotation, if there are some.
        rotations: Test parts that all rows are divided into; 1 where there is one test part.
        test_rows: Now.
        confidence: Of the comparison.
        detectable: Smallest difference in accuracy that shows with `POWER`.
        difference: The one that is wanted to show; None if none was asked for.
        needed_repeats: For `difference` on these test rows; None if none was asked for or no number is enough.
        needed_test_rows: For `difference` with these repeats; None alike.
        table: Over repeats and test rows.
    """

    accuracy: float
    repeats: int
    rotations: int
    test_rows: int
    confidence: float
    detectable: float
    difference: float | None
    needed_repeats: int | None
    needed_test_rows: int | None
    table: list[Cell]


def plan(setting: Components, difference: float | None, confidence: float, repeats: list[int], rows: list[int]) -> Plan:
    """Plans a comparison with a setting.

    Args:
        setting: From `observed` or `assumed`.
        difference: In accuracy, that should show; above 0, or None.
        confidence: Of the comparison, above 0 and below 1.
        repeats: Of the table.
        rows: Test rows of the table.
    """
    wanted = None if difference is None else _pair(setting, difference)
    return Plan(
        accuracy=setting.value,
        repeats=setting.repeats,
        rotations=setting.folds,
        test_rows=setting.rows,
        confidence=confidence,
        detectable=detectable_difference(setting, confidence),
        difference=difference,
        needed_repeats=needed("repeats", wanted, 0.0, confidence) if wanted else None,
        needed_test_rows=needed("rows", wanted, 0.0, confidence) if wanted else None,
        table=[
            Cell(repeats=r, test_rows=n, detectable=detectable_difference(setting, confidence, r, n))
            for r in repeats
            for n in rows
        ],
    )


def observed(predictions: pd.DataFrame, groups: "pd.Series[str]") -> Components:
    """Gives what is known of the accuracy of a setting that has run; of one repeat, with `REDRAWN`.

    Args:
        predictions: `tables.Predictions`.
        groups: Group of each test text, by `text_id`.
    """
    test = arrange(predictions[predictions["part"] == "test"], list(groups.index))
    parts = components(accuracy(test), pd.factorize(groups)[0], "accuracy", folds=test.folds)
    return parts if parts.repeats > 1 else _with_redrawn(parts, parts.noise)


def assumed(accuracy: float, repeats: int, rows: int) -> Components:
    """Gives the same for an assumed accuracy, above 0 and below 1, on rows that were drawn one by one."""
    shares, weights = prior(METRICS["accuracy"].usual_share)
    parts = Components(accuracy, repeats, rows, rows, 0.0, 0.0, shares, weights)
    return _with_redrawn(parts, accuracy * (1 - accuracy))


def detectable_difference(
    setting: Components, confidence: float, repeats: int | None = None, rows: int | None = None
) -> float:
    """Estimates the smallest difference in accuracy that a comparison with a setting shows with `POWER`.

    Only this setting is known. The other is taken to see the same repeats and rows, to be as noisy, and to differ from
    this one as settings usually do: see `PAIRED` and `CONCENTRATION`. It is the minimum detectable effect of Bloom
    (1995), with the variance of `uncertainty.components`.

    Args:
        setting: From `observed` or `assumed`.
        confidence: Of the comparison, above 0 and below 1.
        repeats: As many as the setting has, if None.
        rows: Likewise.

    Returns:
        Above 0, at most 1.
    """
    from scipy.optimize import brentq

    def excess(difference: float) -> float:
        return _power(_pair(setting, difference), repeats, rows, 0.0, confidence) - POWER

    return 1.0 if excess(1.0) < 0 else float(brentq(excess, 1e-6, 1.0, xtol=1e-5))


def needed(what: Literal["repeats", "rows"], difference: Components, margin: float, confidence: float) -> int | None:
    """Searches the number of repeats or rows at which a true difference of this size is decided with `POWER`.

    Args:
        what: Is searched; the other stays.
        difference: Of two settings.
        margin: A difference within it would be decided as none.
        confidence: Of the decision.

    Returns:
        The smallest number that is enough, the present one if it is, or None if not even `MOST` is.
    """

    def enough(number: int) -> bool:
        repeats, rows = (number, None) if what == "repeats" else (None, number)
        return _power(difference, repeats, rows, margin, confidence) >= POWER

    low = difference.repeats if what == "repeats" else difference.rows
    if enough(low):
        return low
    if not enough(MOST[what]):
        return None
    high = MOST[what]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _with_redrawn(parts: Components, variance: float) -> Components:
    """Takes the variance that rows have in one repeat apart as other repeats would."""
    return replace(parts, of_rows=(1 - REDRAWN) * variance, noise=REDRAWN * variance)


def _pair(setting: Components, difference: float) -> Components:
    shares, weights = prior(METRICS["accuracy"].usual_share)
    return replace(
        setting,
        value=difference,
        of_rows=CONCENTRATION * difference * setting.groups / setting.rows,
        noise=2 * PAIRED * setting.noise,
        shares=shares,
        weights=weights,
    )


def _power(difference: Components, repeats: int | None, rows: int | None, margin: float, confidence: float) -> float:
    """Probability that a true difference is found to be one, or found to be within the margin."""
    uncertainty = difference.uncertainty(repeats, rows)
    half = uncertainty.half_width(confidence)
    truth = replace(uncertainty, value=abs(difference.value))
    found = truth.probability_above(half)
    within = 1 - truth.probability_above(margin - half) - (1 - truth.probability_above(half - margin))
    return max(found, within)
