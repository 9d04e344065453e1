"""Measures which regularizer helps at which size on which set: python -m benchmarks.what_helps.

One key of the recommended setting is changed at a time, on the rows and seeds of the quality benchmark. Every training
becomes a row of benchmarks/what-helps.csv and is not done again; the table of paired differences is made from it.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import columns, results
from benchmarks.sets import REPEATS, SEED, SETS, SIZES, load
from benchmarks.settings import CHANGES, RECOMMENDED, in_words

RESULTS = Path("benchmarks/what-helps.csv")
TABLE = Path("benchmarks/what-helps.md")
DRAWS = 4000


def main() -> None:
    """Computes what is missing, then writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="*", choices=SETS, default=["nyt-editorials", "amazon-reviews"])
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES))
    parser.add_argument("--changes", nargs="*", help="by name; all without it, the table only if it names none")
    given = parser.parse_args()
    for size in given.sizes:
        known = ["none", *CHANGES[size]]
        wanted = known if given.changes is None else [change for change in known if change in given.changes]
        for change, name in product(wanted, given.sets):
            if results.missing(RESULTS, name, size, change, REPEATS):
                compute(name, size, change)
    TABLE.write_text(table(results.read(RESULTS)), encoding="utf-8")


def compute(name: str, size: str, change: str) -> None:
    """Trains the repeats of one cell with one change."""
    setting = RECOMMENDED[size] | ({} if change == "none" else CHANGES[size][change])
    predictions, seconds = columns.finetuned(load(name, size), columns.recipe(setting))
    rows = [
        results.row((name, size, change, int(repeat)), of_repeat, seconds / REPEATS, in_words(setting))
        for repeat, of_repeat in predictions.groupby("repeat")
    ]
    results.append(RESULTS, rows)
    print(
        size,
        name,
        change,
        pd.DataFrame(rows)[["validation_accuracy", "validation_log_loss"]].mean().round(4).to_dict(),
        flush=True,
    )


def table(rows: pd.DataFrame) -> str:
    """Gives each change's difference from the recommended setting as Markdown: means over repeats, paired.

    Args:
        rows: From `results.read`; the column `none` is the recommended setting.
    """
    lines = [
        "| train rows | data set | change | validation log loss | validation accuracy | test accuracy, 95 % interval |",
        "|---|---|---|---|---|---|",
    ]
    cells = [(size, change, name) for size in SIZES for change in CHANGES[size] for name in SETS]
    for size, change, name in cells:
        cell = rows[(rows["size"] == size) & (rows["set"] == name)].set_index("repeat")
        changed, base = (cell[cell["column"] == column] for column in (change, "none"))
        repeats = changed.index.intersection(base.index)
        if len(repeats):
            changed, base = changed.loc[repeats], base.loc[repeats]
            differences = [
                (changed[score] - base[score]).mean() for score in ("validation_log_loss", "validation_accuracy")
            ]
            gained = np.stack(
                [
                    results.right(new).astype(float) - results.right(old)
                    for new, old in zip(changed["right"], base["right"], strict=True)
                ]
            )
            low, high = interval(gained, np.random.default_rng(SEED))
            shown = " | ".join(f"{difference:+.3f}" for difference in differences)
            lines.append(f"| {size} | {name} | {change} | {shown} | {gained.mean():+.3f} ({low:+.3f} to {high:+.3f}) |")
    return "\n".join(lines) + "\n"


def interval(gained: NDArray[np.float64], rng: np.random.Generator) -> tuple[float, float]:
    """Gives a 95 % interval of a mean over repeats and rows, both drawn anew (Owen 2007, The Pigeonhole Bootstrap).

    Args:
        gained: What each repeat gains on each row, shape (repeats, rows).
        rng: Where the draws come from. As in `gapwise.intervals`, a draw has one repeat fewer than there are.
    """
    repeats, rows = gained.shape
    means = [
        gained[rng.integers(repeats, size=max(repeats - 1, 1))].mean(axis=0)[rng.integers(rows, size=rows)].mean()
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
