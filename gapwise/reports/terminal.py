"""A comparison on the terminal: the verdicts as a table, a forest plot and sentences, then what stands behind them."""

from collections.abc import Iterator, Sequence
from textwrap import fill

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gapwise.comparing.figures import Comparison, Estimate, Verdict
from gapwise.reports.forest import forest
from gapwise.reports.words import (
    basis,
    difference,
    duration,
    estimate,
    number,
    params_line,
    printable,
    probability,
    score,
    selection_sentences,
    verdict_sentence,
)
from gapwise.statistics.metrics import METRICS

STYLES: dict[Verdict, str] = {"better": "bold green", "worse": "bold red", "equivalent": "cyan", "undecided": "yellow"}
LONGEST_NAME = 24
WIDEST = 120
ROOMY = 100  # columns; with fewer, the interval of a setting's own score would break its row


def show(comparison: Comparison, console: Console) -> None:
    """Prints the whole comparison, in the width that the console has, up to `WIDEST`."""
    width = min(console.width, WIDEST)
    for part in _parts(comparison, width):
        console.print(part, width=width, highlight=False)


def _parts(comparison: Comparison, width: int) -> Iterator[RenderableType]:
    yield Text(f"{basis(comparison)}\n", style="bold")
    in_a_line = _differences(comparison)
    fits = Console(width=1000).measure(in_a_line).maximum <= width
    yield in_a_line if fits else _differences(comparison, before_interval="\n")
    yield Text()
    yield _forest(comparison, width)
    for contrast in comparison.contrasts:
        yield Text(fill(verdict_sentence(contrast, comparison), width))
    if comparison.selection is not None:
        yield from _lines("", selection_sentences(comparison.selection, comparison), width, indent=0)
    yield Text()
    yield _settings(comparison, roomy=width >= ROOMY)
    baseline, *others = comparison.settings
    yield from _lines("Params", [f"{one.name}: {params_line(one, baseline)}" for one in others], width)
    if comparison.notes:
        yield from _lines("Notes", comparison.notes, width)


def _lines(title: str, lines: Sequence[str], width: int, indent: int = 2) -> Iterator[RenderableType]:
    yield Text(f"\n{title}" if title else "", style="bold")
    # By hand, as rich would fill every line with blanks.
    space = " " * indent
    yield from (Text(fill(printable(line), width, initial_indent=space, subsequent_indent=space)) for line in lines)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("", overflow="fold", max_width=LONGEST_NAME)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _differences(comparison: Comparison, before_interval: str = " ") -> Table:
    metric = comparison.metric

    def figures(found: Estimate) -> str:
        return difference(metric, found).replace(" (", f"{before_interval}(", 1)

    unit = METRICS[metric].unit.split(" of ")[0]
    table = _table("verdict", f"difference in {unit}", "P(better)", "change of gap")
    for one in comparison.contrasts:
        table.add_row(
            Text(one.name),
            Text(one.verdict, style=STYLES[one.verdict]),
            figures(one.difference),
            probability(one.probability_better),
            figures(one.gap_difference),
        )
    return table


def _settings(comparison: Comparison, roomy: bool) -> Table:
    metric = comparison.metric
    name = METRICS[metric].label
    validation, calibration = ("validation", "calibration") if roomy else ("valida-\ntion", "cali-\nbration")
    table = _table(f"test {name}", validation, "train", "gap", calibration, "epochs", "time")
    for one in comparison.settings:
        table.add_row(
            Text(one.name),
            estimate(one.test[metric]) if roomy else f"{one.test[metric].value:.3f}",
            score(one.validation[metric]),
            f"{one.train[metric]:.3f}",
            number(one.gap.value, 3),
            f"{one.test['calibration_error'].value:.3f}",
            "–" if one.epochs is None else str(one.epochs),
            duration(one.seconds),
        )
    return table


def _forest(comparison: Comparison, width: int) -> Text:
    contrasts = comparison.contrasts
    names = [_cut(one.name) for one in contrasts]
    left = max(map(len, names)) + 2
    plot = forest(comparison, max(width - left, 20))
    text = Text(no_wrap=True)
    for name, line, contrast in zip(names, plot, contrasts, strict=False):
        text.append(name.ljust(left)).append(f"{line.rstrip()}\n", style=STYLES[contrast.verdict])
    for line in plot[len(names) :]:
        text.append(f"{'':<{left}}{line.rstrip()}\n", style="dim")
    return text


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
