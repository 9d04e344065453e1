"""The tables and the plot of the quality benchmarks, from their rows."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.quality import open_sets
from benchmarks.quality.paired import Groups, difference, groups_of
from benchmarks.quality.sets import SETS, SIZES

RESULTS = Path(__file__).parent / "results"
TITLES = {
    "majority": "majority",
    "tfidf": "TF-IDF",
    "frozen": "frozen encoder",
    "plain": "plain fine-tuning",
    "setfit": "SetFit",
    "defaults": "Gapwise, defaults",
    "nameless": "Gapwise, no class names",
    "named": "Gapwise, all class names",
    "gapwise": "Gapwise",
}
PUBLIC_TITLES = {
    "majority": "majority",
    "tfidf": "TF-IDF",
    "frozen": "frozen encoder",
    "torch": "torch Trainer",
    "setfit": "SetFit",
    "setfit_all": "SetFit, all pairs",
    "setfit_named": "SetFit, all class names",
    "fixed": "Gapwise, 3 epochs",
    "forgetful": "Gapwise, no memory",
    "nameless": "Gapwise, no class names",
    "named": "Gapwise, all class names",
    "balanced": "Gapwise, balanced",
    "gapwise": "Gapwise",
}
HALVES = {"the half that was looked at": open_sets.OPEN, "the locked half": open_sets.LOCKED}
OTHERS_OF_OURS = ("defaults", "fixed", "forgetful", "nameless", "named", "balanced")
OURS = dict.fromkeys(OTHERS_OF_OURS, "#7fb2e5") | {"gapwise": "#1f5fa8"}  # and what colour


def write(rows: pd.DataFrame) -> None:
    """Writes the tables and draws the plot."""
    (RESULTS / "quality.md").write_text(f"{table(rows)}\n{against_best(rows, groups_of)}", encoding="utf-8")
    plot(rows).save(RESULTS / "quality.png", scale_factor=1)


def write_public(rows: pd.DataFrame) -> None:
    """Writes the tables of the public sets."""
    of_halves = [against_best(rows, groups_of, sets, PUBLIC_TITLES) for sets in HALVES.values()]
    parts = [table(rows, open_sets.NAMES, PUBLIC_TITLES), *of_halves, over_sets(rows)]
    (RESULTS / "public.md").write_text("\n".join(parts), encoding="utf-8")


def table(rows: pd.DataFrame, sets: Sequence[str] = SETS, titles: Mapping[str, str] = TITLES) -> str:
    """Gives the mean test accuracy of each set, size and column as Markdown; a column's CPU seconds per repeat below.

    Args:
        rows: From `trainings.read`. Where fewer repeats are there than elsewhere in the cell, their number is named.
            The best column of a row is bold; only columns with all repeats take part.
        sets: In their order.
        titles: Of the columns, in their order.
    """
    lines = ["| train rows | data set | " + " | ".join(titles.values()) + " |", "|---" * (len(titles) + 2) + "|"]
    for size in SIZES:
        there = [name for name in sets if ((rows["size"] == size) & (rows["set"] == name)).any()]
        lines += [_accuracies(rows, size, name, titles) for name in there]
        lines += [_seconds(of_size, size, titles)] if len(of_size := rows[rows["size"] == size]) else []
    return "\n".join(lines) + "\n"


def _accuracies(rows: pd.DataFrame, size: str, name: str, titles: Mapping[str, str]) -> str:
    of_cell = rows[(rows["size"] == size) & (rows["set"] == name)].groupby("column")["test_accuracy"]
    means, repeats = of_cell.mean(), of_cell.count()
    best = means[repeats == repeats.max()].round(3).max()
    cells = []
    for column in titles:
        if column not in means:
            cells.append("")
            continue
        shown = f"{means[column]:.3f}"
        if repeats[column] < repeats.max():
            shown += f" ({repeats[column]} of {repeats.max()})"
        elif round(means[column], 3) == best:
            shown = f"**{shown}**"
        cells.append(shown)
    return f"| {size} | {name} | " + " | ".join(cells) + " |"


def _seconds(rows: pd.DataFrame, size: str, titles: Mapping[str, str]) -> str:
    seconds = rows.groupby("column")["cpu_seconds"].mean().dropna()
    cells = [f"{seconds[column]:.1f} s" if column in seconds else "" for column in titles]
    return f"| {size} | *CPU per repeat* | " + " | ".join(cells) + " |"


def against_best(
    rows: pd.DataFrame, groups: Groups, sets: Sequence[str] = SETS, titles: Mapping[str, str] = TITLES
) -> str:
    """Compares Gapwise with the column that is best on the test texts among the others, in every cell, as Markdown.

    Args:
        rows: From `trainings.read`.
        groups: Gives the group of each test text of a set.
        sets: In their order.
        titles: Of the columns.
    """
    lines = [
        "| train rows | data set | best of the others | Gapwise's gain in accuracy, 95 % interval | log loss |",
        "|---|---|---|---|---|",
    ]
    for size, name in product(SIZES, sets):
        if (found := _best(rows, size, name)) is not None:
            best, own, other = found
            loss = (own["test_log_loss"] - other["test_log_loss"]).mean()
            lines.append(f"| {size} | {name} | {titles[best]} | {difference(own, other, groups(name))} | {loss:+.3f} |")
    return "\n".join(lines) + "\n"


def _best(rows: pd.DataFrame, size: str, name: str) -> tuple[str, pd.DataFrame, pd.DataFrame] | None:
    """Finds the best other column of a cell; gives its name, Gapwise's rows and its own, by repeat."""
    cell = rows[(rows["size"] == size) & (rows["set"] == name)]
    own = cell[cell["column"] == "gapwise"].set_index("repeat")
    others = cell[~cell["column"].isin(OURS) & (cell.groupby("column")["repeat"].transform("size") >= len(own))]
    if own.empty or others.empty:
        return None
    best = str(others.groupby("column")["test_accuracy"].mean().idxmax())
    return best, own, others[others["column"] == best].set_index("repeat").loc[own.index]


