"""docs/speed.md: what a user wants to know about time, from a template and the tables of the benchmark."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from jinja2 import Environment, StrictUndefined

from benchmarks.pipeline import params

TEMPLATE = Path(__file__).with_name("speed.template.md")
NEEDED = {"compare", "growth", "stages"}


def render(tables: Mapping[str, pd.DataFrame]) -> str:
    """Fills the template from the tables that are `NEEDED`, by name."""
    seconds = tables["stages"].set_index("stage")
    epochs = tables["compare"].set_index(["frozen", "way"])["epoch"]
    growth = tables["growth"].sort_values("seconds")
    repeats = params("split").repeats
    finetune = seconds.loc["finetune"].sum()
    template = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # Markdown, not HTML
    return template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        repeats=repeats,
        finetune=f"{finetune:.0f}",
        of_repeat=f"{finetune / repeats:.0f}",
        stages=f"{seconds.iloc[:-1].sum().sum():.0f}",
        idle=f"{seconds['work'].iloc[-1]:.1f}",
        compare=_compare(epochs),
        small=f"{_case(growth.iloc[0])} repeat",
        large=f"{_case(growth.iloc[-1])} repeats",
        half=f"{epochs['none', 'bfloat16']:.1f}",
        full=f"{epochs['none', 'gapwise']:.1f}",
    )


def _compare(epochs: "pd.Series[float]") -> str:
    lines = ["| layers frozen | Gapwise | plain Keras | torch Trainer |", "|---|---|---|---|"]
    for depth in dict.fromkeys(depth for depth, _ in epochs.index):
        own = epochs[depth, "gapwise"]
        times = (_times(epochs[depth, way] / own) if (depth, way) in epochs else "" for way in ("keras", "torch"))
        lines.append(f"| {depth} | {own:.2g} s | {' | '.join(times)} |")
    return "\n".join(lines)


def _times(figure: float) -> str:
    return f"{figure:.1f} times" if figure < 10 else f"{figure:.0f} times"


def _case(row: "pd.Series[float]") -> str:
    seconds, memory = f"{row['seconds']:,.0f} s", f"{row['memory'] / 1024:.1f} GiB"
    return f"{seconds} and {memory} for {row['rows']:,.0f} rows in {row['repeats']:.0f}"
