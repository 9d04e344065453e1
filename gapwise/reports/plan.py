"""A plan on the terminal: what shows now, what would show with more, and what it costs."""

from textwrap import fill

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gapwise.reports.words import duration, instead, number, percent
from gapwise.statistics.planning import Plan


def show(plan: Plan, seconds_per_repeat: float | None, console: Console) -> None:
    """Prints a plan.

    Args:
        plan: What to print.
        seconds_per_repeat: How long one repeat was trained on this machine; None where that is not known.
        console: Where to.
    """
    for line in sentences(plan, seconds_per_repeat):
        console.print(Text(fill(line, console.width)))
    console.print(Text("\nSmallest difference, in points of accuracy, that shows in 4 of 5 comparisons:\n"))
    console.print(_table(plan, seconds_per_repeat), highlight=False)


def sentences(plan: Plan, seconds_per_repeat: float | None) -> list[str]:
    """Tells what this test set and these repeats can show, what is missing for the wanted difference, and the time."""
    told = [
        f"Now: accuracy {plan.accuracy:.3f}, {_repeats(plan)}, {plan.test_rows:,} test rows. A true difference "
        f"of {_points(plan.detectable)} points shows in 4 of 5 comparisons, with {percent(plan.confidence)} confidence."
    ]
    if plan.difference is not None:
        told.append(_wanted(plan, plan.difference))
        if plan.accuracy + plan.difference > 1:
            told.append(
                f"No setting can be better than this one by {_points(plan.difference)} points, "
                f"{_points(1 - plan.accuracy)} at most; only a worse one can differ by so much."
            )
    if seconds_per_repeat is not None:
        told.append(
            f"Training took {duration(seconds_per_repeat)} a repeat here, so a setting with {plan.repeats} repeats "
            f"takes {duration(plan.repeats * seconds_per_repeat)}."
        )
    return told


def _repeats(plan: Plan) -> str:
    return f"{plan.repeats} repeats" + (f" in each of {plan.rotations} rotations" if plan.rotations > 1 else "")


def _wanted(plan: Plan, difference: float) -> str:
    if plan.detectable <= difference:
        return f"A difference of {_points(difference)} points is within reach as it is."
    more = instead(plan.needed_repeats, plan.repeats, plan.needed_test_rows, plan.test_rows)
    if not more:
        return f"Neither more repeats nor more test rows alone would show a difference of {_points(difference)} points."
    return f"A difference of {_points(difference)} points takes {more}."


def _table(plan: Plan, seconds_per_repeat: float | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    rows = list(dict.fromkeys(cell.test_rows for cell in plan.table))
    table.add_column("repeats", justify="right")
    for count in rows:
        table.add_column(f"{count:,}\ntest rows", justify="right")
    if seconds_per_repeat is not None:
        table.add_column("training", justify="right")
    detectable = {(cell.repeats, cell.test_rows): cell.detectable for cell in plan.table}
    for repeats in dict.fromkeys(cell.repeats for cell in plan.table):
        now = "bold" if repeats == plan.repeats else ""
        time = [] if seconds_per_repeat is None else [duration(repeats * seconds_per_repeat)]
        table.add_row(str(repeats), *(_points(detectable[repeats, count]) for count in rows), *time, style=now)
    return table


def _points(difference: float) -> str:
    return number(100 * difference, 1)
