"""Measures how a refitted head should be kept from being too sure where no validation rows choose its penalty.

Cross-fitting chooses the penalty with the vectors of the pre-trained encoder. The tuned encoder has moved the rows that
it was trained on further apart than others. Each network of `settings/auto` gets heads with shares of that C, and the
head with all of it has its logits divided by a temperature.
"""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.pipeline import params
from benchmarks.quality import columns, open_sets
from benchmarks.quality.augmentation import with_variants
from benchmarks.quality.sets import SEED, Cell, load
from benchmarks.quality.settings import AUTO
from gapwise.base.errors import UserError
from gapwise.base.predictions import tabulate
from gapwise.base.tables import parts_of, rows_per_class
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.probe import cross_fitted_probe, probe
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.network.classifier import Weights, output, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.scoring.summary import scores
from gapwise.scoring.temperature import scale
from gapwise.training.repeats import groups_of, labels_of, rows_of
from gapwise.training.trainer import Trainer

TABLE = Path(__file__).parent / "results" / "penalty.csv"
NAMES = tuple(name for name in open_sets.OPEN if name != "medical-abstracts")  # its texts are long
DRAWS = {"8 per class": 4, "64 per class": 1, "400 rows": 1}
SHARES, TEMPERATURES = [1.0, 0.3, 0.1, 0.03], [1.25, 1.5, 1.75, 2.0, 2.5, 3.0]


def measure() -> None:
    """Trains on each set at each size that it has rows for, and writes a table of means over draws."""
    open_sets.fetch()
    tables = []
    for size, name in product(DRAWS, NAMES):
        try:
            cell = load(name, size, DRAWS[size])
        except UserError:
            continue
        tables.append(_cell(cell).assign(size=size, set=name))
        means = (
            pd.concat(tables)
            .groupby(["size", "set", "share", "temperature"], sort=False)[["accuracy", "log_loss"]]
            .mean()
        )
        means.reset_index().to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


def _cell(cell: Cell) -> pd.DataFrame:
    description, weights = columns.trained(cell, AUTO, SEED)
    return pd.concat(_heads(cell, description, values, repeat) for repeat, values in enumerate(weights))


def _heads(cell: Cell, description: Description, trained: Weights, repeat: int) -> pd.DataFrame:
    """Fits the heads of one repeat; gives test scores, one row for each."""
    tokens, texts = with_variants(cell, "names", repeat), pd.concat([cell.development, cell.test])
    part, network = rebuild(description)
    features = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
    labels, groups = labels_of(tokens, texts, description.classes), groups_of(tokens, texts)
    recipe = params("finetune", {key: value for key, value in AUTO.items() if key != "variants"})
    trainer = Trainer(network, recipe.for_rows(rows_per_class(cell.development, cell.repeats)), description.classes)
    represent = trainer.objective.represent
    rows, _ = rows_of(tokens, parts_of(cell.repeats, repeat))
    train = trainer.choose(Examples(features, labels, rows, groups))
    on = train.texts()
    pretrained = output(represent, features, on.rows)
    penalty = cross_fitted_probe(pretrained, labels[on.rows], groups=groups[on.rows])
    set_weights(network, trained)
    tests = np.flatnonzero(tokens["text_id"].isin(cell.test["text_id"]))
    vectors, of_test = (output(represent, features, rows) for rows in (train.rows, tests))
    found = []
    for share, temperature in [*((share, 1.0) for share in SHARES), *((1.0, one) for one in TEMPERATURES)]:
        none = np.empty(0, np.int64)
        head = probe(vectors, labels[train.rows], vectors[none], none, penalties=[share * penalty])
        predicted = tabulate(cell.test, description.classes, scale(head.probabilities(of_test), temperature))
        tried = {"share": share, "temperature": temperature}
        found.append(tried | scores(predicted.assign(repeat=repeat)))
    return pd.DataFrame(found)
