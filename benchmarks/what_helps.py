"""Measures which regularizer helps at which size on which set: python -m benchmarks.what_helps.

One thing of `settings.BASE` is changed at a time, on the rows and seeds of the quality benchmark. Every training
becomes a row of benchmarks/what-helps.csv and is not done again; the table of paired differences is made from it.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import columns, results
from benchmarks.paired import Groups, difference, groups_of
from benchmarks.sets import REPEATS, SETS, SIZES, load
from benchmarks.settings import BASE, CHANGES, in_words

RESULTS = Path("benchmarks/what-helps.csv")
TABLE = Path("benchmarks/what-helps.md")


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
    TABLE.write_text(table(results.read(RESULTS), groups_of), encoding="utf-8")


def compute(name: str, size: str, change: str) -> None:
    """Trains the repeats of one cell with one change."""
    setting = BASE[size] | ({} if change == "none" else CHANGES[size][change])
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


def table(rows: pd.DataFrame, groups: Groups) -> str:
    """Gives each change's difference from the base as Markdown: means over repeats, paired.

    Args:
        rows: From `results.read`; the column `none` is the base.
        groups: Gives the group of each test text of a set, see `paired.groups_of`.
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
            line = _differences(changed.loc[repeats], base.loc[repeats], groups(name))
            lines.append(f"| {size} | {name} | {change} | {line} |")
    return "\n".join(lines) + "\n"


def _differences(changed: pd.DataFrame, base: pd.DataFrame, groups: NDArray[np.intp]) -> str:
    scores = ("validation_log_loss", "validation_accuracy")
    shown = " | ".join(f"{(changed[score] - base[score]).mean():+.3f}" for score in scores)
    return f"{shown} | {difference(changed, base, groups)}"


if __name__ == "__main__":
    main()
