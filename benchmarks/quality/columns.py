"""What the pipeline has to do the job: its baselines and its fine-tuning, on every repeat of a cell."""

import functools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pipeline import NoneFinished, params
from benchmarks.quality.augmentation import with_variants
from benchmarks.quality.sets import SEED, TOKENIZE, Cell, vectors
from gapwise.base.tables import rows_per_class
from gapwise.baselines import catalogue
from gapwise.network.classifier import Weights
from gapwise.scoring.predicting import predict_repeats
from gapwise.scoring.summary import mean_of_repeats
from gapwise.training.repeats import describe, train_repeats

BASELINES = ("majority", "tfidf", "frozen")


def cheap(cell: Cell) -> tuple[pd.DataFrame, float]:
    """Fits the pipeline's baselines.

    Returns:
        `tables.BaselinePredictions`, and the seconds of CPU for all of them and all repeats: those of the pass of all
        texts through the encoder, and those of fitting.
    """
    frozen, seconds = vectors(cell.name)
    started = _cpu()
    predictions = catalogue.predict(cell.development, cell.test, cell.repeats, frozen)
    return predictions, seconds + _cpu() - started


def finetuned(cell: Cell, changes: Mapping[str, Any]) -> tuple[pd.DataFrame, float]:
    """Trains and predicts every repeat as the stages finetune and evaluate do, in this process.

    Args:
        cell: The rows.
        changes: Of the section `finetune` of params.yaml; `variants`, a way of `augmentation.WAYS`; `networks`, how
            many are trained on the rows of each repeat by other seeds; and `averaged`, what of these:
            `probabilities` or `weights`.

    Returns:
        `tables.Predictions`, and the seconds of CPU for all repeats.
    """
    started = _cpu()
    settings = dict(changes)
    networks, averaged = settings.pop("networks", 1), settings.pop("averaged", "probabilities")
    description, weights = None, []
    for number in range(networks):
        description, of_repeats = trained(cell, settings, SEED + number)
        weights.append(of_repeats)
    if averaged == "weights":
        weights = [[_mean_weights(of_repeat) for of_repeat in zip(*weights, strict=True)]]
    tables = {"development": cell.development, "repeats": cell.repeats, "tokens": cell.tokens}
    predictions = [predict_repeats(description, of_repeats, test=cell.test, **tables) for of_repeats in weights]
    return predictions[0] if len(predictions) == 1 else _mean(predictions), _cpu() - started


def trained(cell: Cell, settings: Mapping[str, Any], seed: int) -> tuple[Any, list[Weights]]:
    """Trains every repeat; gives the description of the networks, and their weights.

    Args:
        cell: The rows.
        settings: As in `finetuned`, without `networks` and `averaged`.
        seed: In the place of `split.seed`.
    """
    settings = dict(settings)
    way = settings.pop("variants", None)
    tables = {"development": cell.development, "repeats": cell.repeats, "tokens": cell.tokens}
    recipe = params("finetune", settings).for_rows(rows_per_class(cell.development, cell.repeats))
    description = describe(TOKENIZE, recipe, cell.development, cell.repeats)
    train = functools.partial(
        train_repeats, description, recipe, seed=seed, callbacks=lambda repeat, at_once: [], **tables
    )
    if way is None:
        found = train(store=NoneFinished())
    else:  # one repeat after the other, because a variant of halves is made of the rows of one
        numbers = range(description.repeats)
        others = [NoneFinished({other: "another's" for other in numbers if other != repeat}) for repeat in numbers]
        found = [train(store=others[repeat], tokens=with_variants(cell, way, repeat))[repeat] for repeat in numbers]
    return description, [one.weights for one in found]


def _mean_weights(networks: Sequence[Weights]) -> Weights:
    return {name: np.mean([one[name] for one in networks], axis=0) for name in networks[0]}


def _mean(of_networks: list[pd.DataFrame]) -> pd.DataFrame:
    """Gives what the mean of networks predicts for the test texts, repeat by repeat."""
    numbered = pd.concat([one.assign(network=number) for number, one in enumerate(of_networks)])
    tests = numbered.query("part == 'test'").groupby("repeat")
    return pd.concat(
        mean_of_repeats(rows.drop(columns="repeat").rename(columns={"network": "repeat"})).assign(repeat=repeat)
        for repeat, rows in tests
    )


def _cpu() -> float:
    # The machine was shared while this ran: the clock on the wall would tell of others' work.
    return time.process_time()
