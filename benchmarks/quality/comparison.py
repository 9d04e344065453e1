"""Runs the ways to do the job on the same rows: baselines, plain fine-tuning, SetFit, and this pipeline.

Four sample sets, three sizes, five repeats. The pipeline runs with its defaults, at the size they are made for, and
with the named setting of each size.
"""

from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.quality import columns, comparison_report, setfit, trainings
from benchmarks.quality.sets import REPEATS, SIZES, load
from benchmarks.quality.settings import DEFAULTS, PLAIN, RECOMMENDED, in_words

TABLE = Path(__file__).parent / "results" / "quality.csv"
TRAINED = {"plain": PLAIN, "defaults": DEFAULTS, "gapwise": RECOMMENDED}  # what params.yaml is changed to, by size
COLUMNS = (*columns.BASELINES, "setfit", *TRAINED)


def measure(names: list[str], sizes: list[str], wanted: list[str], again: bool) -> None:
    """Computes what is missing of the columns that are wanted, or all of it again."""
    for size, name in product(sizes, names):
        _cell(name, size, wanted, again)
    if "setfit" in wanted and setfit.PYTHON.is_file():
        setfit.measure(TABLE, names, sizes, again)
    trainings.drop_superseded(TABLE)


def write() -> None:
    """Writes the tables and draws the plot."""
    comparison_report.write(trainings.read(TABLE))


def _cell(name: str, size: str, wanted: list[str], again: bool) -> None:
    """Computes one set at one size, all columns but SetFit."""
    lacking = [
        column
        for column in wanted
        if size in TRAINED.get(column, SIZES) and trainings.missing(TABLE, (name, size, column), REPEATS, again)
    ]
    if set(lacking) & set(columns.BASELINES):
        predictions, seconds = columns.cheap(load(name, size))
        for column in [column for column in columns.BASELINES if column in lacking]:
            rows = predictions.query("baseline == @column").drop(columns="baseline")
            of_all = seconds if column == "frozen" else float("nan")  # of the three it costs nearly all
            _keep((name, size, column), rows, of_all, "as in the pipeline", again)
    for column, changes in TRAINED.items():
        if column in lacking:
            predictions, seconds = columns.finetuned(load(name, size), changes[size])
            _keep((name, size, column), predictions, seconds, in_words(changes[size]), again)
    print(name, size, *lacking, flush=True)


def _keep(cell: tuple[str, str, str], predictions: pd.DataFrame, seconds: float, setting: str, again: bool) -> None:
    missing = trainings.missing(TABLE, cell, REPEATS, again)
    rows = [
        trainings.row((*cell, int(repeat)), of_repeat, seconds / REPEATS, setting)
        for repeat, of_repeat in predictions.groupby("repeat")
        if repeat in missing
    ]
    trainings.append(TABLE, rows)
