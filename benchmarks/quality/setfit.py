"""SetFit on the same rows: jobs are written for the torch environment, and what it answers is taken over."""

import importlib.util
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT
from benchmarks.quality import trainings
from benchmarks.quality.sets import REPEATS, SEED, Cell, load
from gapwise.base.predictions import tabulate
from gapwise.base.seeds import derive
from gapwise.encoding.presets import BUNDLED

PYTHON = Path(os.environ.get("TORCH_ENV", PROJECT / ".torch-env")).absolute() / "bin" / "python"
FOLDER = Path(__file__).parent / ".setfit"
# SetFit's default of 20 makes 40 pairs per row: 640 at 8 per class. At the other sizes so many would take hours, so
# there it gets about as many in all.
ITERATIONS = {"8 per class": 20, "64 per class": 2, "400 rows": 1}


def measure(table: Path, names: list[str], sizes: list[str], again: bool) -> None:
    """Has SetFit do what is missing in the torch environment, and takes over what is done."""
    spec = importlib.util.find_spec(BUNDLED["all-minilm-l6-v2"].package)
    model = Path(next(iter(spec.submodule_search_locations))) / BUNDLED["all-minilm-l6-v2"].folder
    for size in sizes:
        lacking = list(_lacking(table, names, size, again))
        place = FOLDER / size.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for name, repeat in lacking:
            (place / f"{name}-{repeat}.json").write_text(job(load(name, size), repeat), encoding="utf-8")
            if again:
                (place / f"{name}-{repeat}.out.json").unlink(missing_ok=True)
        command = [str(PYTHON), "-m", "benchmarks.quality.setfit_worker", str(model), str(place), str(ITERATIONS[size])]
        try:
            if lacking:
                subprocess.run(command, check=True, cwd=PROJECT)
        finally:
            _take_over(table, lacking, size, place)


def _take_over(table: Path, lacking: list[tuple[str, int]], size: str, place: Path) -> None:
    """Takes what SetFit has predicted into the table, however far it came."""
    setting = f"setfit 1.2.0, num_iterations={ITERATIONS[size]}"
    for name, repeat in lacking:
        file = place / f"{name}-{repeat}.out.json"
        if file.exists():
            predictions, seconds = answer(load(name, size), file.read_text(encoding="utf-8"))
            trainings.append(table, [trainings.row((name, size, "setfit", repeat), predictions, seconds, setting)])


def _lacking(table: Path, names: list[str], size: str, again: bool) -> Iterator[tuple[str, int]]:
    for name in names:
        cell = (name, size, "setfit")
        yield from ((name, repeat) for repeat in trainings.missing(table, cell, REPEATS, again))


def job(cell: Cell, repeat: int) -> str:
    """Writes down one training for setfit_worker.py, as JSON."""
    test, train = cell.test.sort_values("text_id"), _train(cell, repeat)
    classes = sorted(cell.development["label"].unique())
    found = {
        "seed": derive(SEED, repeat, "setfit"),
        "train": {"texts": train["text"].tolist(), "labels": [classes.index(label) for label in train["label"]]},
        "test": {"texts": test["text"].tolist()},
    }
    return json.dumps(found)


def answer(cell: Cell, text: str) -> tuple[pd.DataFrame, float]:
    """Reads what setfit_worker.py made of a job, as `tables.Predictions` of the test texts but for `repeat`."""
    found = json.loads(text)
    classes = sorted(cell.development["label"].unique())
    table = tabulate(cell.test.sort_values("text_id"), classes, pd.DataFrame(found["probabilities"]).to_numpy(float))
    return table.assign(part="test"), found["train_cpu_seconds"] + found["predict_cpu_seconds"]


def _train(cell: Cell, repeat: int) -> pd.DataFrame:
    used = cell.repeats.query("repeat == @repeat and part == 'train'")["text_id"]
    return cell.development[cell.development["text_id"].isin(used)].sort_values("text_id")