def over_sets(rows: pd.DataFrame) -> str:
    """Gives Gapwise's mean gain over sets on the best other column of each, with Student's interval, as Markdown.

    Args:
        rows: From `trainings.read`. A set is one observation: another choice of sets is what the interval is about.
    """
    lines = ["| train rows | sets | mean gain on the best of the others, 95 % interval |", "|---|---|---|"]
    for size, (title, sets) in product(SIZES, (HALVES | {"all": open_sets.NAMES}).items()):
        found = [best for name in sets if (best := _best(rows, size, name)) is not None]
        if len(found) > 1:
            gains = np.array([(own["test_accuracy"] - other["test_accuracy"]).mean() for _, own, other in found])
            half = stats.t.ppf(0.975, len(gains) - 1) * stats.sem(gains)
            shown = f"{gains.mean():+.3f} ({gains.mean() - half:+.3f} to {gains.mean() + half:+.3f})"
            lines.append(f"| {size} | {len(found)} of {title} ({len(sets)}) | {shown} |")
    return "\n".join(lines) + "\n"


def plot(rows: pd.DataFrame) -> alt.FacetChart:
    """Draws test accuracy by column: each repeat as a point, their mean as a tick; a panel for each set and size."""
    named = {name: title for name, title in TITLES.items() if name != "majority"}
    shown = rows[rows["column"].isin(named)].assign(column=lambda table: table["column"].map(named))
    colors = {title: OURS.get(name, "#a5a5a5") for name, title in named.items()}
    titles = list(colors)
    scale = alt.Scale(domain=titles, range=list(colors.values()))
    by_column = alt.Chart(shown[["set", "size", "column", "test_accuracy"]]).encode(
        y=alt.Y("column:N", sort=titles, title=None), color=alt.Color("column:N", scale=scale, legend=None)
    )
    accuracy = alt.Scale(zero=False)
    points = by_column.mark_circle(opacity=0.5).encode(
        x=alt.X("test_accuracy:Q", scale=accuracy, title="test accuracy")
    )
    means = by_column.mark_tick(thickness=2, size=14).encode(x="mean(test_accuracy):Q")
    return (
        alt.layer(points, means)
        .properties(width=190, height=110)
        .facet(
            row=alt.Row("size:N", sort=list(SIZES), title=None), column=alt.Column("set:N", sort=list(SETS), title=None)
        )
    )
