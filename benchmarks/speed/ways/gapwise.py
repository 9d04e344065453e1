"""Gapwise: what the stage finetune does, without DVC."""

import functools
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pipeline import NoneFinished, params
from benchmarks.speed.task import Clock, Task, given
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.training.repeats import describe, train_repeats

CLASSES = ("negative", "positive")


class Timed(keras.callbacks.Callback):
    """An epoch ends with its validation."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        self.clock.begin()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stops the clock, after the epoch's validation."""
        self.clock.end()


def watch(clock: Clock, repeat: int, at_once: int) -> list[keras.callbacks.Callback]:
    """Watches every repeat alike; with several processes, the clock of this one sees none of them."""
    return [Timed(clock)]


def main(**changes: Any) -> None:
    task = given()
    rows, clock = task.rows(), Clock(task)
    ids, labels = rows["train"][0] + rows["validation"][0], np.concatenate([rows["train"][1], rows["validation"][1]])
    names = [f"{number:016x}" for number in range(len(ids))]
    parts = ["train"] * len(rows["train"][0]) + ["validation"] * len(rows["validation"][0])
    development = pd.DataFrame({"text_id": names, "label": [CLASSES[label] for label in labels], "group": names})
    repeats = pd.concat(
        [pd.DataFrame({"repeat": repeat, "text_id": names, "part": parts}) for repeat in range(task.repeats)]
    )
    recipe = _recipe(task, changes)
    description = describe(
        TokenizeParams(preset=task.encoder, prefix=None, max_length=128), recipe, development, repeats
    )
    trained = train_repeats(
        description,
        recipe,
        development=development,
        repeats=repeats,
        tokens=pd.DataFrame({"text_id": names, "source_id": names, "token_ids": ids}),
        seed=task.seed,
        callbacks=functools.partial(watch, clock),
        store=NoneFinished(),
        workers=task.workers,
    )
    clock.report(_accuracy(description, trained[0].weights, *rows["test"]))


def _recipe(task: Task, changes: dict[str, Any]) -> Any:
    of_task = ("freeze", "epochs", "batch_size", "dropout", "learning_rate", "head_learning_rate")
    shared = {key: getattr(task, key) for key in of_task} | {
        "contrastive": 0.0,  # every way minimizes the cross-entropy
        "early_stopping.patience": task.epochs,  # every way does all epochs
    }
    return params("finetune", shared | changes)


def _accuracy(
    description: Description, weights: dict[str, np.ndarray], ids: list[np.ndarray], labels: np.ndarray
) -> float:
    if not ids:
        return float("nan")
    part, network = rebuild(description)
    set_weights(network, weights)
    predicted = predict(network, frozen_output(part, Ragged.of(ids))).argmax(axis=1)
    return float((predicted == labels).mean())


if __name__ == "__main__":
    main()
