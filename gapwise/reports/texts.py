"""Tables whose last column is a text, cut to the room that is left."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gapwise.reports.words import printable

LEAST = 20  # characters of a text, however narrow the terminal is


def with_texts(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], texts: Sequence[str], width: int) -> Table:
    """Makes a table of cells, and of one text a row; rich by itself would cut the other cells for it.

    Args:
        columns: Titles but for that of the texts.
        rows: Their cells.
        texts: One for each row.
        width: Of the whole table, in characters.
    """
    table = _table(columns)
    for cells in rows:
        table.add_row(*cells)
    room = max(width - Console(width=1000).measure(table).maximum - 2, LEAST)
    whole = _table([*columns, "text"])
    for cells, text in zip(rows, texts, strict=True):
        cut = Text(printable(text))
        cut.truncate(room, overflow="ellipsis")
        whole.add_row(*cells, cut)
    return whole


def heading(title: str, shown: int, there: int) -> Text:
    """Writes the title of a list that may be cut: "Doubted (5 of 74)", or "Doubted (5)" where all are shown."""
    count = f"{there:,}" if shown == there else f"{shown:,} of {there:,}"
    return Text(f"{title} ({count})\n", style="bold")


def _table(columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=True, max_width=None if column == "text" else 20, overflow="ellipsis")
    return table
