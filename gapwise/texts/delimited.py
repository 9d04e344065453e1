"""Tables of cells with a delimiter between them (csv, tsv), with every row that does not fit named."""

import csv
import io

from gapwise.base.errors import UserError
from gapwise.base.wording import shorten, show
from gapwise.texts.encodings import cells_up_to

DELIMITERS = {".csv": ",", ".tsv": "\t"}
MARKS = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars"}
EMPTY = "{} is empty, where rows are needed: copy or export it again."
# How csv.Error says it, and how a user would.
QUOTES = {"unexpected end of data": "a cell opens with a quote that never closes"}


def read_rows(text: str, suffix: str, name: str) -> tuple[list[list[str]], list[str]]:
    """Reads the cells of a csv or tsv.

    Args:
        text: The file; blank lines are no rows, and spaces after a delimiter do not count.
        suffix: `.csv` or `.tsv`.
        name: Of the file, for messages.

    Returns:
        The rows, of which the first is the header, and problems: the rows that are longer or shorter than that.

    Raises:
        UserError: If there is no row, or the cells cannot be told apart: by their delimiter, or for quotes that do not
            match.
    """
    # Python's reader and not pandas': it tells ragged rows and open quotes, and guesses no types.
    with cells_up_to(len(text) + 1):
        _require_delimiter(text, suffix, name)
        rows, lines = _records(text, DELIMITERS[suffix], name)
    if not rows:
        raise UserError(EMPTY.format(name))
    return rows, _ragged(rows, lines, DELIMITERS[suffix])


def _require_delimiter(text: str, suffix: str, name: str) -> None:
    """Looks at the header alone: another delimiter makes a puzzle of quotes and numbers of cells."""
    own = DELIMITERS[suffix]
    header = next(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=own)), [""])
    other = next((mark for mark in MARKS if mark != own and mark in header[0]), None)
    if len(header) > 1 or other is None:
        return
    right = next((ending for ending, mark in DELIMITERS.items() if mark == other), None)
    ending = f", or let its name end in {right}" if right else ""
    problem = (
        f"header (line 1): cells of a {suffix} are separated by {MARKS[own]}, and {show(header[0])} holds "
        f"{MARKS[other]}: export it with {MARKS[own]}{ending}"
    )
    raise UserError(f"{name} cannot be read:", [problem])


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


def _records(text: str, delimiter: str, name: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    rows, lines, line = [], [], 1
    try:
        for row in reader:
            if row not in ([], [""]):
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"row {len(rows)} (line {line})" if rows else f"header (line {line})"
        what = QUOTES.get(str(error), "text follows the closing quote of a cell")
        advice = 'close it, and double the quotes inside of the cell, as in "She said ""no""."'
        raise UserError(f"{name} cannot be read:", [f"{where}: {what}; {advice}"]) from error
    return rows, lines
