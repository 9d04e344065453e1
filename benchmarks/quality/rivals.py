"""What runs in the torch environment on the same rows: jobs are written for it, and what it answers is taken over."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT
from benchmarks.quality import trainings
from benchmarks.quality.sets import SEED, SIZES, TOKENIZE, Cell, load
from benchmarks.quality.settings import SENTENCE
from gapwise.augmenting.class_sentences import class_sentences
from gapwise.base.predictions import tabulate
from gapwise.base.seeds import derive
from gapwise.encoding.presets import locate

PYTHON = Path(os.environ.get("TORCH_ENV", PROJECT / ".torch-env")).absolute() / "bin" / "python"
FOLDER = Path(__file__).parent / ".jobs"


@dataclass(frozen=True)
class Rival:
    """A way to do the job on torch.

    Attributes:
        worker: Module that answers jobs.
        argument: Of the worker, by size.
        setting: In words, with the argument in place of `{}`.
        is_told_names: Whether it trains on the sentence of its class beside each text, too.
    """

    worker: str
    argument: Mapping[str, int]
    setting: str
    is_told_names: bool = False


RIVALS = {
    # 20 iterations make 40 pairs per row: 640 at 8 per class. At the other sizes so many would take hours, so there it
    # gets about as many in all.
    "setfit": Rival(
        "setfit_worker", {"8 per class": 20, "64 per class": 2, "400 rows": 1}, "setfit 1.2.0, num_iterations={}"
    ),
    # Its default, once more with every pair of rows: from 300 texts for the encoder, on 16 rows, to 260,000, on 400.
    "setfit_all": Rival("setfit_worker", dict.fromkeys(SIZES, 0), "setfit 1.2.0, all pairs"),
    "setfit_named": Rival(
        "setfit_worker", {"8 per class": 20}, "setfit 1.2.0, num_iterations={}, class sentences", is_told_names=True
    ),
    "torch": Rival(
        "torch_worker", {"8 per class": 20, "64 per class": 10, "400 rows": 10}, "transformers 5.23.0, epochs={}"
    ),
}


@dataclass(frozen=True)
class Jobs:
    """What a rival does for a table.

    Attributes:
        rival: Name in `RIVALS`.
        table: Of trainings.
        repeats: Of each set and size.
    """

    rival: str
    table: Path
    repeats: int

    def measure(self, names: list[str], size: str, again: bool) -> None:
        """Has the rival do what is missing of some sets in the torch environment, and takes over what is done."""
        lacking = [(name, repeat) for name in names for repeat in self._missing(name, size, again)]
        place = FOLDER / self.rival / size.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for name, repeat in lacking:
            cell = load(name, size, self.repeats)
            written = job(cell, repeat, RIVALS[self.rival].is_told_names)
            (place / f"{name}-{repeat}.json").write_text(written, encoding="utf-8")
            if again:
                (place / f"{name}-{repeat}.out.json").unlink(missing_ok=True)
        module, argument = f"benchmarks.quality.{RIVALS[self.rival].worker}", RIVALS[self.rival].argument[size]
        command = [str(PYTHON), "-m", module, locate(TOKENIZE.preset), str(place), str(argument)]
        try:
            if lacking:
                subprocess.run(command, check=True, cwd=PROJECT)
        finally:
            self._take_over(lacking, size, place)

    def _missing(self, name: str, size: str, again: bool) -> list[int]:
        return trainings.missing(self.table, (name, size, self.rival), self.repeats, again)

    def _take_over(self, lacking: list[tuple[str, int]], size: str, place: Path) -> None:
        """Takes what was predicted into the table, however far it came."""
        setting = RIVALS[self.rival].setting.format(RIVALS[self.rival].argument[size])
        for name, repeat in lacking:
            file = place / f"{name}-{repeat}.out.json"
            if file.exists():
                cell = load(name, size, self.repeats)
                predictions, seconds = answer(cell, file.read_text(encoding="utf-8"))
                row = trainings.row((name, size, self.rival, repeat), predictions, seconds, setting)
                trainings.append(self.table, [row])


def job(cell: Cell, repeat: int, is_told_names: bool = False) -> str:
    """Writes down one training for jobs.py, as JSON; with the sentence of its class beside each text, or without."""
    test, train = cell.test.sort_values("text_id"), _train(cell, repeat)
    if is_told_names:
        sentences = class_sentences(train, SENTENCE)["text"].to_numpy()
        train = pd.concat([train, train.assign(text=sentences)], ignore_index=True)
    classes = sorted(cell.development["label"].unique())
    found = {
        "seed": derive(SEED, repeat, "setfit"),
        "train": {"texts": train["text"].tolist(), "labels": [classes.index(label) for label in train["label"]]},
        "test": {"texts": test["text"].tolist()},
    }
    return json.dumps(found)


def answer(cell: Cell, text: str) -> tuple[pd.DataFrame, float]:
    """Reads the answer to a job, as `tables.Predictions` of the test texts but for `repeat`."""
    found = json.loads(text)
    classes = sorted(cell.development["label"].unique())
    table = tabulate(cell.test.sort_values("text_id"), classes, pd.DataFrame(found["probabilities"]).to_numpy(float))
    return table.assign(part="test"), found["train_cpu_seconds"] + found["predict_cpu_seconds"]


def _train(cell: Cell, repeat: int) -> pd.DataFrame:
    used = cell.repeats.query("repeat == @repeat and part == 'train'")["text_id"]
    return cell.development[cell.development["text_id"].isin(used)].sort_values("text_id")
