"""Excel workbooks of one sheet."""

import io
import zipfile
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from gapwise.base.wording import in_words, show
from gapwise.texts.cells import as_text, column_problems, table, unreadable
from gapwise.texts.cleaning import normalize
from gapwise.texts.encodings import refuse_pointer


def read_xlsx(content: bytes, name: str) -> pd.DataFrame:
    """Reads the one sheet that has cells; a formula counts as the value that was saved with it.

    Args:
        content: The file, as bytes.
        name: Of the file, for messages.

    Returns:
        Columns as the first row that is not blank names them; columns without any cell are left out.

    Raises:
        UserError: If it is no workbook, several sheets have cells, or the first row cannot be a header.
    """
    refuse_pointer(content, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise unreadable(name, [f"it is not a whole workbook ({error}); save or copy it again"]) from error
    sheets = {sheet.title: rows for sheet in book.worksheets if (rows := _rows(sheet))}
    if len(sheets) > 1:
        found = in_words([show(title) for title in sheets])
        raise unreadable(name, [f"sheets {found} have cells; keep the one with the texts, and remove the others"])
    if not sheets:
        return pd.DataFrame()
    header, *rows = next(iter(sheets.values()))
    filled = [place for place in range(len(header)) if any(row[place] is not None for row in (header, *rows))]
    names = [normalize(str(header[place] or "")) for place in filled]
    problems = column_problems(names)
    if problems and sum(map(bool, names)) == 1:
        title = show(max(names))
        problems = [f"its first row has one cell, {title}: if that is a title, remove what is above the header"]
    if problems:
        raise unreadable(name, problems)
    return table({column: [row[place] for row in rows] for place, column in zip(filled, names, strict=True)})


def _rows(sheet: Any) -> list[list[Any]]:
    rows = [[as_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if any(isinstance(cell, str) and cell.strip() for cell in row)]
