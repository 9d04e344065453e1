"""What the pipeline has to do the job: its baselines and its fine-tuning, on every repeat of a cell."""

import functools
import time
from collections.abc import Mapping
from typing import Any

import pandas as pd

from benchmarks.pipeline import NoneFinished, params
from benchmarks.quality.augmentation import with_variants
from benchmarks.quality.sets import SEED, TOKENIZE, Cell, vectors
from gapwise.base.tables import rows_per_class
from gapwise.baselines import catalogue
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
        changes: Of the section `finetune` of params.yaml; `variants`, a way of `augmentation.WAYS`; and `networks`,
            how many are trained on the rows of each repeat, whose mean predicts.

    Returns:
        `tables.Predictions`, and the seconds of CPU for all repeats.
    """
    started = _cpu()
    settings = dict(changes)
    way, networks = settings.pop("variants", None), settings.pop("networks", 1)
    if networks > 1:
        trained = [finetuned(cell, settings | {"seed": SEED + number}) for number in range(networks)]
        return _mean([predictions for predictions, _ in trained]), sum(seconds for _, seconds in trained)
    seed = settings.pop("seed", SEED)
    tables = {"development": cell.development, "repeats": cell.repeats, "tokens": cell.tokens}
    recipe = params("finetune", settings).for_rows(rows_per_class(cell.development, cell.repeats))
    description = describe(TOKENIZE, recipe, cell.development, cell.repeats)
    train = functools.partial(
        train_repeats, description, recipe, seed=seed, callbacks=lambda repeat, at_once: [], **tables
    )
    if way is None:
        trained = train(store=NoneFinished())
    else:  # one repeat after the other, because a variant of halves is made of the rows of one
        numbers = range(description.repeats)
        others = [NoneFinished({other: "another's" for other in numbers if other != repeat}) for repeat in numbers]
        trained = [train(store=others[repeat], tokens=with_variants(cell, way, repeat))[repeat] for repeat in numbers]
    predictions = predict_repeats(description, [one.weights for one in trained], test=cell.test, **tables)
    return predictions, _cpu() - started


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
