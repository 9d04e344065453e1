"""The ways to do the job that the quality benchmark compares: each predicts every repeat of a cell."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from scipy.special import softmax

from benchmarks.sets import SEED, TOKENIZE, Cell, vectors
from gapwise.base.predictions import tabulate
from gapwise.base.seeds import derive
from gapwise.base.tables import parts_of
from gapwise.baselines import baselines
from gapwise.encoding.cut import Cut, frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.network.classifier import output, set_weights
from gapwise.network.description import assemble
from gapwise.network.recipe import FinetuneParams
from gapwise.training.repeats import describe, rows_of
from gapwise.training.trainer import Trainer

BASELINES = ("majority", "tfidf", "frozen")


def cheap(cell: Cell) -> tuple[pd.DataFrame, float]:
    """Fits the pipeline's baselines.

    Returns:
        `tables.BaselinePredictions`, and the seconds of CPU for all of them and all repeats: those of the pass of all
        texts through the encoder, and those of fitting.
    """
    frozen, seconds = vectors(cell.name)
    started = _cpu()
    predictions = baselines.predict(cell.development, cell.test, cell.repeats, frozen)
    return predictions, seconds + _cpu() - started


def finetuned(cell: Cell, params: FinetuneParams) -> tuple[pd.DataFrame, float]:
    """Trains and predicts with what the stages finetune and evaluate call, but computes the frozen part once per set.

    Returns:
        `tables.Predictions` without train, and the seconds of CPU for all repeats; the frozen part's are in them
        wherever it comes from.
    """
    started = _cpu()
    model = describe(TOKENIZE, params, cell.development, cell.repeats)
    part, network = assemble(model)
    features, seconds = _frozen(cell, params, part)
    labels = pd.concat([cell.development, cell.test]).set_index("text_id")["label"].reindex(cell.tokens["text_id"])
    numbers = pd.Categorical(labels, categories=model.classes).codes.astype(np.int64)
    trainer = Trainer(network, params, model.classes)
    tables = []
    for repeat in range(model.repeats):
        parts = parts_of(cell.repeats, repeat)
        train, validation = (Examples(features, numbers, rows) for rows in rows_of(cell.tokens, parts))
        trained = trainer.train(train, validation, seed=derive(SEED, repeat, "finetune"))
        set_weights(network, trained.weights)
        for name, texts in (("validation", _of(cell.development, parts[parts == "validation"])), ("test", cell.test)):
            rows = pd.Index(cell.tokens["text_id"]).get_indexer(pd.Index(texts["text_id"]))
            probabilities = softmax(output(network, features, rows).astype(np.float64), axis=1)
            tables.append(tabulate(texts, model.classes, probabilities).assign(repeat=repeat, part=name))
    return pd.concat(tables, ignore_index=True), seconds + _cpu() - started


FROZEN: dict[tuple[str, int], tuple[Ragged, float]] = {}


def _frozen(cell: Cell, params: FinetuneParams, part: Cut) -> tuple[Ragged, float]:
    """Gives the frozen part's output for all texts of a set, and the seconds to add if it is there already."""
    key = (cell.name, params.freeze)
    if key in FROZEN:
        return FROZEN[key]
    while len(FROZEN) >= 4:  # some 120 MB each
        FROZEN.pop(next(iter(FROZEN)))
    started = _cpu()
    features = frozen_output(part, Ragged.of(cell.tokens["token_ids"].tolist()))
    FROZEN[key] = features, _cpu() - started
    return features, 0.0


def _of(texts: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    return texts[texts["text_id"].isin(ids.index)]


def recipe(changes: Mapping[str, Any]) -> FinetuneParams:
    """Gives the recipe of params.yaml with some keys changed.

    Args:
        changes: By dotted key, as after `-S finetune.`, for example `early_stopping.patience`.
    """
    section = YAML(typ="safe").load(Path("params.yaml").read_text(encoding="utf-8"))["finetune"]
    for key, value in changes.items():
        *parents, last = key.split(".")
        target = section
        for parent in parents:
            target = target[parent]
        if last not in target:
            raise KeyError(key)
        target[last] = value
    return FinetuneParams.model_validate(section)


def setfit_job(cell: Cell, repeat: int) -> str:
    """Writes down one training for setfit_worker.py, as JSON."""
    test, train = cell.test.sort_values("text_id"), _train(cell, repeat)
    classes = sorted(cell.development["label"].unique())
    job = {
        "seed": derive(SEED, repeat, "setfit"),
        "train": {"texts": train["text"].tolist(), "labels": [classes.index(label) for label in train["label"]]},
        "test": {"texts": test["text"].tolist()},
    }
    return json.dumps(job)


def setfit_answer(cell: Cell, answer: str) -> tuple[pd.DataFrame, float]:
    """Reads what setfit_worker.py made of a job, as `tables.Predictions` of the test texts but for `repeat`."""
    found = json.loads(answer)
    classes = sorted(cell.development["label"].unique())
    table = tabulate(cell.test.sort_values("text_id"), classes, pd.DataFrame(found["probabilities"]).to_numpy(float))
    return table.assign(part="test"), found["train_cpu_seconds"] + found["predict_cpu_seconds"]


def _train(cell: Cell, repeat: int) -> pd.DataFrame:
    used = cell.repeats.query("repeat == @repeat and part == 'train'")["text_id"]
    return cell.development[cell.development["text_id"].isin(used)].sort_values("text_id")


def _cpu() -> float:
    # The machine was shared while this ran: the clock on the wall would tell of others' work.
    return time.process_time()
