"""Where the cells of one column lie in a text file, so that they can be exchanged and all else stays as it is."""

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from gapwise.texts.cells import as_text
from gapwise.texts.cleaning import normalize
from gapwise.texts.delimited import DELIMITERS, delimiter_of
from gapwise.texts.json_objects import read_object

Span = tuple[int, int]
BLANK = re.compile(r"[ \t\r\n]*")


def spans(text: str, suffix: str, column: str) -> list[Span | None]:
    """Finds the cells of a column.

    Args:
        text: Of a file that `sources.read` takes, without its byte order mark.
        suffix: `.csv`, `.tsv` or `.jsonl`, in lower case; of the last, one object per line.
        column: Its normalized name.

    Returns:
        Start and end of each row's cell, quotes included, spaces around it not; None for a row without one. Rows are
        those of `sources.read`, in their order, and those that it drops as empty.
    """
    return list(_delimited(text, suffix, column) if suffix in DELIMITERS else _json_lines(text, column))


def _delimited(text: str, suffix: str, column: str) -> Iterator[Span | None]:
    delimiter, start = delimiter_of(text, suffix)
    records = _records(text, re.escape(delimiter), start)
    header = [normalize(_value(text, span)) for span in next(records)]
    place = header.index(column)
    for record in records:
        yield record[place] if len(record) > place else None


def _records(text: str, delimiter: str, position: int) -> Iterator[list[Span]]:
    """Gives the spans of the cells of each record that is not blank; the csv is valid, as it has been read before."""
    cell = re.compile(rf' *("(?:[^"]|"")*"|[^{delimiter}\r\n]*)({delimiter}|\r\n|\r|\n|\Z)')
    record: list[Span] = []
    while position < len(text) or record:
        found = cell.match(text, position)
        assert found is not None
        record.append(found.span(1))
        position = found.end()
        if not re.fullmatch(delimiter, found[2]):
            if any(_value(text, span).strip() for span in record):
                yield record
            record = []


def _value(text: str, span: Span) -> str:
    cell = text[slice(*span)]
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _json_lines(text: str, column: str) -> Iterator[Span | None]:
    position = 0
    for line in text.split("\n"):
        if line.strip() and any(map(_filled, read_object(line).values())):
            found = _in_object(line, column)
            yield None if found is None else (position + found[0], position + found[1])
        position += len(line) + 1


def _filled(value: Any) -> bool:
    """Tells whether a value keeps its row, as `cells.table` does."""
    cell = as_text(value)
    return not (cell is None or (isinstance(cell, str) and not cell.strip()))


def _in_object(line: str, column: str) -> Span | None:
    """Finds the value of a key of one JSON object."""
    decoder = json.JSONDecoder()
    position = line.index("{") + 1
    while True:
        position = _skip(line, position)
        if line[position] in "},":
            if line[position] == "}":
                return None
            position = _skip(line, position + 1)
        key, position = scanstring(line, position + 1)
        start = _skip(line, _skip(line, position) + 1)
        _, position = decoder.raw_decode(line, start)
        if normalize(key) == column:
            return start, position


def _skip(line: str, position: int) -> int:
    found = BLANK.match(line, position)
    assert found is not None
    return found.end()
