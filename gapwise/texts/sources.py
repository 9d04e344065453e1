"""Source files of four formats, read as text and nothing but text."""

import codecs
import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, shorten, show
from gapwise.texts.cleaning import normalize
from gapwise.texts.delimited import DELIMITERS, EMPTY, read_rows
from gapwise.texts.encodings import decode

SUFFIXES = (*DELIMITERS, ".jsonl", ".parquet")


def read(content: bytes, suffix: str, name: str) -> pd.DataFrame:
    """Reads a table whose cells are text, so that `01` stays `01` and `NA` stays `NA`.

    Only an empty cell is null. In jsonl and parquet, numbers and booleans become the text that a csv would hold:
    1 and 1.0 are `1`, true is `true`. Class numbers of Hugging Face `datasets` become the names that a parquet file has
    for them. Lists, objects and bytes stay as they are, for the contract to refuse where text is wanted. Blank lines
    are no rows.

    Args:
        content: The file, as bytes. Text formats are UTF-8, with or without a byte order mark.
        suffix: `.csv`, `.tsv`, `.jsonl` or `.parquet`, in upper or lower case. A csv or tsv has a header and doubles
            the quotes inside of quoted cells (RFC 4180); spaces after a delimiter do not count.
        name: Of the file, for messages.

    Returns:
        At least one row; its columns in the order of the file, their names normalized as texts are.

    Raises:
        UserError: If the suffix is unknown, the file is empty or malformed, two columns share a name, or the text is
            not UTF-8.
    """
    suffix = suffix.lower()
    if suffix not in SUFFIXES:
        found = suffix or "no suffix"
        raise UserError(f"{name} must end in one of {', '.join(SUFFIXES)}; found {found}: save it as one of them.")
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise UserError(EMPTY.format(name))
    if suffix == ".parquet":
        table = _parquet(content, name)
    elif suffix == ".jsonl":
        table = _jsonl(decode(content, name), name)
    else:
        table = _delimited(decode(content, name, DELIMITERS[suffix]), suffix, name)
    if not len(table.columns):
        raise UserError(EMPTY.format(name))
    if table.empty:
        columns = in_words([show(column) for column in table.columns])
        raise UserError(f"{name} has columns ({columns}) and no rows: add rows, or copy or export it again.")
    return table


def _refuse(name: str, problems: Sequence[str]) -> UserError:
    return UserError(f"{name} cannot be read:", problems)


def _delimited(text: str, suffix: str, name: str) -> pd.DataFrame:
    rows, ragged = read_rows(text, suffix, name)
    header = [normalize(cell) for cell in rows[0]]
    problems = [*(f"header: {problem}" for problem in _column_problems(header)), *ragged]
    if problems:
        raise _refuse(name, problems)
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [[] for _ in header]
    return _table({key: [cell or None for cell in cells] for key, cells in zip(header, columns, strict=True)})


def _table(columns: dict[str, list[Any]]) -> pd.DataFrame:
    # As objects: pandas' own text type refuses half characters, which jsonl can hold and the cleaning drops.
    return pd.DataFrame(columns, dtype=object)


def _jsonl(text: str, name: str) -> pd.DataFrame:
    rows, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            row = _row(line) if line.strip() else None
        except (ValueError, RecursionError) as error:
            why = "found lists in lists without end" if isinstance(error, RecursionError) else str(error)
            problems.append(f'line {number}: must hold one JSON object, for example {{"text": "Good."}}; {why}')
            continue
        if row is not None:
            rows.append(row)
    if problems:
        raise _refuse(name, _array_problem(text) or shorten(problems, "such lines"))
    keys = dict.fromkeys(key for row in rows for key in row)
    return _table({key: [_as_text(row.get(key)) for row in rows] for key in keys})


def _row(line: str) -> dict[str, Any]:
    # Whole numbers stay the text that they are: Python limits the digits of an int.
    row = json.loads(line, object_pairs_hook=_object, parse_int=str)
    if not isinstance(row, dict):
        raise ValueError(f"found {show(line.strip())}")
    return row


def _array_problem(text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        return []
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return []
    return ["it is one JSON list of objects, not one object per line; `jq -c '.[]'` makes lines of it"]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = [(normalize(key), value) for key, value in pairs]
    problems = _column_problems([key for key, _ in row])
    if problems:
        raise ValueError("; ".join(problems))
    return dict(row)


def _parquet(content: bytes, name: str) -> pd.DataFrame:
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = [normalize(column) for column in file.schema_arrow.names]
        problems = _column_problems(names)
        columns = file.read().columns if not problems else []
    except (pa.ArrowException, OSError) as error:
        raise _refuse(name, [f"it is not a whole parquet file ({error}); write or copy it again"]) from error
    if problems:
        raise _refuse(name, problems)
    classes = _class_names(file.schema_arrow)
    cells = [
        [_named(value, classes[column]) if column in classes else _as_text(value) for value in values.to_pylist()]
        for column, values in zip(file.schema_arrow.names, columns, strict=True)
    ]
    return _table(dict(zip(names, cells, strict=True)))


def _class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Reads the names of classes that Hugging Face `datasets` writes beside columns of class numbers, by column."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        return {column: list(kind["names"]) for column, kind in features.items() if kind.get("_type") == "ClassLabel"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(number: Any, classes: Sequence[str]) -> str | None:
    """Gives the name of a class number; -1 and nothing stand for a row without a label."""
    return classes[number] if isinstance(number, int) and 0 <= number < len(classes) else None


def _column_problems(names: Sequence[str]) -> list[str]:
    places = {
        name: [place for place, other in enumerate(names, start=1) if other == name] for name in dict.fromkeys(names)
    }
    return [
        f"{in_words(found, 'column')} share the name {show(name)}; rename or remove them"
        for name, found in places.items()
        if len(found) > 1
    ]


def _as_text(value: Any) -> Any:
    match value:
        case None | "":
            return None
        case str() | list() | tuple() | dict() | bytes():
            return value
        case bool():
            return str(value).lower()
        case float() if math.isnan(value):
            return None
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
