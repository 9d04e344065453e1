"""The tables of benchmarks/predict in docs/at-work.md, between two comments each."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT

RESULTS = Path(__file__).parent / "results"
PAGE = PROJECT / "docs/at-work.md"


def render(page: str, results: Path = RESULTS) -> str:
    """Puts each table that was measured in its place.

    Args:
        page: Markdown with `<!-- NAME -->` and `<!-- end of NAME -->` around the place of a table.
        results: With the tables, as csv.
    """
    for name, write in TABLES.items():
        path = results / f"{name}.csv"
        if path.is_file():
            text = write(pd.read_csv(path))
            place = re.compile(f"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
            page, found = place.subn(lambda match, text=text: f"{match[1]}\n{text}\n\n{match[2]}", page)
            assert found == 1, name
    return page


def write() -> None:
    """Renders docs/at-work.md in place."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def predictors(table: pd.DataFrame) -> str:
    """Shows the accuracy of each predictor by set and in the mean, and its mean log loss, raw and scaled."""
    shown = table.pivot_table(index="predictor", columns="set", values="accuracy", sort=False)
    means = table.groupby("predictor", sort=False)[["accuracy", "log_loss", "log_loss_scaled"]].mean()
    sets = list(table["set"].unique())
    rows = [
        [
            name,
            *(f"{shown.loc[name, one]:.3f}" for one in sets),
            *(f"{mean:.3f}" for mean in means.loc[name]),
        ]
        for name in means.index
    ]
    return markdown(["predictor", *sets, "mean accuracy", "mean log loss", "scaled"], rows)


def speed(table: pd.DataFrame) -> str:
    """Shows what each way takes."""
    rows = [
        [
            one.way,
            f"{one.seconds:.0f} s",
            f"{one.times:.1f}",
            f"{one.milliseconds:.1f} ms",
            f"{one.first:.1f} s",
            f"{one.memory:,.0f} MiB",
            "–" if pd.isna(one.flips) else f"{100 * one.flips:.2f} %",
        ]
        for one in table.itertuples()
    ]
    heads = [
        "way",
        "all texts",
        "times as fast as torch",
        "one text",
        "first answer",
        "peak memory",
        "labels that differ",
    ]
    return markdown(heads, rows)


def serving(table: pd.DataFrame) -> str:
    """Shows requests per second and latencies."""
    rows = [
        [
            f"{one.clients}{', then SIGTERM' if one.stopped else ''}",
            f"{one.requests:.0f}",
            f"{one.median:.0f} ms",
            f"{one.p99:.0f} ms",
            str(one.lost),
        ]
        for one in table.itertuples()
    ]
    return markdown(["clients", "requests per second", "median", "99th percentile", "lost"], rows)


def memory(table: pd.DataFrame) -> str:
    """Shows the memory of files of some lengths."""
    rows = [
        [one.model, f"{one.rows:,}", f"{one.memory:,.0f} MiB", f"{one.seconds:.0f} s"] for one in table.itertuples()
    ]
    return markdown(["labelled by", "rows", "peak memory", "time"], rows)


def markdown(heads: list[str], rows: list[list[str]]) -> str:
    """Writes a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows])


TABLES: dict[str, Callable[[pd.DataFrame], str]] = {
    "predictors": predictors,
    "speed": speed,
    "serving": serving,
    "memory": memory,
}
