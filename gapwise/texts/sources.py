"""Source files of six formats, read as text and nothing but text."""

import codecs
import functools

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show
from gapwise.texts import delimited, json_objects
from gapwise.texts.cells import column_problems, table, unreadable
from gapwise.texts.cleaning import normalize
from gapwise.texts.delimited import DELIMITERS, EMPTY
from gapwise.texts.encodings import decode
from gapwise.texts.exports import flatten
from gapwise.texts.parquet import read_parquet
from gapwise.texts.xlsx import read_xlsx

SUFFIXES = (*DELIMITERS, ".jsonl", ".json", ".parquet", ".xlsx")
POINTER = ".dvc"


def read(content: bytes, suffix: str, name: str) -> pd.DataFrame:
    """Reads a table whose cells are text, so that `01` stays `01` and `NA` stays `NA`.

    Only an empty cell is null. In JSON, Parquet and workbooks, numbers and truth values become the text that a csv
    would hold: 1 and 1.0 are `1`, true is `true`. Class numbers of Hugging Face `datasets` become the names that a
    parquet file has for them. The nested exports of annotation tools become one row per annotation. Other lists,
    objects and bytes stay as they are, for the contract to refuse where text is wanted. Rows without a filled cell are
    no rows.

    Args:
        content: The file, as bytes. Text formats are UTF-8, with or without a byte order mark.
        suffix: One of `SUFFIXES`, in upper or lower case. A csv or tsv has a header and doubles the quotes inside of
            quoted cells (RFC 4180); spaces after a delimiter do not count.
        name: Of the file, for messages.

    Returns:
        At least one row; its columns in the order of the file, their names normalized as texts are.

    Raises:
        OtherEncodingError: If the text is of another encoding than UTF-8.
        UserError: If the suffix is unknown, the file is empty, damaged or malformed, or two columns share a name.
    """
    suffix = suffix.lower()
    require_suffix(suffix, name)
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise UserError(EMPTY.format(name))
    if suffix == ".parquet":
        rows = read_parquet(content, name)
    elif suffix == ".xlsx":
        rows = read_xlsx(content, name)
    elif suffix in DELIMITERS:
        rows = _delimited(decode(content, name, functools.partial(delimited.row_of, suffix=suffix)), suffix, name)
    else:
        rows = json_objects.read_objects(decode(content, name, json_objects.row_of), name)
    if not len(rows.columns):
        raise UserError(EMPTY.format(name))
    if rows.empty:
        columns = in_words([show(column) for column in rows.columns])
        raise UserError(f"{name} has columns ({columns}) and no rows: add rows, or copy or export it again.")
    return flatten(rows, name)


def require_suffix(suffix: str, name: str) -> None:
    """Checks that a file's name says how to read it.

    Raises:
        UserError: If the suffix, in lower case, is none of `SUFFIXES`.
    """
    if suffix == POINTER:
        raise UserError(f"{name} is DVC's note of a file, not the file: name {name.removesuffix(POINTER)} instead.")
    if suffix not in SUFFIXES:
        found = suffix or "no suffix"
        raise UserError(f"{name} must end in one of {', '.join(SUFFIXES)}; found {found}: save it as one of them.")


def _delimited(text: str, suffix: str, name: str) -> pd.DataFrame:
    rows, ragged = delimited.read_rows(text, suffix, name)
    header = [normalize(cell) for cell in rows[0]]
    problems = [*(f"header: {problem}" for problem in column_problems(header)), *ragged]
    if problems:
        raise unreadable(name, problems)
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [[] for _ in header]
    return table({key: [cell or None for cell in cells] for key, cells in zip(header, columns, strict=True)})
