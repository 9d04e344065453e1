"""A setting's predictions as contributions to every score, ready to be set against another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from gapwise.comparison import Metric
from gapwise.contributions import CONTRIBUTIONS, DIRECTION, Floats, arrange
from gapwise.uncertainty import Integers, Uncertainty, components

METRICS: tuple[Metric, ...] = get_args(Metric)
KEYS = ["repeat", "part", "text_id"]


@dataclass(frozen=True)
class Candidate:
    """What a comparison needs of a setting.

    Attributes:
        name: As the user gave it.
        predictions: `tables.Predictions`.
        params: The whole of params.yaml.
        epochs: Trained in all repeats together; None where not recorded.
        seconds: Of training; None where not known.
    """

    name: str
    predictions: pd.DataFrame
    params: Mapping[str, Any]
    epochs: int | None = None
    seconds: float | None = None

    @property
    def repeats(self) -> set[int]:
        """The repeats that were predicted."""
        return set(self.predictions["repeat"].unique())


@dataclass(frozen=True)
class Scored:
    """What each row adds to each score.

    Attributes:
        test: By score, shape (repeats, test rows).
        development: One row per repeat and text of train or validation: `repeat`, `part`, `text_id`, and one column
            per score.
    """

    test: dict[Metric, Floats]
    development: pd.DataFrame

    def mean(self, metric: Metric, part: str) -> float:
        """Gives the mean over repeats of a score."""
        if part == "test":
            return float(self.test[metric].mean())
        rows = self.development[self.development["part"] == part]
        return float(rows.groupby("repeat")[metric].mean().mean())

    def minus(self, other: "Scored") -> "Scored":
        """Gives the difference to a setting that saw the same texts in the same repeats."""
        pairs = self.development.merge(other.development, on=KEYS, suffixes=("", "_other"), validate="1:1")
        differences = {metric: pairs[metric] - pairs[f"{metric}_other"] for metric in METRICS}
        return Scored(
            {metric: self.test[metric] - other.test[metric] for metric in METRICS}, pairs[KEYS].assign(**differences)
        )

    def on_test(self, metric: Metric, groups: Integers) -> Uncertainty:
        """Gives the uncertainty of a score's mean on test rows of these groups."""
        return components(self.test[metric], groups, metric).uncertainty()

    def gap(self, metric: Metric, groups: Integers) -> Uncertainty:
        """Gives the generalization gap: train against test, so that more is worse.

        Chance comes from the test as ever, and from the train rows. One that several repeats share counts as one draw
        (Liang and Zeger 1986, Longitudinal Data Analysis Using Generalized Linear Models, with texts as clusters).
        """
        train = self.development[self.development["part"] == "train"]
        mean = self.mean(metric, "train")
        by_text = (train[metric] - mean).groupby(train["text_id"]).sum()
        variance = float((by_text**2).sum()) / len(train) ** 2
        test = self.on_test(metric, groups)
        errors = np.sqrt(test.errors**2 + variance)
        return Uncertainty((mean - test.value) * DIRECTION[metric], errors, test.weights, test.freedom)


def score(candidate: Candidate, repeats: Sequence[int], text_ids: Sequence[str]) -> Scored:
    """Takes a candidate's predictions apart.

    Args:
        candidate: With predictions of these repeats.
        repeats: The ones to use.
        text_ids: Test texts, in the wanted order.
    """
    used = candidate.predictions[candidate.predictions["repeat"].isin(repeats)]
    test = arrange(used[used["part"] == "test"], text_ids)
    tables = []
    for _, rows in used[used["part"] != "test"].groupby(["repeat", "part"]):
        of_repeat = arrange(rows, rows["text_id"].tolist())
        tables.append(rows[KEYS].assign(**{metric: CONTRIBUTIONS[metric](of_repeat)[0] for metric in METRICS}))
    return Scored({metric: CONTRIBUTIONS[metric](test) for metric in METRICS}, pd.concat(tables, ignore_index=True))
