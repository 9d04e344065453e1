"""What a comparison of settings says: the figures that every report shows, and none that a report has to work out."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["better", "worse", "equivalent", "undecided"]


class Figure(BaseModel):
    """Plain and unchangeable; what holds the others does too."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Estimate(Figure):
    """A mean and its interval at the comparison's confidence.

    Attributes:
        value: The mean over repeats.
        low: Lower end.
        high: Upper end.
    """

    value: float
    low: float
    high: float


class Setting(Figure):
    """What one setting reached by itself.

    Attributes:
        name: As the user gave it.
        params: The params that differ between any two of the settings, by dotted key; None where it has no such key.
        repeats: How many it has; of them, the comparison uses those that all settings share.
        test: Every metric on the test rows.
        validation: Means over repeats of every metric; None without validation rows.
        train: The same on the train rows.
        gap: Generalization gap of the compared metric: train against test, above 0 where it memorizes.
        epochs: Trained in all repeats together, up to where each was stopped; None where not recorded.
        seconds: That training took on this machine; None where it was not trained here.
    """

    name: str
    params: dict[str, Any]
    repeats: int
    test: dict[str, Estimate]
    validation: dict[str, float | None]
    train: dict[str, float]
    gap: Estimate
    epochs: int | None
    seconds: float | None


class Contrast(Figure):
    """One setting against the baseline; every difference is setting minus baseline.

    Attributes:
        name: Of the setting.
        verdict: Of the compared metric, after Holm's correction; `equivalent` if the interval lies within the margin.
        difference: Of the compared metric on the test rows.
        standard_error: Of the difference.
        freedom: Degrees of freedom behind it.
        probability_better: That the setting is better in truth, from 0 to 1, with no opinion beforehand.
        p_value: Of no difference, two-sided, by itself.
        p_adjusted: After Holm's correction for the number of settings.
        needed_repeats: For a difference of this size to be decided with 80 % power on these test rows; None if it is
            decided or if no number is enough.
        needed_test_rows: The same for test rows with these repeats.
        differences: Of every metric.
        gap_difference: Of the generalization gaps; below 0 where the setting memorizes less.
    """

    name: str
    verdict: Verdict
    difference: Estimate
    standard_error: float
    freedom: float
    probability_better: float
    p_value: float
    p_adjusted: float
    needed_repeats: int | None
    needed_test_rows: int | None
    differences: dict[str, Estimate]
    gap_difference: Estimate


class Selection(Figure):
    """The setting to take, chosen without a look at the test set; with three settings or more, and validation rows.

    Attributes:
        name: The setting that is best on validation.
        test: Its test estimate.
        best_on_test: The setting that a choice by test would have taken.
        optimism: By how much the test score of a choice by test would be too good, in expectation.
    """

    name: str
    test: Estimate
    best_on_test: str
    optimism: float


class Comparison(Figure):
    """The whole answer.

    Attributes:
        metric: What is compared.
        margin: Differences within it count as none.
        confidence: Of every interval.
        baseline: Name of the first setting.
        repeats: Shared by all settings; in each rotation, if there are some.
        rotations: Test parts that all rows are divided into; 1 where there is one test part.
        test_rows: Shared by all settings.
        test_groups: Groups among them; rows of one group count as one draw.
        notes: What a reader must know, as sentences.
        settings: The baseline first.
        contrasts: Of all but the baseline, in the order given.
        selection: None with fewer than three settings, or without validation rows.
    """

    metric: str
    margin: float
    confidence: float
    baseline: str
    repeats: int
    rotations: int = 1
    test_rows: int
    test_groups: int
    notes: list[str]
    settings: list[Setting]
    contrasts: list[Contrast]
    selection: Selection | None
