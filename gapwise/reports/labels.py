"""A label report on the terminal, and as a table to correct."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill

import pandas as pd
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words
from gapwise.inspecting.figures import LabelReport, Neighbour, Row
from gapwise.reports.texts import heading, with_texts
from gapwise.reports.words import printable

COLUMNS = (
    *("row", "part", "status", "doubt", "label", "suggested", "corrected", "text"),
    *("nearest_against", "near_equal_with_other_label"),
)
SHOWN = 10  # rows of each list, without --top
WIDEST = 120
NO_TEST = (
    "Mending test labels after a look at a model's opinion tilts comparisons: only rows that this model gets wrong are "
    "looked at, so its score can only rise, and that of a model that thinks alike rises with it. Mend them before the "
    "first comparison, or have all of them labelled again by somebody who does not see this list; and run every "
    "revision again that is to be compared."
)


def show(report: LabelReport, console: Console, top: int | None) -> None:
    """Prints a report, in the width that the console has, up to `WIDEST`.

    Args:
        report: To print.
        console: Where to.
        top: Rows of each list; None for `SHOWN`.
    """
    width = min(console.width, WIDEST)
    for part in _parts(report, SHOWN if top is None else top, width):
        console.print(part, width=width, highlight=False)


def basis(report: LabelReport) -> str:
    """Tells in a line what was judged, and by what."""
    share = f"{100 * report.by_networks:.0f} % of them also by networks that never saw them"
    return (
        f"labels of {report.revision}: {report.development_rows:,} development rows, judged by a cross-fitted probe, "
        f"{share}; {100 * report.accuracy:.1f} % have the label that these suggest"
    )


def _parts(report: LabelReport, top: int, width: int) -> Iterator[RenderableType]:
    yield Text(fill(printable(basis(report)), width) + "\n", style="bold")
    if not report.development:
        yield Text("Nothing to look at.\n")
    for title, rows in by_status(report.development).items():
        yield from _listed(title, rows, top, width)
    for title, rows in by_status([row for row in report.test if row.status == "doubted"]).items():
        yield from _listed(f"Test rows, apart. {title}", rows, top, width)
    notes = sentences(report)
    if notes:
        yield Text("Notes", style="bold")
        yield from (Text(fill(printable(one), width, initial_indent="  ", subsequent_indent="  ")) for one in notes)


def by_status(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Gives the lists of a report by their titles, those that are not empty."""
    titles = {
        "doubted": "Doubted: more likely wrong than hard",
        "alike": "Alike: a near-equal text has another label",
        "hard": "Merely hard: the others can hardly decide, or lean the other way",
    }
    listed = {title: [row for row in rows if row.status == status] for status, title in titles.items()}
    return {title: some for title, some in listed.items() if some}


def sentences(report: LabelReport) -> list[str]:
    """Says what a reader of a report must know."""
    told = []
    if report.unjudged:
        told.append(
            f"{in_words(report.unjudged, 'row')} cannot be judged: no row outside of its group has the same label."
        )
    if report.conflicts:
        count = len(report.conflicts)
        texts = (
            "A text carries several labels and is" if count == 1 else f"{count:,} texts carry several labels and are"
        )
        told.append(f"{texts} not trained on; metrics/data.json lists them under conflicts.")
    if report.test:
        told.append(NO_TEST)
    return told


def _listed(title: str, rows: Sequence[Row], top: int, width: int) -> Iterator[RenderableType]:
    shown = rows[:top]
    yield heading(title, len(shown), len(rows))
    if shown:
        yield _table(shown, width)
        yield Text()


def _table(rows: Sequence[Row], width: int) -> Table:
    cells: list[list[str | Text]] = [
        [
            f"{row.row}",
            f"{row.doubt:.2f}",
            Text(printable(row.label)),
            Text(printable(row.suggested), style="bold yellow" if row.suggested != row.label else ""),
            f"{len(row.against)} of {row.asked}",
        ]
        for row in rows
    ]
    columns = ["row", "doubt", "label", "suggested", "nearest\nagainst"]
    return with_texts(columns, cells, [row.text for row in rows], width)


def require_table(path: Path) -> None:
    """Checks that a report can be written to a file of this name.

    Raises:
        UserError: If it is no csv.
    """
    if path.suffix.lower() != ".csv":
        raise UserError(f"--out must end in .csv; got {path}.")


def table_of(report: LabelReport, with_test: bool) -> pd.DataFrame:
    """Gives a report as a table to correct: `COLUMNS`, one row per row to look at, `corrected` empty.

    Args:
        report: To write.
        with_test: Whether test rows are in it.
    """
    parts = {"development": report.development, "test": report.test if with_test else []}
    return pd.DataFrame([_record(part, row) for part, rows in parts.items() for row in rows], columns=list(COLUMNS))


def _record(part: str, row: Row) -> dict[str, object]:
    return {
        "row": row.row,
        "part": part,
        "status": row.status,
        "doubt": f"{row.doubt:.4f}",
        "label": row.label,
        "suggested": row.suggested,
        "corrected": "",
        "text": row.text,
        "nearest_against": f"{len(row.against)} of {row.asked}{_quoted(row.against[:1])}",
        "near_equal_with_other_label": _quoted(row.alike)[2:],
    }


def _quoted(others: Sequence[Neighbour]) -> str:
    return "".join(f"; {one.label} (row {one.row}): {one.text}" for one in others)
