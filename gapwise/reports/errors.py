"""An error report on the terminal: counts, slices and, with a second setting, what it mends and breaks."""

from collections.abc import Iterator, Sequence
from textwrap import fill

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gapwise.base.wording import counted
from gapwise.inspecting.errors import kind_counts
from gapwise.inspecting.figures import Changed, ErrorReport, Errors, Kind, Mending, Slice, Wrong
from gapwise.reports.texts import heading, with_texts
from gapwise.reports.words import number, percent, printable, score

SHOWN = 5  # texts of a list, and slices, without --top
WIDEST = 120
TITLES: dict[Kind, str] = {
    "sure": "Surely wrong: most repeats are, and sure of it",
    "most": "Wrong in most repeats",
    "flips": "Wrong in some repeats, half of them at most",
}
SEALED = (
    "A setting that is changed for the sake of texts in the test is no longer tested by them. To learn from errors, "
)
READ = "read those of the validation rows."
HOLD_OUT = "run it with split.validation_fraction above 0, and read those of the validation rows."
NONE_LEFT = (
    "In a rotation every row is a test row. A setting that is changed for the sake of any of these texts is no longer "
    "tested by them: have new ones labelled to test it."
)


def show(report: ErrorReport, console: Console, top: int | None) -> None:
    """Prints a report, in the width that the console has, up to `WIDEST`.

    Args:
        report: From `inspecting.error_report`.
        console: To print on.
        top: Texts of each list, and slices; None for `SHOWN`.
    """
    width = min(console.width, WIDEST)
    for part in _parts(report, SHOWN if top is None else top, width):
        console.print(part, width=width, highlight=False)


def basis(report: ErrorReport) -> str:
    """Tells in a line what was looked at."""
    test, validation = report.test, report.validation
    groups = f" in {report.groups:,} groups" if report.groups != test.texts else ""
    rotated = f" in each of {report.rotations} rotations" if report.rotations > 1 else ""
    validated = f"{validation.texts:,} validation rows" if validation.texts else "no validation rows, as there are none"
    return (
        f"errors of {report.revision} on {test.texts:,} test rows{groups}, and on {validated}; "
        f"{counted(test.repeats, 'repeat')}{rotated}; train rows do not count"
    )


def sealed(report: ErrorReport) -> str:
    """Warns of learning from errors in the test, and says which to read."""
    if report.rotations > 1:
        return NONE_LEFT
    return SEALED + (READ if report.validation.texts else HOLD_OUT)


def _parts(report: ErrorReport, top: int, width: int) -> Iterator[RenderableType]:
    yield Text(fill(printable(basis(report)), width) + "\n", style="bold")
    yield _counts(report)
    yield Text()
    yield from _texts("Validation rows that most repeats get wrong", report.validation, top, width)
    title = "Slices of the test rows where it is worst, in points of accuracy"
    yield from _slices(title, report.slices, top, report.confidence)
    if report.against is not None:
        yield from _against(report.against, report, top, width)
    yield from _notes([*slice_sentences(report), sealed(report), *report.notes], width)


def _notes(notes: Sequence[str], width: int) -> Iterator[RenderableType]:
    yield Text("Notes", style="bold")
    yield from (Text(fill(printable(one), width, initial_indent="  ", subsequent_indent="  ")) for one in notes)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(columns[0], overflow="fold", max_width=24)
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _counts(report: ErrorReport) -> Table:
    table = _table("", "rows", "accuracy", "surely wrong", "wrong in most", "flip")
    for name, errors in (("test", report.test), ("validation", report.validation)):
        counts = kind_counts(errors.rows)
        table.add_row(
            name,
            f"{errors.texts:,}",
            score(errors.accuracy),
            str(counts["sure"]),
            str(counts["most"] + counts["sure"]),
            str(counts["flips"]),
        )
    return table


