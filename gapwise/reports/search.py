"""A search on the terminal: the answer, the race as lanes, what each key does, and what the winner is worth."""

from collections.abc import Iterator
from textwrap import fill

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gapwise.base.wording import in_yaml
from gapwise.reports.words import difference, estimate, number, percent, printable, verdict_sentence
from gapwise.searching.figures import Effect, Entrant, Found
from gapwise.splitting.summary import FEW_GROUPS
from gapwise.statistics.metrics import METRICS

WIDEST = 120
STYLES = {None: "bold green", "worse": "red", "budget": "dim", "screening": "dim"}


def show(found: Found, console: Console) -> None:
    """Prints what a search found, in the width that the console has, up to `WIDEST`."""
    width = min(console.width, WIDEST)
    for part in _parts(found, width):
        console.print(part, width=width, highlight=False)


def _parts(found: Found, width: int) -> Iterator[RenderableType]:
    yield Text(fill(basis(found), width), style="bold")
    yield Text()
    yield _race(found)
    yield Text()
    for sentence in sentences(found):
        yield Text(fill(printable(sentence), width))
    if found.effects:
        yield Text("\nEffect of each value on validation, over the other settings\n", style="bold")
        yield _effects(found)
    yield Text("\nParams", style="bold")
    for one in found.entrants:
        line = printable(f"{name(one, found)}: {changes(one)}")
        yield Text(fill(line, width, initial_indent="  ", subsequent_indent="  "))


def basis(found: Found) -> str:
    """Tells in a line what was raced, and what it cost."""
    label = METRICS[found.metric].label
    screened = "" if found.screening is None else f"screened on {found.screening.rows:,} rows, {raced(found)} "
    return (
        f"{len(found.entrants)} settings {screened}raced on validation {label}: the work of {found.work:.0f} trainings "
        f"instead of {found.grid}, {percent(round(found.work / found.grid, 2))} of the grid"
    )


def raced(found: Found) -> int:
    """Counts the settings that were let into the race."""
    return sum(one.repeats > 0 for one in found.entrants)


def sentences(found: Found) -> list[str]:
    """Tells who won, what that is worth, and whether it is more than the default has."""
    label = METRICS[found.metric].label
    worth = found.worth
    told = [
        f"Winner on validation: {_named(found.winner, found)}, with a {label} of {number(worth.seen, 3)}. The choice "
        f"among {raced(found)} flatters it by {difference_of(found.metric, worth.optimism)}; corrected, it is "
        f"{estimate(worth.corrected)}."
    ]
    if worth.groups < FEW_GROUPS:
        told.append(
            f"It was validated on texts of {worth.groups} groups alone. How it does on others may lie outside of the "
            "interval: label texts of more groups, rather than more texts of these."
        )
    if found.winner == found.default:
        return [*told, "No setting was better than params.yaml: keep it. That is an answer, and the test says nothing."]
    if found.test is None:
        return told
    (contrast,) = found.test.contrasts
    told.append(f"The test set was opened for two: {verdict_sentence(contrast, found.test)}")
    told.append(
        {
            "better": f"Take it: `dvc exp apply {found.winner}`.",
            "worse": "Keep params.yaml: validation was lucky.",
            "equivalent": "Keep params.yaml: it is as good.",
            "undecided": "Keep params.yaml unless you prefer the winner: no difference is shown.",
        }[contrast.verdict]
    )
    return told


def difference_of(metric: str, value: float) -> str:
    """Writes an amount of the metric in its unit."""
    unit = METRICS[metric]
    return f"{number(abs(unit.factor * value), unit.decimals)} {unit.unit}"


def _named(who: str, found: Found) -> str:
    return f"{who} (params.yaml)" if who == found.default else who


def name(one: Entrant, found: Found) -> str:
    """Names a setting as the race does."""
    return "params.yaml" if one.name == found.default else one.name


def changes(one: Entrant) -> str:
    """Names what a setting changes in params.yaml."""
    return ", ".join(f"{key} {in_yaml(value)}" for key, value in one.changes.items()) or "as it is"


def why(one: Entrant, found: Found) -> str:
    """Tells in a few words how a setting ended."""
    if one.name == found.winner:
        return "won"
    if one.reason is None:
        return "came to the end" if one.name != found.default else "stayed as default"
    if one.reason == "worse":
        return f"will not win, p {_p(one.p_value)}"
    return "not raced" if one.reason == "screening" else "no budget left"


def _p(value: float | None) -> str:
    return "–" if value is None else "<0.0001" if value < 1e-4 else f"{value:.4f}"


def _race(found: Found) -> Table:
    unit = METRICS[found.metric]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("repeats")
    if found.screening is not None:
        table.add_column("screening", justify="right")
    table.add_column(f"validation\n{unit.label}", justify="right")
    table.add_column(f"to the leader,\n{unit.unit.split(' of ')[0]}", justify="right")
    table.add_column("")
    for one in found.entrants:
        style = STYLES[one.reason]
        table.add_row(
            Text(name(one, found), style=style),
            Text(lane(one, found), style=style),
            *([] if one.screening is None else [number(one.screening, 3)]),
            "–" if one.validation is None else number(one.validation, 3),
            "–" if one.difference is None else difference(found.metric, one.difference),
            Text(why(one, found), style=style),
        )
    return table


def lane(one: Entrant, found: Found) -> str:
    """Draws the way of a setting: one sign for each repeat, the last one filled; nothing if it did not race."""
    last = found.looks[-1].repeats
    width = min(last, 20)
    if not one.repeats:
        return " " * width + " 0"
    cells = max(1, round(one.repeats * width / last))
    return "─" * (cells - 1) + "●" + " " * (width - cells) + f" {one.repeats}"


def _effects(found: Found) -> Table:
    unit = METRICS[found.metric]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title, where in (("", "left"), ("value", "left"), ("settings", "right"), (f"better by, {unit.unit}", "right")):
        table.add_column(title, justify=where)  # type: ignore[arg-type]
    for one in found.effects:
        table.add_row(one.key, one.value, str(one.settings), effect(one, found.metric))
    return table


def effect(one: Effect, metric: str) -> str:
    """Writes an effect with its interval."""
    return difference(metric, one.difference)
