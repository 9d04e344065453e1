"""Runs the ways to do the job on the same rows: baselines, plain fine-tuning, rivals on torch, and this pipeline.

On the sample sets the pipeline runs with its defaults, at the size they are made for, and with the named setting of
each size. On the public sets it runs with the named settings alone, and all ways have the same labelled rows: none has
others for validation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks.quality import columns, open_sets, rivals, trainings
from benchmarks.quality.sets import BETWEEN, REPEATS, SETS, SIZES, load
from benchmarks.quality.settings import (
    AUTO,
    DEFAULTS,
    NAMED,
    NAMELESS,
    PLAIN,
    RECOMMENDED,
    SENTENCES,
    Changes,
    fixed,
    in_words,
)

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Comparison:
    """A table, and what is measured for it.

    Attributes:
        name: Of its files in results/.
        sets: Their names.
        trained: What params.yaml is changed to, by column and size.
        rivals: Columns of `rivals.RIVALS`, each with the sizes that it is measured at.
        repeats: Draws of rows to train on, by size; other sizes are not measured.
    """

    name: str
    sets: tuple[str, ...]
    trained: Mapping[str, Mapping[str, Changes]]
    rivals: Mapping[str, tuple[str, ...]]
    repeats: Mapping[str, int]

    @property
    def table(self) -> Path:
        """One row per training."""
        return RESULTS / f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """All ways to do the job."""
        return (*columns.BASELINES, *self.rivals, *self.trained)

    def measure(self, names: list[str], sizes: list[str], wanted: list[str], again: bool) -> None:
        """Computes what is missing of the columns that are wanted, or all of it again."""
        sizes = [size for size in sizes if size in self.repeats]
        for size, name in product(sizes, names):
            self._cell(name, size, wanted, again)
        for rival in self.rivals:
            if rival in wanted and rivals.PYTHON.is_file():
                for size in [size for size in sizes if size in self.rivals[rival]]:
                    rivals.Jobs(rival, self.table, self.repeats[size]).measure(names, size, again)
        trainings.drop_superseded(self.table)

    def _cell(self, name: str, size: str, wanted: list[str], again: bool) -> None:
        """Computes one set at one size, all columns but the rivals on torch."""
        ours = [column for column in wanted if column in columns.BASELINES or size in self.trained.get(column, {})]
        lacking = [column for column in ours if self._missing((name, size, column), again)]
        if not lacking:
            return
        cell = load(name, size, self.repeats[size])
        if set(lacking) & set(columns.BASELINES):
            predictions, seconds = columns.cheap(cell)
            for column in [column for column in columns.BASELINES if column in lacking]:
                rows = predictions.query("baseline == @column").drop(columns="baseline")
                of_all = seconds if column == "frozen" else float("nan")  # of the three it costs nearly all
                self._keep((name, size, column), rows, of_all, "as in the pipeline", again)
        for column, changes in self.trained.items():
            if column in lacking:
                predictions, seconds = columns.finetuned(cell, changes[size])
                self._keep((name, size, column), predictions, seconds, in_words(changes[size]), again)
        print(name, size, *lacking, flush=True)

    def _missing(self, cell: tuple[str, str, str], again: bool) -> list[int]:
        return trainings.missing(self.table, cell, self.repeats[cell[1]], again)

    def _keep(
        self, cell: tuple[str, str, str], predictions: pd.DataFrame, seconds: float, setting: str, again: bool
    ) -> None:
        missing = self._missing(cell, again)
        rows = [
            trainings.row((*cell, int(repeat)), of_repeat, seconds / self.repeats[cell[1]], setting)
            for repeat, of_repeat in predictions.groupby("repeat")
            if repeat in missing
        ]
        trainings.append(self.table, rows)


ALL_SIZES = tuple(SIZES)
SAMPLES = Comparison(
    name="quality",
    sets=SETS,
    trained={
        "plain": PLAIN,
        "defaults": DEFAULTS,
        "nameless": RECOMMENDED,
        "named": {"8 per class": RECOMMENDED["8 per class"] | NAMED},
        "gapwise": {size: RECOMMENDED[size] | SENTENCES for size in SIZES},
    },
    rivals={"setfit": ALL_SIZES},
    repeats=dict.fromkeys(SIZES, REPEATS),
)
PUBLIC = Comparison(
    name="public",
    sets=open_sets.NAMES,
    # At 400 rows 3 epochs were measured first, as two classes take them; settings/auto takes more for more classes.
    # Then the contrastive term got a memory, which settings/auto has with more than 8 classes. Then there were class
    # sentences: nowhere, everywhere, or where `class_sentence_margin` leaves them. Last came classes that count alike.
    trained={
        "fixed": {"400 rows": RECOMMENDED["400 rows"] | {"contrastive_memory": 0}},
        "forgetful": dict.fromkeys(("8 per class", "400 rows"), NAMELESS | {"contrastive_memory": 0}),
        "nameless": dict.fromkeys(SIZES, NAMELESS),
        "named": {"8 per class": NAMELESS | NAMED},
        "balanced": {"400 rows": AUTO | {"class_weight": "balanced"}},
        "gapwise": dict.fromkeys(SIZES, AUTO),
    },
    rivals={"torch": ALL_SIZES, "setfit": ALL_SIZES, "setfit_all": ALL_SIZES, "setfit_named": ("8 per class",)},
    repeats={"8 per class": 2, "64 per class": 1, "400 rows": 1},
)
# Between the sizes that settings/auto was found at: epochs by its rule, and half and twice as many.
EPOCHS = Comparison(
    name="epochs",
    sets=tuple(name for name in open_sets.OPEN if name != "medical-abstracts"),  # its texts are long
    trained={f"{epochs} epochs": dict.fromkeys(BETWEEN, NAMELESS | fixed(epochs)) for epochs in (5, 10, 20)},
    rivals={},
    repeats=dict.fromkeys(BETWEEN, 2),
)
# Of the contrastive term: none, or what `contrastive_memory: null` takes for many classes.
MEMORY = Comparison(
    name="memory",
    sets=EPOCHS.sets,
    trained={
        f"{held} texts": dict.fromkeys(("8 per class", "400 rows"), NAMELESS | {"contrastive_memory": held})
        for held in (0, 1024)
    },
    rivals={},
    repeats={"8 per class": 2, "400 rows": 1},
)
# The mean of networks that are trained on the same rows by other seeds: of what they predict, and of their weights.
WAYS = {
    "one network": {},
    "mean of three": {"networks": 3},
    "mean of weights": {"networks": 3, "averaged": "weights"},
}
AVERAGED = Comparison(
    name="averaged",
    sets=EPOCHS.sets,
    trained={title: dict.fromkeys(("8 per class", "400 rows"), NAMELESS | changes) for title, changes in WAYS.items()},
    rivals={},
    repeats={"8 per class": 2, "400 rows": 1},
)
