"""JSON: one object per line, or one list of objects; the first character tells which, and not the name."""

import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from gapwise.base.wording import shorten, show
from gapwise.texts.cells import as_text, column_problems, table, unreadable
from gapwise.texts.cleaning import normalize


def read_objects(text: str, name: str) -> pd.DataFrame:
    """Reads a table of one row per object.

    Args:
        text: The file.
        name: Of the file, for messages.

    Raises:
        UserError: If it holds anything else than objects, or an object repeats a key.
    """
    rows, problems = _of_list(text) if text.lstrip().startswith("[") else _of_lines(text)
    if problems:
        raise unreadable(name, problems)
    keys = dict.fromkeys(key for row in rows for key in row)
    return table({key: [as_text(row.get(key)) for row in rows] for key in keys})


def row_of(text: str) -> int:
    """Gives the number of the row in which a text ends, where every line is a row."""
    return sum(bool(line.strip()) for line in io.StringIO(text, newline=""))


def _of_list(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    try:
        rows = json.loads(text, object_pairs_hook=_object, parse_int=str)
    except (ValueError, RecursionError) as error:
        return [], [f"it must be one JSON list of objects, or one object per line; {_why(error)}"]
    problems = [
        f"object {number}: must be a JSON object; found {show(row)}"
        for number, row in enumerate(rows, start=1)
        if not isinstance(row, dict)
    ]
    return rows, shorten(problems, "such entries")


def _of_lines(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    rows, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            row = read_object(line) if line.strip() else None
        except (ValueError, RecursionError) as error:
            problems.append(f'line {number}: must hold one JSON object, for example {{"text": "Good."}}; {_why(error)}')
            continue
        if row is not None:
            rows.append(row)
    return rows, shorten(problems, "such lines")


def _why(error: Exception) -> str:
    return "found lists in lists without end" if isinstance(error, RecursionError) else str(error)


def read_object(line: str, whole: Callable[[str], Any] = str) -> dict[str, Any]:
    """Reads one JSON object.

    Args:
        line: Of JSON.
        whole: Makes a value of the digits of a whole number. They stay the text that they are without it, as Python
            limits the digits of an int.

    Raises:
        ValueError: If it is something else, or repeats a key.
    """
    row = json.loads(line, object_pairs_hook=_object, parse_int=whole)
    if not isinstance(row, dict):
        raise ValueError(f"found {show(line.strip())}")
    return row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = [(normalize(key), value) for key, value in pairs]
    problems = column_problems([key for key, _ in row])
    if problems:
        raise ValueError("; ".join(problems))
    return dict(row)
