"""Measures which change of a setting helps at which size on which set.

One thing of `settings.BASE` is changed at a time, on the rows and seeds of the comparison.
"""

from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT
from benchmarks.quality import columns, penalty, temperature, trainings, what_helps_page
from benchmarks.quality.comparison import AVERAGED, EPOCHS, MEMORY, PUBLIC, SAMPLES
from benchmarks.quality.paired import groups_of
from benchmarks.quality.probe_scale import TABLE as SCALED
from benchmarks.quality.sets import REPEATS, load
from benchmarks.quality.settings import BASE, CHANGES, in_words

TABLE = Path(__file__).parent / "results" / "what-helps.csv"
PAGE = PROJECT / "docs" / "what-helps.md"


def known(size: str) -> list[str]:
    """Names the columns of a size: `none` for its base, then each change."""
    return ["none", *CHANGES[size]]


def measure(names: list[str], sizes: list[str], wanted: list[str] | None, again: bool) -> None:
    """Computes what is missing of the changes that are wanted, and of the base that they are compared with."""
    for size in sizes:
        chosen = [change for change in known(size) if wanted is None or change in (*wanted, "none")]
        for change, name in product(chosen, names):
            anew = again and change in (wanted or chosen)
            if trainings.missing(TABLE, (name, size, change), REPEATS, anew):
                _cell(name, size, change)
    trainings.drop_superseded(TABLE)


def write() -> None:
    """Writes docs/what-helps.md."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Gives docs/what-helps.md, made of its template and the tables."""
    measured = {
        "compared": SAMPLES,
        "public": PUBLIC,
        "between": EPOCHS,
        "remembered": MEMORY,
        "averaged": AVERAGED,
    }
    tables = {name: trainings.read(comparison.table) for name, comparison in measured.items()}
    others = {"scaled": SCALED, "temperatures": temperature.TABLE, "penalties": penalty.TABLE}
    read = {name: pd.read_csv(table) for name, table in others.items()}
    return what_helps_page.render(trainings.read(TABLE), **tables, **read, groups=groups_of)


def _cell(name: str, size: str, change: str) -> None:
    """Trains the repeats of one set at one size with one change."""
    setting = BASE[size] | ({} if change == "none" else CHANGES[size][change])
    predictions, seconds = columns.finetuned(load(name, size), setting)
    rows = [
        trainings.row((name, size, change, int(repeat)), of_repeat, seconds / REPEATS, in_words(setting))
        for repeat, of_repeat in predictions.groupby("repeat")
    ]
    trainings.append(TABLE, rows)
    means = pd.DataFrame(rows)[["validation_accuracy", "validation_log_loss"]].mean().round(4).to_dict()
    print(size, name, change, means, flush=True)
