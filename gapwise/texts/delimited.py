"""Tables of cells with a delimiter between them, with every row that does not fit named."""

import csv
import io
import re

from gapwise.base.errors import UserError
from gapwise.base.wording import shorten
from gapwise.texts.encodings import cells_up_to

DELIMITERS = {".csv": ",", ".tsv": "\t"}
OTHERS = ";\t,|"  # what spreadsheets of other countries and other programs write
# A first line for Excel; some programs put commas behind it.
SEP = re.compile("\ufeff?sep=(.)[ ,;\t]*(?:\r\n|\r|\n|$)", re.IGNORECASE)
EMPTY = "{} is empty, where rows are needed: copy or export it again."
# How csv.Error says it, and how a user would.
QUOTES = {"unexpected end of data": "a cell opens with a quote that never closes"}


def read_rows(text: str, suffix: str, name: str) -> tuple[list[list[str]], list[str]]:
    """Reads the cells of a csv or tsv.

    Args:
        text: The file; lines of nothing but spaces and delimiters are no rows, and spaces after a delimiter do not
            count. A first line `sep=;` names the delimiter.
        suffix: `.csv` or `.tsv`. Where the header has one cell only, which holds semicolons, tabs, commas or bars,
            these are the delimiter.
        name: Of the file, for messages.

    Returns:
        The rows, of which the first is the header, and problems: the rows that are longer or shorter than that.

    Raises:
        UserError: If there is no row, or the cells cannot be told apart, for quotes that do not match.
    """
    # Python's reader and not pandas': it tells ragged rows and open quotes, and guesses no types.
    with cells_up_to(len(text) + 1):
        delimiter, start = delimiter_of(text, suffix)
        rows, lines = _records(text[start:], delimiter, name, first_line=2 if start else 1)
    if not rows:
        raise UserError(EMPTY.format(name))
    return rows, _ragged(rows, lines, delimiter)


def delimiter_of(text: str, suffix: str) -> tuple[str, int]:
    """Finds what stands between cells, and where the header begins.

    It looks at the header alone: in the rows, another delimiter makes a puzzle of quotes and numbers of cells.

    Args:
        text: The file, or what it begins with.
        suffix: `.csv` or `.tsv`.

    Returns:
        The delimiter, and how many characters a first line that names it has; 0 without one.
    """
    named = SEP.match(text)
    if named:
        return named.group(1), named.end()
    usual = DELIMITERS[suffix]
    header = next(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=usual)), [""])
    other = next((mark for mark in OTHERS if mark != usual and mark in header[0]), None)
    return (usual if len(header) > 1 or other is None else other), 0


def row_of(text: str, suffix: str) -> int:
    """Gives the number of the row in which a text ends, which may be the start of a file; 0 for the header."""
    with cells_up_to(len(text) + 1):
        delimiter, start = delimiter_of(text, suffix)
        rows = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter, skipinitialspace=True)
        return sum(any(cell.strip() for cell in row) for row in rows) - 1


def _ragged(rows: list[list[str]], lines: list[int], delimiter: str) -> list[str]:
    width = len(rows[0])
    advice = {
        True: f"put quotes around a cell that holds {delimiter!r} or a line break",
        False: "add what is missing, and put quotes around a cell that holds a line break",
    }
    problems = [
        f"row {number} (line {line}): the header has {width} cells, this row {len(row)}; {advice[len(row) > width]}"
        for number, (row, line) in enumerate(zip(rows, lines, strict=True))
        if len(row) != width
    ]
    return shorten(problems, "such rows")


def _records(text: str, delimiter: str, name: str, first_line: int) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    rows, lines, line = [], [], first_line
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(line)
            line = reader.line_num + first_line
    except csv.Error as error:
        where = f"row {len(rows)} (line {line})" if rows else f"header (line {line})"
        what = QUOTES.get(str(error), "text follows the closing quote of a cell")
        advice = 'close it, and double the quotes inside of the cell, as in "She said ""no""."'
        raise UserError(f"{name} cannot be read:", [f"{where}: {what}; {advice}"]) from error
    return rows, lines
