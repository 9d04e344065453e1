"""The table and the plot of the quality benchmark, from its rows."""

from itertools import product
from pathlib import Path

import altair as alt
import pandas as pd

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
    "gapwise": "Gapwise",
}
OURS = {"defaults": "#7fb2e5", "gapwise": "#1f5fa8"}  # and what colour


def write(rows: pd.DataFrame) -> None:
    """Writes the tables and draws the plot."""
    (RESULTS / "quality.md").write_text(f"{table(rows)}\n{against_best(rows, groups_of)}", encoding="utf-8")
    plot(rows).save(RESULTS / "quality.png", scale_factor=1)


def table(rows: pd.DataFrame) -> str:
    """Gives the mean test accuracy of each set, size and column as Markdown; a column's CPU seconds per repeat below.

    Args:
        rows: From `trainings.read`. Where fewer repeats are there than elsewhere in the cell, their number is named.
            The best column of a row is bold; only columns with all repeats take part.
    """
    lines = ["| train rows | data set | " + " | ".join(TITLES.values()) + " |", "|---" * (len(TITLES) + 2) + "|"]
    for size in SIZES:
        lines += [
            _accuracies(rows, size, name) for name in SETS if ((rows["size"] == size) & (rows["set"] == name)).any()
        ]
        lines += [_seconds(of_size, size)] if len(of_size := rows[rows["size"] == size]) else []
    return "\n".join(lines) + "\n"


def _accuracies(rows: pd.DataFrame, size: str, name: str) -> str:
    of_cell = rows[(rows["size"] == size) & (rows["set"] == name)].groupby("column")["test_accuracy"]
    means, repeats = of_cell.mean(), of_cell.count()
    best = means[repeats == repeats.max()].round(3).max()
    cells = []
    for column in TITLES:
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


def _seconds(rows: pd.DataFrame, size: str) -> str:
    seconds = rows.groupby("column")["cpu_seconds"].mean().dropna()
    cells = [f"{seconds[column]:.1f} s" if column in seconds else "" for column in TITLES]
    return f"| {size} | *CPU per repeat* | " + " | ".join(cells) + " |"


def against_best(rows: pd.DataFrame, groups: Groups) -> str:
    """Compares Gapwise with the column that is best on the test texts among the others, in every cell, as Markdown.

    Args:
        rows: From `trainings.read`.
        groups: Gives the group of each test text of a set.
    """
    lines = [
        "| train rows | data set | best of the others | Gapwise's gain in accuracy, 95 % interval | log loss |",
        "|---|---|---|---|---|",
    ]
    for size, name in product(SIZES, SETS):
        cell = rows[(rows["size"] == size) & (rows["set"] == name)]
        own = cell[cell["column"] == "gapwise"].set_index("repeat")
        others = cell[~cell["column"].isin(OURS) & (cell.groupby("column")["repeat"].transform("size") >= len(own))]
        if own.empty or others.empty:
            continue
        best = others.groupby("column")["test_accuracy"].mean().idxmax()
        other = others[others["column"] == best].set_index("repeat").loc[own.index]
        loss = (own["test_log_loss"] - other["test_log_loss"]).mean()
        lines.append(f"| {size} | {name} | {TITLES[best]} | {difference(own, other, groups(name))} | {loss:+.3f} |")
    return "\n".join(lines) + "\n"


def plot(rows: pd.DataFrame) -> alt.FacetChart:
    """Draws test accuracy by column: each repeat as a point, their mean as a tick; a panel for each set and size."""
    shown = rows[rows["column"] != "majority"].assign(column=lambda table: table["column"].map(TITLES))
    colors = {title: OURS.get(name, "#a5a5a5") for name, title in TITLES.items() if name != "majority"}
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
