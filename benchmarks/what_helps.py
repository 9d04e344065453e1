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
from benchmarks.settings import BASE, CATALOGUE, CHANGES, in_words

RESULTS = Path("benchmarks/what-helps.csv")
TABLE = Path("benchmarks/what-helps.md")
PAGE = """# What helps

Made by `python -m benchmarks.what_helps`; docs/what-helps.md reads it.

## The catalogue, one key at a time: test accuracy in points, validation log loss

{catalogue}
## All that was tried, against the base of its size

{table}"""


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
    rows = results.read(RESULTS)
    page = PAGE.format(catalogue=catalogue(rows, groups_of), table=table(rows, groups_of))
    TABLE.write_text(page, encoding="utf-8")


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


def catalogue(rows: pd.DataFrame, groups: Groups) -> str:
    """Gives what each key of the catalogue changes by itself, as Markdown with a column per size and set.

    A cell has test accuracy in points with its 95 % interval, bold where that leaves out 0, and validation log loss.

    Args:
        rows: From `results.read`; the column `none` is the base.
        groups: Gives the group of each test text of a set, see `paired.groups_of`.
    """
    shown = {
        (key, size, name): _cell(*pair, groups(name))
        for key, size, name in product(CATALOGUE, SIZES, SETS)
        if (pair := _pair(rows, size, name, key))
    }
    cells = [cell for cell in product(SIZES, SETS) if any((key, *cell) in shown for key in CATALOGUE)]
    lines = [_line("key", *(f"{size}, {name}" for size, name in cells)), "|---" * (len(cells) + 1) + "|"]
    lines += [_line(key, *(shown.get((key, *cell), "") for cell in cells)) for key in CATALOGUE]
    return "\n".join(lines) + "\n"


def _cell(changed: pd.DataFrame, base: pd.DataFrame, groups: NDArray[np.intp]) -> str:
    gain = difference(changed, base, groups)
    shown = f"{gain.mean * 100:+.1f} ({gain.low * 100:+.1f} to {gain.high * 100:+.1f})"
    shown = f"**{shown}**" if gain.low > 0 or gain.high < 0 else shown
    return f"{shown}; {_mean(changed, base, 'validation_log_loss'):+.3f}".replace("-", "−")


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
        if pair := _pair(rows, size, name, change):
            loss, accuracy = (f"{_mean(*pair, score):+.3f}" for score in ("validation_log_loss", "validation_accuracy"))
            lines.append(_line(size, name, change, loss, accuracy, str(difference(*pair, groups(name)))))
    return "\n".join(lines) + "\n"


def _pair(rows: pd.DataFrame, size: str, name: str, change: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Gives the rows of a change and of the base, of the repeats that both have; None if there are none."""
    cell = rows[(rows["size"] == size) & (rows["set"] == name)].set_index("repeat")
    changed, base = (cell[cell["column"] == column] for column in (change, "none"))
    repeats = changed.index.intersection(base.index)
    return (changed.loc[repeats], base.loc[repeats]) if len(repeats) else None


def _mean(changed: pd.DataFrame, base: pd.DataFrame, score: str) -> float:
    return float((changed[score] - base[score]).mean())


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