def _texts(title: str, errors: Errors, top: int, width: int) -> Iterator[RenderableType]:
    rows = [row for row in errors.rows if row.kind != "flips"]
    cells: list[list[str | Text]] = [
        [
            f"{row.row}",
            f"{row.wrong} of {row.repeats}",
            f"{row.confidence:.2f}",
            *(Text(printable(name)) for name in (row.label, row.given)),
        ]
        for row in rows[:top]
    ]
    columns = ["row", "wrong", "confidence", "label", "predicted"]
    yield from _listed(title, rows, columns, cells, width)


def _listed(
    title: str, rows: Sequence[Wrong] | Sequence[Changed], columns: list[str], cells: list[list[str | Text]], width: int
) -> Iterator[RenderableType]:
    """Shows the first rows of a list; a list without rows is left out."""
    if rows:
        yield heading(title, len(cells), len(rows))
    if cells:
        yield with_texts(columns, cells, [row.text for row in rows[: len(cells)]], width)
        yield Text()


def _slices(title: str, slices: Sequence[Slice], top: int, confidence: float) -> Iterator[RenderableType]:
    shown = slices[:top]
    if slices:
        yield heading(title, len(shown), len(slices))
    if not shown:
        return
    table = _table("", "rows", "score", "rest", f"difference ({percent(confidence)} interval)", "p, Holm")
    for one in shown:
        table.add_row(
            Text(printable(f"{one.kind} {one.name}"), style="bold red" if one.worse else ""),
            str(one.rows),
            number(100 * one.score, 1),
            number(100 * one.rest, 1),
            difference(one),
            p_value(one),
        )
    yield table
    yield Text()


def difference(one: Slice | Mending) -> str:
    """Writes a difference in points with its interval: "−5.2 (−9.0 to −1.4)"."""
    value, low, high = (100 * end for end in (one.difference, one.low, one.high))
    return f"{number(value, 1, signed=True)} ({number(low, 1)} to {number(high, 1)})"


def p_value(one: Slice) -> str:
    """Writes the corrected p-value, never as 0."""
    return "<0.001" if one.p_adjusted < 0.001 else f"{one.p_adjusted:.3f}"


def slice_sentences(report: ErrorReport) -> list[str]:
    """Says which slices are worse after the correction."""
    looked = f"of {len(report.slices)} that were looked at"
    if not report.slices:
        return ["No slice has enough rows and groups on either side to be held against the rest."]
    worse = [f"{one.kind} {one.name}" for one in report.slices if one.worse]
    if not worse:
        return [
            f"No slice, {looked}, is worse than the rest by more than chance explains; the order alone is no finding."
        ]
    verb = "is" if len(worse) == 1 else "are"
    return [f"{'; '.join(worse)}: {verb} worse than the rest, {looked}, after Holm's correction."]


def mending_sentence(against: Mending, revision: str) -> str:
    """Tells what a second setting mends and breaks, and whether the difference is more than chance."""
    chance = "which chance alone could have made" if against.low <= 0 <= against.high else "more than chance explains"
    return (
        f"{against.revision} mends {counted(len(against.mended), 'test text')} of {revision} and breaks "
        f"{len(against.broken):,}: {difference(against)} points of accuracy, {chance}. Two seeds of one setting "
        "mend and break texts too."
    )


def _against(against: Mending, report: ErrorReport, top: int, width: int) -> Iterator[RenderableType]:
    yield Text(fill(printable(mending_sentence(against, report.revision)), width) + "\n")
    for title, rows in (("Mended", against.mended), ("Broken", against.broken)):
        cells: list[list[str | Text]] = [
            [
                f"{row.row}",
                f"{row.wrong} of {against.repeats}",
                f"{row.wrong_after} of {against.repeats}",
                Text(printable(row.label)),
            ]
            for row in rows[:top]
        ]
        columns = ["row", "wrong before", "after", "label"]
        yield from _listed(f"{title} by {printable(against.revision)}", rows, columns, cells, width)
    title = f"Slices where {printable(against.revision)} gains least, in points of accuracy"
    yield from _slices(title, against.slices, top, report.confidence)
