"""A learning curve on the terminal: each size, what is foretold, and both in a sentence."""

from collections.abc import Iterator
from textwrap import fill

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gapwise.base.wording import counted
from gapwise.forecasting.figures import LearningCurve
from gapwise.reports.words import difference, estimate, percent, printable
from gapwise.statistics.metrics import METRICS

WIDEST = 120


def show(curve: LearningCurve, console: Console) -> None:
    """Prints the whole curve, in the width that the console has, up to `WIDEST`."""
    width = min(console.width, WIDEST)
    for part in _parts(curve, width):
        console.print(part, width=width, highlight=False)


def basis(curve: LearningCurve) -> str:
    """Tells in a line what was scored, and on what."""
    rows = f"{curve.test_rows:,} test rows"
    if curve.test_groups != curve.test_rows:
        rows += f" in {curve.test_groups:,} groups"
    repeats = counted(curve.repeats, "repeat")
    return f"{METRICS[curve.metric].label} on {rows}, {repeats}; {percent(curve.confidence)} intervals"


def sentence(curve: LearningCurve) -> str:
    """Tells what the further rows are worth: "200 more labels: +1.8 points of accuracy (0.9 to 2.7)."."""
    unit, forecast = METRICS[curve.metric], curve.forecast
    figures = difference(curve.metric, forecast.gain).replace(" (", f" {unit.unit} (", 1)
    return f"{counted(round(forecast.ahead), 'more label')}: {figures}."


def _parts(curve: LearningCurve, width: int) -> Iterator[RenderableType]:
    yield Text(f"{basis(curve)}\n", style="bold")
    yield _table(curve)
    yield Text(f"\n{fill(sentence(curve), width)}", style="bold")
    if curve.notes:
        yield Text("\nNotes", style="bold")
        # By hand, as rich would fill every line with blanks.
        yield from (
            Text(fill(printable(note), width, initial_indent="  ", subsequent_indent="  ")) for note in curve.notes
        )


def cells(curve: LearningCurve) -> list[tuple[str, ...]]:
    """Gives the rows of the table, the forecast last: rows, run, score, change since before, fitted score."""
    metric, forecast = curve.metric, curve.forecast
    seen = [
        (
            f"{one.rows:,.0f}",
            one.name,
            estimate(one.score),
            "" if one.step is None else difference(metric, one.step),
            f"{one.fitted:.3f}",
        )
        for one in curve.points
    ]
    return [
        *seen,
        (f"{forecast.rows:,.0f}", "forecast", "", difference(metric, forecast.gain), estimate(forecast.score)),
    ]


def columns(curve: LearningCurve) -> list[str]:
    """Names the columns of `cells`."""
    unit = METRICS[curve.metric]
    return ["rows", "run", f"test {unit.label}", f"change in {unit.unit.split(' of ')[0]}", "by the fitted law"]


def _table(curve: LearningCurve) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns(curve):
        table.add_column(column, justify="left" if column == "run" else "right", overflow="fold")
    *seen, foretold = cells(curve)
    for row in seen:
        table.add_row(*map(Text, row))
    table.add_row(*foretold, style="italic")
    return table
