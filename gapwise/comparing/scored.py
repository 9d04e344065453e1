"""A setting's predictions as contributions to every score, ready to be set against another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.tables import is_validated
from gapwise.statistics.arrays import arrange, encode
from gapwise.statistics.metrics import METRICS, Floats, Predicted
from gapwise.statistics.uncertainty import Components, Integers, Uncertainty, components, of_own_rows

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
        by_chance: What few rows add to each score, by part and score; in `mean`, and in nothing else.
        folds: Number of the test part of a rotation that each test row is in, see `uncertainty.components`.
    """

    test: dict[str, Floats]
    development: pd.DataFrame
    by_chance: dict[tuple[str, str], float]
    folds: Integers | None

    @property
    def repeats(self) -> int:
        """How often each test row was predicted."""
        return len(self.test["accuracy"])

    @property
    def rotations(self) -> int:
        """Into how many test parts the rows were divided; 1 without a rotation."""
        return 1 if self.folds is None else int(self.folds.max()) + 1

    @property
    def is_validated(self) -> bool:
        """Whether there are validation rows."""
        return is_validated(self.development)

    @property
    def train_sets(self) -> set[frozenset[str]]:
        """The different sets of texts that repeats trained on."""
        train = self.development[self.development["part"] == "train"]
        return {frozenset(rows) for _, rows in train.groupby("repeat")["text_id"]}

    def mean(self, metric: str, part: str) -> float:
        """Gives the mean over repeats of a score; not a number where no repeat has rows of the part."""
        if part == "test":
            return float(self.test[metric].mean())
        rows = self.development[self.development["part"] == part]
        return float(rows.groupby("repeat")[metric].mean().mean())

    def minus(self, other: "Scored") -> "Scored":
        """Gives the difference to a setting that saw the same texts in the same repeats."""
        pairs = self.development.merge(other.development, on=KEYS, suffixes=("", "_other"), validate="1:1")
        differences = {metric: pairs[metric] - pairs[f"{metric}_other"] for metric in METRICS}
        return Scored(
            {metric: self.test[metric] - other.test[metric] for metric in METRICS},
            pairs[KEYS].assign(**differences),
            {key: added - other.by_chance[key] for key, added in self.by_chance.items()},
            self.folds,
        )

    def components(self, metric: str, groups: Integers) -> Components:
        """Takes the variance of a score's mean on test rows of these groups apart."""
        return components(self.test[metric], groups, metric, self.by_chance["test", metric], self.folds)

    def on_test(self, metric: str, groups: Integers) -> Uncertainty:
        """Gives the uncertainty of a score's mean on test rows of these groups."""
        return self.components(metric, groups).uncertainty()

    def gap(self, metric: str, groups: Integers) -> Uncertainty:
        """Gives the generalization gap: train against test, so that more is worse.

        Both sides have chance of their own: other rows, and other repeats, some of which stop training early.
        """
        train = self.development[self.development["part"] == "train"]
        contributions = [rows.to_numpy() for _, rows in train.groupby("repeat")[metric]]
        of_train = of_own_rows(contributions, metric, self.by_chance["train", metric])
        test = self.on_test(metric, groups)
        return of_train.minus(test) if METRICS[metric].direction > 0 else test.minus(of_train)


def score(candidate: Candidate, repeats: Sequence[int], text_ids: Sequence[str]) -> Scored:
    """Takes a candidate's predictions apart.

    Args:
        candidate: With predictions of these repeats.
        repeats: The ones to use.
        text_ids: Test texts, in the wanted order.
    """
    used = candidate.predictions[candidate.predictions["repeat"].isin(repeats)]
    test = arrange(used[used["part"] == "test"], text_ids)
    development = used[used["part"] != "test"].sort_values(KEYS, ignore_index=True)
    actual, predicted, probabilities = encode(development)
    columns = {metric: np.empty(len(development)) for metric in METRICS}
    added = {("test", metric): METRICS[metric].bias(test) for metric in METRICS}
    added |= {(part, metric): 0.0 for part in ("validation", "train") for metric in METRICS}
    for rows in development.groupby(KEYS[:2]).indices.values():
        part = development["part"].iloc[rows[0]]
        of_part = Predicted(actual[rows], predicted[None, rows], probabilities[None, rows])
        for metric in METRICS:
            columns[metric][rows] = METRICS[metric].contribution(of_part)[0]
            added[part, metric] += METRICS[metric].bias(of_part) / len(repeats)
    contributions = {metric: METRICS[metric].contribution(test) for metric in METRICS}
    return Scored(contributions, development[KEYS].assign(**columns), added, test.folds)
