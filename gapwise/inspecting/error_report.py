"""The error report of one setting, or of two held against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.inspecting.errors import changed, listed, per_text
from gapwise.inspecting.figures import Changed, ErrorReport, Errors, Mending
from gapwise.inspecting.slices import LEAST_GROUPS, LEAST_ROWS, slices
from gapwise.statistics.arrays import arrange
from gapwise.statistics.metrics import METRICS, Predicted
from gapwise.statistics.uncertainty import components

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Predictor:
    """A setting and what it predicts: its name, and `tables.Predictions`."""

    name: str
    predictions: pd.DataFrame

    def repeats(self) -> set[int]:
        """The repeats that it has."""
        return set(self.predictions["repeat"].unique().tolist())

    def of(self, repeats: Sequence[int]) -> "Predictor":
        """Keeps some repeats alone."""
        return Predictor(self.name, self.predictions[self.predictions["repeat"].isin(repeats)])

    def tested(self, texts: pd.DataFrame) -> Predicted:
        """Gives the predictions of the test texts, in their order."""
        rows = self.predictions[self.predictions["part"] == "test"]
        return arrange(rows, texts["text_id"].tolist())


def error_report(
    setting: Predictor, other: Predictor | None, texts: dict[str, pd.DataFrame], confidence: float
) -> ErrorReport:
    """Looks at what a setting gets wrong.

    Args:
        setting: To look at.
        other: Another one of the same texts and repeats, to hold against it.
        texts: `tables.Texts` of `validation` (all development rows) and of `test`.
        confidence: Of every interval, above 0 and below 1.
    """
    test = texts["test"]
    groups = int(test["group"].nunique())
    tested = setting.tested(test)
    rotations = len(setting.repeats()) // len(tested.predicted)
    return ErrorReport(
        revision=setting.name,
        confidence=confidence,
        rotations=rotations,
        test=_errors(setting, "test", test, rotations),
        validation=_errors(setting, "validation", texts["validation"], rotations),
        groups=groups,
        slices=slices(test, _right(tested), confidence, tested.folds),
        against=None if other is None else _against(setting, other, test, confidence),
        notes=_notes(len(tested.predicted), groups, len(test)),
    )


def _right(tested: Predicted) -> Floats:
    """Gives 1 where a repeat is right on a test text, else 0; shape (repeats, texts)."""
    return METRICS["accuracy"].contribution(tested)


def _errors(setting: Predictor, part: str, texts: pd.DataFrame, rotations: int) -> Errors:
    table = per_text(setting.predictions, part)
    rows = setting.predictions[setting.predictions["part"] == part]
    right = rows["predicted"] == rows["label"]
    by_repeat = right.groupby(rows["repeat"]).mean()
    # In a rotation test parts differ in size, and each row counts alike, as in metrics/evaluate.json.
    accuracy = right.mean() if part == "test" else by_repeat.mean()
    return Errors(
        texts=len(table),
        repeats=len(by_repeat) // rotations,
        accuracy=float(accuracy) if len(by_repeat) else None,
        rows=listed(table, texts),
    )


def _against(setting: Predictor, other: Predictor, test: pd.DataFrame, confidence: float) -> Mending:
    shared = sorted(setting.repeats() & other.repeats())
    before, after = (each.of(shared) for each in (setting, other))
    tested, tested_after = before.tested(test), after.tested(test)
    difference, folds = _right(tested_after) - _right(tested), tested.folds
    found = components(difference, pd.factorize(test["group"])[0], "accuracy", folds=folds).uncertainty()
    low, high = found.interval(confidence)
    one, two = (per_text(each.predictions, "test") for each in (before, after))
    mended, broken = changed(one, two)
    return Mending(
        revision=other.name,
        repeats=len(difference),
        difference=found.value,
        low=low,
        high=high,
        mended=_changed(mended, one, two, test),
        broken=_changed(broken, one, two, test),
        slices=slices(test, difference, confidence, folds),
    )


def _changed(ids: "pd.Index[str]", before: pd.DataFrame, after: pd.DataFrame, texts: pd.DataFrame) -> list[Changed]:
    rows = texts.set_index("text_id").loc[ids, ["row", "text", "label"]]
    rows = rows.assign(wrong=before.loc[ids, "wrong"], wrong_after=after.loc[ids, "wrong"])
    return [Changed.model_validate(one) for one in rows.to_dict("records")]


def _notes(repeats: int, groups: int, rows: int) -> list[str]:
    notes = []
    if repeats == 1:
        notes.append(
            "With one repeat no text can flip, and one that is wrong may be wrong by luck in training; luck is judged "
            "by what is usual, not by these runs."
        )
    if groups < 2 * LEAST_GROUPS or rows < 2 * LEAST_ROWS:
        notes.append(
            f"The test rows are {rows:,} in {groups:,} groups; a slice takes {LEAST_ROWS} rows in {LEAST_GROUPS} "
            "groups, and so does the rest."
        )
    return notes
