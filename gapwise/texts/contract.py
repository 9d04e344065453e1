"""What a source file must hold. Every problem is found at once, with its rows."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa

from gapwise.base.wording import in_words, show
from gapwise.texts.cleaning import normalize
from gapwise.texts.exports import one_label, several, taken_back, written_out
from gapwise.texts.labels import find_joined, find_lookalikes
from gapwise.texts.params import KEYS, PrepareParams

PARTS = ("train", "validation", "test")


def _check(holds: Callable[[Any], bool], problem: str) -> pa.Check:
    return pa.Check(holds, element_wise=True, error=problem)


NO_TEXT = "must hold text; found {found} in {rows}; write it as text"
IS_TEXT = _check(lambda cell: isinstance(cell, str), NO_TEXT)
NOT_EMPTY = _check(lambda cell: cell != "", "is empty or blank in {rows}; fill it, or leave the row out")
LABEL_IS_TEXT = _check(lambda cell: isinstance(cell, str) or several(cell), NO_TEXT)
ONE_LABEL = _check(
    lambda cell: not several(cell),
    "holds several labels for one text in {rows}, as {found}; a text is trained with one label: keep one of them",
)
NO_LIST = _check(
    lambda cell: not written_out(cell),
    "holds a list as text in {rows}, as {found}; export it as JSON lines or parquet, where a list of one label is read",
)
IS_PART = _check(
    lambda cell: cell in ("", *PARTS), "must be train, validation, test or empty; found {found} in {rows}; rename it"
)
ROWS = pa.DataFrameSchema(
    {
        "text": pa.Column(object, [IS_TEXT, NOT_EMPTY], required=False),
        "label": pa.Column(object, [LABEL_IS_TEXT, ONE_LABEL, NO_LIST], required=False),
        "group": pa.Column(object, IS_TEXT, required=False),
        "part": pa.Column(object, IS_PART, required=False),
        "annotator": pa.Column(object, IS_TEXT, required=False),
    }
)


class Selected(NamedTuple):
    """What a source holds of the named columns; every row is in `rows`, `taken_back`, `unlabelled` or in a problem.

    Attributes:
        rows: Valid rows, indexed by their number from 1, with columns `text`, `label`, `group`, `part` and `annotator`
            (null where there is none). Without a column of texts or labels no row is valid.
        taken_back: Number of rows whose label the annotation tool marks as rejected, ignored, skipped or discarded.
        unlabelled: Number of other rows without a label.
        problems: What breaks a rule.
    """

    rows: pd.DataFrame
    taken_back: int
    unlabelled: int
    problems: list[str]


def select(raw: pd.DataFrame, params: PrepareParams) -> Selected:
    """Takes the named columns out of the source, normalized, without the rows that break a rule or have no label.

    Args:
        raw: From `sources.read`.
        params: Uses the names of columns.
    """
    there = {role: column for role, column in params.columns().items() if column in raw.columns}
    cells = pd.DataFrame(
        {role: [_clean(cell, role) for cell in raw[column]] for role, column in there.items()},
        index=range(1, len(raw) + 1),
        dtype=object,
    )
    problems = _missing_columns(raw, params)
    back = taken_back(raw, params.label_column).set_axis(cells.index)
    labels = cells.get("label", pd.Series("no column", index=cells.index))
    unlabelled = labels.map(lambda label: isinstance(label, str) and label == "") & ~back
    cells = cells[~(back | unlabelled)]
    try:
        ROWS.validate(cells, lazy=True)
        bad = set()
    except pa.errors.SchemaErrors as error:
        problems += _broken_rules(error.failure_cases, cells, there)
        bad = set(error.failure_cases["index"])
    if "label" in there:
        spelt = raw[there["label"]].map(one_label).set_axis(back.index)[cells.index]
        problems += find_lookalikes(spelt, there["label"]) + find_joined(cells["label"], there["label"])
    if not {"text", "label"} <= there.keys():
        bad = set(cells.index)
    valid = cells.drop(index=list(bad)).reindex(columns=list(KEYS), fill_value="").astype(object)
    return Selected(valid.where(valid != "", None), int(back.sum()), int(unlabelled.sum()), problems)


def _clean(cell: Any, role: str) -> Any:
    if role == "label":
        cell = one_label(cell)
    if isinstance(cell, str):
        return normalize(cell)
    return cell if isinstance(cell, list | tuple | dict | bytes) else ""


def _missing_columns(raw: pd.DataFrame, params: PrepareParams) -> list[str]:
    there = [str(column) for column in raw.columns]
    missing = {role: column for role, column in params.columns().items() if column not in there}
    problems = []
    for role, column in missing.items():
        near = get_close_matches(column, there, n=1)
        advice = f"set prepare.{KEYS[role]} to {show(near[0]) if near else 'one of them'}"
        advice += " or to null" if role in ("group", "part", "annotator") else ""
        known = in_words([show(name) for name in there])
        problems.append(f"column {show(column)} is missing; there are {known}; {advice}")
    if {"text", "label"} <= missing.keys() and params.source.lower().endswith((".csv", ".tsv")):
        problems.append("if the first line is no header but a row, put a header above it")
    return problems


def _broken_rules(failures: pd.DataFrame, cells: pd.DataFrame, columns: dict[str, str]) -> list[str]:
    problems = []
    for role, rule in dict.fromkeys(zip(failures["column"], failures["check"], strict=True)):
        rows = failures.loc[(failures["column"] == role) & (failures["check"] == rule), "index"].tolist()
        found = dict.fromkeys(show(cell) for cell in cells[role].loc[rows])
        what = rule.format(found=in_words(list(found)), rows=in_words(rows, "row"))
        problems.append(f"column {show(columns[role])} {what}")
    return problems
