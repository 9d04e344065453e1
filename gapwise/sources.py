"""Source files of four formats, read as text and nothing but text."""

import codecs
import csv
import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gapwise.encodings import decode
from gapwise.errors import UserError
from gapwise.wording import in_words, shorten

DELIMITERS = {".csv": ",", ".tsv": "\t"}
SUFFIXES = (*DELIMITERS, ".jsonl", ".parquet")


def read(content: bytes, suffix: str, name: str) -> pd.DataFrame:
    """Reads a table whose cells are text, so that `01` stays `01` and `NA` stays `NA`.

    Only an empty cell is null. In jsonl and parquet, numbers and booleans become the text that a csv would hold:
    1 and 1.0 are `1`, true is `true`; lists, objects and bytes stay as they are, for the contract to refuse where text
    is wanted. Blank lines are no rows.

    Args:
        content: The file, as bytes. Text formats are UTF-8, with or without a byte order mark.
        suffix: `.csv`, `.tsv`, `.jsonl` or `.parquet`, in upper or lower case. A csv or tsv has a header and doubles
            the quotes inside of quoted cells (RFC 4180).
        name: Of the file, for messages.

    Returns:
        At least one row; its columns in the order of the file.

    Raises:
        UserError: If the suffix is unknown, the file is empty or malformed, two columns share a name, or the text is
            not UTF-8.
    """
    suffix = suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f"{name} must end in one of {', '.join(SUFFIXES)}; got {suffix or 'no suffix'}.")
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise UserError(f"{name} is empty.")
    if suffix == ".parquet":
        table = _parquet(content, name)
    elif suffix == ".jsonl":
        table = _jsonl(decode(content, name), name)
    else:
        table = _delimited(decode(content, name, DELIMITERS[suffix]), DELIMITERS[suffix], name)
    if table.empty:
        raise UserError(f"{name} has columns ({in_words(list(table.columns))}) and no rows.")
    return table


def _refuse(name: str, problems: Sequence[str]) -> UserError:
    return UserError(f"{name} cannot be read:", problems)


def _delimited(text: str, delimiter: str, name: str) -> pd.DataFrame:
    # Python's reader and not pandas': it tells ragged rows and open quotes, and guesses no types. Its limit on the
    # length of a cell is for the whole process, so it is put back.
    limit = csv.field_size_limit(len(text) + 1)
    try:
        rows, lines = _records(text, delimiter, name)
    finally:
        csv.field_size_limit(limit)
    header = rows[0]
    problems = _column_problems(header)
    other = next((mark for mark in ";\t," if mark != delimiter and mark in header[0]), None)
    if len(header) == 1 and other:
        problems.append(f"header: one column, {header[0]!r}; separate cells by {delimiter!r}, not by {other!r}")
    ragged = [
        f"row {number} (line {line}): {len(row)} cells for {len(header)} columns; "
        f"put quotes around a cell that holds {delimiter!r} or a line break"
        for number, (row, line) in enumerate(zip(rows, lines, strict=True))
        if len(row) != len(header)
    ]
    if problems or ragged:
        raise _refuse(name, [*problems, *shorten(ragged, "such rows")])
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [[] for _ in header]
    return pd.DataFrame({key: [cell or None for cell in cells] for key, cells in zip(header, columns, strict=True)})


def _records(text: str, delimiter: str, name: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, line = [], [], 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"row {len(rows)} (line {line})" if rows else "header"
        advice = "a cell that begins with a quote must end with one, and quotes inside of it are doubled"
        raise _refuse(name, [f"{where}: a quote does not fit ({error}); {advice}"]) from error
    return rows, lines


def _jsonl(text: str, name: str) -> pd.DataFrame:
    rows, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            row = json.loads(line, object_pairs_hook=_object) if line.strip() else None
            if row is not None and not isinstance(row, dict):
                raise ValueError(f"found {type(row).__name__}")
        except (ValueError, RecursionError) as error:
            problems.append(f'line {number}: must hold one JSON object, for example {{"text": "Good."}}; {error}')
            continue
        if row is not None:
            rows.append(row)
    if problems:
        raise _refuse(name, shorten(problems, "such lines"))
    keys = dict.fromkeys(key for row in rows for key in row)
    return pd.DataFrame({key: [_as_text(row.get(key)) for row in rows] for key in keys})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    problems = _column_problems([key for key, _ in pairs])
    if problems:
        raise ValueError("; ".join(problems))
    return dict(pairs)


def _parquet(content: bytes, name: str) -> pd.DataFrame:
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        problems = _column_problems(file.schema_arrow.names)
        columns = file.read().columns if not problems else []
    except (pa.ArrowException, OSError) as error:
        raise _refuse(name, [f"it is not a whole parquet file ({error}); write or copy it again"]) from error
    if problems:
        raise _refuse(name, problems)
    cells = [[_as_text(value) for value in column.to_pylist()] for column in columns]
    return pd.DataFrame(dict(zip(file.schema_arrow.names, cells, strict=True)))


def _column_problems(names: Sequence[str]) -> list[str]:
    twice = [repr(name) for name, count in Counter(names).items() if count > 1]
    return [f"{in_words(twice, 'column')} appears more than once; rename or remove one"] if twice else []


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
