"""What a source file must hold. Every problem is found at once, with its rows."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

import pandas as pd
import pandera.pandas as pa
from pydantic import AfterValidator, Field, model_validator

from gapwise.classes import find_lookalikes
from gapwise.cleaning import normalize
from gapwise.params import Section
from gapwise.wording import in_words, show

PARTS = ("train", "validation", "test")
KEYS = {"text": "text_column", "label": "label_column", "group": "group_column", "part": "split_column"}


def _in_project(source: str) -> str:
    if "://" in source:
        raise ValueError(f"must be a file of the project; found the address {show(source)}; `dvc import-url` brings it")
    if not source.isprintable():
        raise ValueError(f"must be a path of printable characters; found {show(source)}; rename the file")
    path = PurePosixPath(source)
    if path.is_absolute() or source.startswith("~") or ".." in path.parts:
        # A path from elsewhere means nothing on a colleague's machine, nor in the copy that an experiment runs in.
        raise ValueError(f"must be a file below the project's folder; found {show(source)}; copy it to data/raw")
    return source


class PrepareParams(Section):
    """Section `prepare` of params.yaml."""

    source: Annotated[str, Field(min_length=1), AfterValidator(_in_project)]
    text_column: str = Field(min_length=1)
    label_column: str = Field(min_length=1)
    group_column: str | None = Field(min_length=1)
    split_column: str | None = Field(min_length=1)
    near_duplicate_similarity: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _one_column_each(self) -> Self:
        columns = self.columns()
        keys = {column: [KEYS[role] for role in columns if columns[role] == column] for column in columns.values()}
        shared = [f"{in_words(named)} name one column, {show(column)}" for column, named in keys.items() if named[1:]]
        if shared:
            raise ValueError(f"{'; '.join(shared)}: each must name another")
        return self

    def columns(self) -> dict[str, str]:
        """Tells which column of the source is `text`, `label`, `group` and `part`; the last two may lack."""
        named = {role: getattr(self, key) for role, key in KEYS.items()}
        return {role: normalize(column) for role, column in named.items() if column is not None}


def _check(holds: Callable[[Any], bool], problem: str) -> pa.Check:
    return pa.Check(holds, element_wise=True, error=problem)


IS_TEXT = _check(lambda cell: isinstance(cell, str), "must hold text; found {found} in {rows}; write it as text")
NOT_EMPTY = _check(lambda cell: cell != "", "is empty or blank in {rows}; fill it, or leave the row out")
IS_PART = _check(
    lambda cell: cell in ("", *PARTS), "must be train, validation, test or empty; found {found} in {rows}; rename it"
)
ROWS = pa.DataFrameSchema(
    {
        "text": pa.Column(object, [IS_TEXT, NOT_EMPTY], required=False),
        "label": pa.Column(object, [IS_TEXT, NOT_EMPTY], required=False),
        "group": pa.Column(object, IS_TEXT, required=False),
        "part": pa.Column(object, IS_PART, required=False),
    }
)


def select(raw: pd.DataFrame, params: PrepareParams) -> tuple[pd.DataFrame, list[str]]:
    """Takes the named columns out of the source, normalized, without the rows that break a rule.

    Args:
        raw: From `sources.read`.
        params: Uses the names of columns.

    Returns:
        Valid rows, indexed by their number from 1, with columns `text`, `label`, `group` and `part` (null where there
        is none); and the problems. Without a column of texts or labels no row is valid.
    """
    there = {role: column for role, column in params.columns().items() if column in raw.columns}
    cells = pd.DataFrame(
        {role: [_clean(cell) for cell in raw[column]] for role, column in there.items()},
        index=range(1, len(raw) + 1),
        dtype=object,
    )
    problems = _missing_columns(raw, params)
    try:
        ROWS.validate(cells, lazy=True)
        bad = set()
    except pa.errors.SchemaErrors as error:
        problems += _broken_rules(error.failure_cases, cells, there)
        bad = set(error.failure_cases["index"])
    if "label" in there:
        problems += find_lookalikes(raw[there["label"]].tolist(), there["label"])
    if not {"text", "label"} <= there.keys():
        bad = set(cells.index)
    valid = cells.drop(index=list(bad)).reindex(columns=list(KEYS), fill_value="").astype(object)
    return valid.where(valid != "", None), problems


def _clean(cell: Any) -> Any:
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
        advice += " or to null" if role in ("group", "part") else ""
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
