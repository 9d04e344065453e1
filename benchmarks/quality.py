"""Measures what fine-tuning is worth on little data: python -m benchmarks.quality.

Four sample sets, three sizes, five repeats, and the same rows for every column: majority class, TF-IDF, frozen encoder
with a logistic regression, plain fine-tuning of the whole network, SetFit with the same encoder, and this pipeline with
its defaults, at the size they are made for, and with the recommended setting of each size. Every training becomes a row
of benchmarks/quality.csv and is not done again; the table and the plot are made from that file. SetFit needs `make
torch-env`, and is left out without it.
"""

import argparse
import importlib.util
import os
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks import columns, quality_report, results
from benchmarks.sets import REPEATS, SETS, SIZES, load
from benchmarks.settings import DEFAULTS, PLAIN, RECOMMENDED, in_words
from gapwise.encoding.presets import BUNDLED

RESULTS = Path("benchmarks/quality.csv")
TORCH = Path(os.environ.get("TORCH_ENV", ".torch-env")) / "bin" / "python"
TRAINED = {"plain": PLAIN, "defaults": DEFAULTS, "gapwise": RECOMMENDED}  # what params.yaml is changed to, by size
COLUMNS = (*columns.BASELINES, "setfit", *TRAINED)
# SetFit's default of 20 makes 40 pairs per row: 640 at 8 per class. At the other sizes so many would take hours, so
# there it gets about as many in all.
SETFIT_ITERATIONS = {"8 per class": 20, "64 per class": 2, "400 rows": 1}


def main() -> None:
    """Computes what is missing, then draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="*", choices=SETS, default=SETS)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES))
    parser.add_argument("--columns", nargs="*", choices=COLUMNS, default=COLUMNS, help="none to draw only")
    parser.add_argument("--setfit-folder", type=Path, default=Path("benchmarks/.setfit"), help="files to and from it")
    given = parser.parse_args()
    for size, name in product(given.sizes, given.sets):
        compute(name, size, given.columns)
    if "setfit" in given.columns and TORCH.is_file():
        setfit(given.sets, given.sizes, given.setfit_folder)
    quality_report.write(results.read(RESULTS))


def compute(name: str, size: str, wanted: tuple[str, ...]) -> None:
    """Computes the missing repeats of a cell, of all columns but SetFit."""
    lacking = [
        column
        for column in wanted
        if size in TRAINED.get(column, SIZES) and results.missing(RESULTS, name, size, column, REPEATS)
    ]
    if set(lacking) & set(columns.BASELINES):
        predictions, seconds = columns.cheap(load(name, size))
        for column in columns.BASELINES:
            rows = predictions.query("baseline == @column").drop(columns="baseline")
            of_all = seconds if column == "frozen" else float("nan")  # of the three it costs nearly all
            _keep((name, size, column), rows, of_all, "as in the pipeline")
    for column, changes in TRAINED.items():
        if column in lacking:
            predictions, seconds = columns.finetuned(load(name, size), columns.recipe(changes[size]))
            _keep((name, size, column), predictions, seconds, in_words(changes[size]))
    print(name, size, *lacking, flush=True)


def _keep(cell: tuple[str, str, str], predictions: pd.DataFrame, seconds: float, setting: str) -> None:
    missing = results.missing(RESULTS, *cell, REPEATS)
    rows = [
        results.row((*cell, int(repeat)), of_repeat, seconds / REPEATS, setting)
        for repeat, of_repeat in predictions.groupby("repeat")
        if repeat in missing
    ]
    results.append(RESULTS, rows)


def setfit(names: list[str], sizes: list[str], folder: Path) -> None:
    """Has SetFit do what is missing in the torch environment, and takes over what is done."""
    spec = importlib.util.find_spec(BUNDLED["all-minilm-l6-v2"].package)
    model = Path(next(iter(spec.submodule_search_locations))) / BUNDLED["all-minilm-l6-v2"].folder
    for size in sizes:
        place = folder / size.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for name, repeat in _lacking(names, size):
            (place / f"{name}-{repeat}.json").write_text(columns.setfit_job(load(name, size), repeat), encoding="utf-8")
        command = [str(TORCH), "benchmarks/setfit_worker.py", str(model), str(place), str(SETFIT_ITERATIONS[size])]
        try:
            if list(_lacking(names, size)):
                subprocess.run(command, check=True)
        finally:
            take_over(names, size, place)


def take_over(names: list[str], size: str, place: Path) -> None:
    """Takes what SetFit has predicted into the results, however far it came."""
    setting = f"setfit 1.2.0, num_iterations={SETFIT_ITERATIONS[size]}"
    for name, repeat in list(_lacking(names, size)):
        answer = place / f"{name}-{repeat}.out.json"
        if answer.exists():
            predictions, seconds = columns.setfit_answer(load(name, size), answer.read_text(encoding="utf-8"))
            results.append(RESULTS, [results.row((name, size, "setfit", repeat), predictions, seconds, setting)])


def _lacking(names: list[str], size: str) -> Iterator[tuple[str, int]]:
    for name in names:
        yield from ((name, repeat) for repeat in results.missing(RESULTS, name, size, "setfit", REPEATS))


if __name__ == "__main__":
    main()
