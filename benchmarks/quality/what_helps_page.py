"""docs/what-helps.md: text from a template, and every figure from the tables of trainings."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined
from numpy.typing import NDArray

from benchmarks.quality.comparison_report import TITLES, over_sets
from benchmarks.quality.paired import Difference, Groups, difference
from benchmarks.quality.sets import SETS, SIZES
from benchmarks.quality.settings import CATALOGUE
from benchmarks.quality.temperature import ALL, EACH, NONE, PRIOR, ROWS, SETTINGS
from gapwise.training.regularizers.probe_head import TUNED

TEMPLATE = Path(__file__).with_name("what-helps.template.md")
NAMES = {"nameless": "texts alone", "named": "sentences everywhere", "gapwise": "within the margin"}
LOSSES = ["one", "together"]  # of one network, and of the mean of the repeats
HEAD = ("change", "data set", "validation log loss", "validation accuracy", "test accuracy, 95 % interval")


def render(
    rows: pd.DataFrame,
    *,
    compared: pd.DataFrame,
    public: pd.DataFrame,
    between: pd.DataFrame,
    remembered: pd.DataFrame,
    averaged: pd.DataFrame,
    scaled: pd.DataFrame,
    temperatures: pd.DataFrame,
    penalties: pd.DataFrame,
    groups: Groups,
) -> str:
    """Fills the template.

    Args:
        rows: From `trainings.read`, of what-helps.csv; the column `none` is the base of each size.
        compared: The same of quality.csv.
        public: The same of public.csv.
        between: The same of epochs.csv.
        remembered: The same of memory.csv.
        averaged: The same of averaged.csv.
        scaled: The rows of probe-scale.csv.
        temperatures: The rows of temperature.csv.
        penalties: The rows of penalty.csv.
        groups: Gives the group of each test text of a set, see `paired.groups_of`.
    """
    changes, methods = Figures(rows, groups), Figures(compared, groups)
    words = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True)  # Markdown, not HTML
    return words.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        table=changes.table,
        rest=changes.rest,
        catalogue=changes.catalogue,
        gain=changes.gain,
        loss=changes.loss,
        level=changes.level,
        seconds=changes.seconds,
        named_against_defaults=lambda: named_against_defaults(methods),
        methods_by_size=lambda: methods_by_size(compared),
        over_public_sets=lambda: over_sets(public).rstrip(),
        epochs_between=lambda: epochs_between(between),
        memory=lambda: side_by_side(remembered, {"0 texts": "without", "1024 texts": "with 1,024 texts"}),
        averaged=lambda: side_by_side(
            averaged, {name: name for name in ("one network", "mean of three", "mean of weights")}
        ),
        averaged_change=lambda size, score, way="mean of three": mean_change(averaged, size, score, way, "one network"),
        named=lambda: side_by_side(public.query("size == '8 per class'"), NAMES, ("accuracy",)),
        balanced=lambda: side_by_side(
            public, {"gapwise": "as they come", "balanced": "balanced"}, ("accuracy", "macro_f1")
        ),
        named_gain=lambda column: mean_change(public, "8 per class", "accuracy", column, "nameless"),
        all_pairs=lambda: mean_change(public, "8 per class", "accuracy", "setfit_all", "setfit"),
        penalty=lambda: penalty_by_cell(penalties),
        tuned=f"{TUNED:g}",
        temperature=lambda: temperature_by_cell(temperatures),
        temperature_by_rows=lambda: temperature_by_rows(temperatures),
        remembered=Figures(remembered, groups),
        public=Figures(public, groups),
        probe_scale=lambda: probe_scale(scaled),
        one_scale_wins=lambda score: one_scale_wins(scaled, score),
    )


class Figures:
    """The figures of one table of trainings.

    Args:
        rows: From `trainings.read`.
        groups: Gives the group of each test text of a set.
    """

    def __init__(self, rows: pd.DataFrame, groups: Groups) -> None:
        self.groups = groups
        self.cells = {key: cell.set_index("repeat") for key, cell in rows.groupby(["size", "set", "column"])}
        self.shown: set[tuple[str, str]] = set()

    def pair(self, size: str, name: str, column: str, base: str = "none") -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """Gives the rows of a column and of its base, of the repeats that both have; None if there are none."""
        if (size, name, column) not in self.cells or (size, name, base) not in self.cells:
            return None
        changed, of_base = self.cells[size, name, column], self.cells[size, name, base]
        repeats = changed.index.intersection(of_base.index)
        return (changed.loc[repeats], of_base.loc[repeats]) if len(repeats) else None

    def table(self, size: str, labels: Mapping[str, str], base: str = "none") -> str:
        """Gives the difference of each column from the base as Markdown, on every set that it was measured on.

        Args:
            size: One of `SIZES`.
            labels: What the page calls each column.
            base: The column that they are compared with.
        """
        lines: list[Sequence[str]] = []
        for column, label in labels.items():
            pairs = {name: pair for name in SETS if (pair := self.pair(size, name, column, base))}
            if not pairs:
                raise KeyError(f"{column!r} was not measured at {size} together with {base!r}")
            self.shown.add((size, column))
            lines += [
                ("" if place else label, name, *_changes(pair, self.groups(name)))
                for place, (name, pair) in enumerate(pairs.items())
            ]
        return _table(HEAD, lines)

    def catalogue(self) -> str:
        """Gives what each key changes by itself as Markdown, with a column per size and set."""
        places = [
            (size, name) for size, name in product(SIZES, SETS) if any(self.pair(size, name, key) for key in CATALOGUE)
        ]
        lines = []
        for key in CATALOGUE:
            self.shown |= {(size, key) for size in SIZES}
            pairs = [(name, self.pair(size, name, key)) for size, name in places]
            cells = [self._cell(name, *pair) if pair else "not measured" for name, pair in pairs]
            lines.append((f"`{key.split(' ', 1)[0]}` {key.split(' ', 1)[1]}", *cells))
        return _table(("key", *(f"{size}, {name}" for size, name in places)), lines)

    def _cell(self, name: str, changed: pd.DataFrame, base: pd.DataFrame) -> str:
        gained = _points(difference(changed, base, self.groups(name)))
        return f"{gained}; {_mean(changed, base, 'validation_log_loss')}"

    def rest(self) -> str:
        """Gives the columns that no table above has shown, so that nothing measured is left out."""
        measured = dict.fromkeys((size, column) for size, _, column in self.cells if column != "none")
        left = {size: {column: column for at, column in measured if at == size} for size in SIZES}
        for size, column in self.shown:
            left[size].pop(column, None)
        return "\n\n".join(f"At {size}:\n\n{self.table(size, labels)}" for size, labels in left.items() if labels)

    def gain(self, size: str, column: str, name: str, base: str = "none") -> str:
        """Gives the mean difference in test accuracy, in points with its sign."""
        changed, of_base = self.pair(size, name, column, base) or _missing(size, column, name)
        return _signed((changed["test_accuracy"] - of_base["test_accuracy"]).mean() * 100, 1)

    def loss(self, size: str, column: str, name: str, base: str = "none", part: str = "test") -> str:
        """Gives the mean difference in the log loss of a part, with its sign."""
        return _mean(*(self.pair(size, name, column, base) or _missing(size, column, name)), f"{part}_log_loss")

    def level(self, size: str, column: str, name: str) -> str:
        """Gives the mean validation accuracy."""
        return f"{self.cells[size, name, column]['validation_accuracy'].mean():.3f}"

    def accuracy(self, size: str, column: str, name: str) -> str:
        """Gives the mean test accuracy."""
        return f"{self.cells[size, name, column]['test_accuracy'].mean():.3f}"

    def seconds(self, size: str, column: str, name: str) -> str:
        """Gives the seconds of CPU of a repeat."""
        return f"{self.cells[size, name, column]['cpu_seconds'].mean():,.0f} s"


def named_against_defaults(methods: Figures) -> str:
    """Compares settings/auto with params.yaml at 400 rows, on every set, as Markdown."""
    lines = []
    for name in SETS:
        pair = methods.pair("400 rows", name, "gapwise", "defaults")
        if pair:
            gained = _points(difference(*pair, methods.groups(name)))
            lines.append((name, gained, _mean(*pair, "test_log_loss")))
    return _table(("data set", "test accuracy, 95 % interval", "test log loss"), lines)


def methods_by_size(compared: pd.DataFrame) -> str:
    """Gives the mean test accuracy of every way to do the job, over the sets, as Markdown."""
    means = compared.groupby(["size", "column"])["test_accuracy"].mean()
    lines = [
        (size, *(f"{means[size, column]:.3f}" if (size, column) in means else "" for column in TITLES))
        for size in SIZES
    ]
    return _table(("train rows", *TITLES.values()), lines)


def epochs_between(rows: pd.DataFrame) -> str:
    """Gives the mean test accuracy of each number of epochs on each set, as Markdown."""
    means = rows.pivot_table(index="set", columns="column", values="test_accuracy", sort=False)
    columns = sorted(means, key=lambda name: int(name.split()[0]))
    lines = [(name, *(f"{means.loc[name, column]:.3f}" for column in columns)) for name in means.index]
    mean = ("*mean*", *(f"{means[column].mean():.3f}" for column in columns))
    return _table(("data set", *columns), [*lines, mean])


def penalty_by_cell(rows: pd.DataFrame) -> str:
    """Shows heads with less of the C of cross-fitting, and with their logits divided, as Markdown."""
    index, columns = ["size", "set"], ["share", "temperature"]
    means = rows.pivot_table(index=index, columns=columns, values=["accuracy", "log_loss"], sort=False)
    heads = {(1.0, 1.0): "C", (0.1, 1.0): "0.1 C", **{(1.0, by): f"C, divided by {by:g}" for by in (1.5, 2.0, 3.0)}}
    cells = [("accuracy", *head) for head in [*heads][:2]] + [("log_loss", *head) for head in heads]
    head = ("train rows", "data set", *(f"{score.replace('_', ' ')}, {heads[share, by]}" for score, share, by in cells))
    return _table(head, [(*place, *(f"{means.loc[place, cell]:.3f}" for cell in cells)) for place in means.index])


def temperature_by_cell(rows: pd.DataFrame) -> str:
    """Shows the log loss with the temperature of all validation rows beside that without one, as Markdown."""
    shown = rows[rows["rows"] == 0].pivot_table(index=["setting", "size", "set"], columns="way", values=LOSSES)
    cells = list(product(LOSSES, (NONE, PRIOR)))
    head = ("setting", "data set", "one network", "scaled", "mean of the repeats", "scaled")
    lines = [
        (f"`{setting}`, {size}", name, *(f"{shown.loc[(setting, size, name), cell]:.3f}" for cell in cells))
        for (setting, size), name in product(SETTINGS, SETS)
    ]
    return _table(head, lines)


def temperature_by_rows(rows: pd.DataFrame) -> str:
    """Shows what each way to fit a temperature changes in the log loss, by the number of validation rows."""
    means = rows.pivot_table(index="rows", columns="way", values=LOSSES)
    cells = [("one", EACH), ("one", ALL), ("one", PRIOR), ("together", PRIOR)]
    head = ("validation rows of a repeat", EACH, ALL, PRIOR, "the last, of the mean of the repeats")
    lines = []
    for number in [*ROWS, 0]:
        changes = (means.loc[number, cell] - means.loc[0, (cell[0], NONE)] for cell in cells)
        lines.append((str(number or "all"), *(_signed(change, 3) for change in changes)))
    return _table(head, lines)


def side_by_side(
    rows: pd.DataFrame, columns: Mapping[str, str], scores: Sequence[str] = ("accuracy", "log_loss")
) -> str:
    """Gives the mean test figures of columns, on every set and size, as Markdown.

    Args:
        rows: From `trainings.read`.
        columns: What the page calls each.
        scores: Of test.
    """
    scores = [f"test_{score}" for score in scores]
    means = rows.pivot_table(index=["size", "set"], columns="column", values=scores, sort=False)
    means = means.dropna(subset=list(product(scores, columns)))  # of the sizes that all columns were measured at
    cells = list(product(scores, columns))
    titles = (f"{score.removeprefix('test_').replace('_', ' ')}, {columns[column]}" for score, column in cells)
    lines = [(*place, *(f"{means.loc[place, cell]:.3f}" for cell in cells)) for place in means.index]
    return _table(("train rows", "data set", *titles), lines)


def mean_change(rows: pd.DataFrame, size: str, score: str, column: str, base: str) -> str:
    """Gives what a column changes in a test score, in the mean over the sets of both; accuracy in points."""
    means = rows[rows["size"] == size].pivot_table(index="set", columns="column", values=f"test_{score}")
    change = float((means[column] - means[base]).mean())
    return _signed(change * 100, 1) if score == "accuracy" else _signed(change, 3)


def probe_scale(scaled: pd.DataFrame) -> str:
    """Shows the two ways to scale vectors as Markdown."""
    means = scaled.pivot_table(index=["size", "set"], columns="way", values=["accuracy", "log_loss"])
    scores = list(product(("accuracy", "log_loss"), ("each feature", "one for all")))
    head = ("train rows", "data set", *(f"{score.replace('_', ' ')}, {way}" for score, way in scores))
    lines = [
        (size, name, *(f"{means.loc[(size, name), cell]:.3f}" for cell in scores))
        for size, name in product(SIZES, SETS)
    ]
    return _table(head, lines)


def one_scale_wins(scaled: pd.DataFrame, score: str) -> str:
    """Counts the cells in which one scale for all is at least as good, to three digits."""
    means = scaled.pivot_table(index=["size", "set"], columns="way", values=score).round(3)
    each, one = means["each feature"], means["one for all"]
    return f"{int((one <= each if score == 'log_loss' else one >= each).sum())} of {len(means)}"


def _changes(pair: tuple[pd.DataFrame, pd.DataFrame], groups: NDArray[np.intp]) -> tuple[str, str, str]:
    """Gives what validation says, log loss and accuracy, and the accuracy on test."""
    accuracies = [rows["validation_accuracy"].mean() * 100 for rows in pair]
    return (
        _mean(*pair, "validation_log_loss"),
        _signed(accuracies[0] - accuracies[1], 1),
        _points(difference(*pair, groups)),
    )


def _points(gain: Difference) -> str:
    """Writes a difference in points, bold where its interval leaves out 0."""
    mean, low, high = (_signed(figure * 100, 1) for figure in gain)
    shown = f"{mean} ({low} to {high})"
    return f"**{shown}**" if gain.low > 0 or gain.high < 0 else shown


def _mean(changed: pd.DataFrame, base: pd.DataFrame, score: str) -> str:
    return _signed((changed[score] - base[score]).mean(), 3)


def _signed(figure: float, digits: int) -> str:
    return f"{figure:+.{digits}f}".replace("-", "−")


def _missing(size: str, column: str, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    raise KeyError(f"{column!r} was not measured at {size} on {name}")


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Writes a table in Markdown."""
    first, *others = (f"| {' | '.join(cells)} |" for cells in (head, *lines))
    return "\n".join([first, "|---" * len(head) + "|", *others])
