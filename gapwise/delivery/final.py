"""Networks to hand over: trained on all labelled rows, for as long and as hard as the repeats have found best.

The repeats hold rows back to tell when to stop and how good the setting is. Once that is known, the rows are worth more
in the training. What is chosen on validation rows (the number of epochs, and the penalty of a head that is a linear
probe) is the middle of what the repeats chose. Where they had none, training chooses the penalty by cross-fitting, as
in each of them.
"""

import functools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.seeds import derive
from gapwise.base.tables import is_validated, parts_of
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras
from gapwise.network.batches import Examples
from gapwise.network.classifier import Weights, output, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.training.repeats import Teller, groups_of, labels_of, rows_of
from gapwise.training.trainer import Trainer


@dataclass(frozen=True)
class Chosen:
    """What the repeats chose on their validation rows; without any, how many epochs they took, and a penalty.

    Attributes:
        epochs: Median of the kept epochs, rounded down.
        penalty: C of the probe, the median of theirs; None where the head is none, or training chooses it.
    """

    epochs: int
    penalty: float | None


@dataclass(frozen=True)
class Data:
    """The tables of a run.

    Attributes:
        texts: `tables.Texts` of all that is labelled and may be trained on.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of these texts and their variants.
    """

    texts: pd.DataFrame
    repeats: pd.DataFrame
    tokens: pd.DataFrame


def choose(
    description: Description, recipe: Any, weights: Sequence[Weights], data: Data, epochs: pd.DataFrame
) -> Chosen:
    """Finds what the repeats chose.

    Args:
        description: Of their networks.
        recipe: The `finetune` section that they were trained by.
        weights: Of each repeat.
        data: That they were trained on.
        epochs: Losses by epoch, see `curves.by_epoch`.
    """
    kept = epochs.loc[epochs["kept"] == 1].groupby("repeat")["epoch"].first()
    is_chosen = is_validated(data.repeats) and (recipe.head_refit or recipe.head_init == "probe")
    penalty = statistics.median_low(_penalties(description, recipe, weights, data)) if is_chosen else None
    return Chosen(int(statistics.median_low(kept)), penalty)


def _penalties(description: Description, recipe: Any, weights: Sequence[Weights], data: Data) -> list[float]:
    """Fits the probes of the repeats once more, as training did, to see which penalty each chose."""
    from gapwise.encoding.probe import probe  # it waits for scikit-learn

    part, network = rebuild(description)
    represent = keras.Model(network.inputs, network.get_layer("pooled").output)
    features = frozen_output(part, Ragged.of(data.tokens["token_ids"].tolist()))
    labels, groups = labels_of(data.tokens, data.texts, description.classes), groups_of(data.tokens, data.texts)
    trainer = Trainer(network, recipe, description.classes)

    def parts(repeat: int) -> list[NDArray[np.int64]]:
        train, validation = rows_of(data.tokens, parts_of(data.repeats, repeat))
        return [trainer.choose(Examples(features, labels, train, groups)).rows, validation]

    def penalty(train: NDArray[np.int64], validation: NDArray[np.int64]) -> float:
        of_classes = trainer.class_weight(Examples(features, labels, train))
        vectors = [output(represent, features, rows) for rows in (train, validation)]
        fitted = probe(vectors[0], labels[train], vectors[1], labels[validation], of_classes)
        return float(fitted.model.C)

    found = []
    rows_by_repeat = [parts(repeat) for repeat in range(description.repeats)]  # before any trained weights are set
    for values, rows_of_repeat in zip(weights, rows_by_repeat, strict=True):
        if recipe.head_refit:  # else the probe was fitted to the encoder as it was pre-trained
            set_weights(network, values)
        found.append(penalty(*rows_of_repeat))
    return found


def train_final(
    description: Description,
    recipe: Any,
    data: Data,
    chosen: Chosen,
    *,
    seed: int,
    callbacks: Callable[[int], Sequence[keras.callbacks.Callback]] = lambda number: (),
    tell: Teller | None = None,
) -> list[Weights]:
    """Trains networks on all texts, each by a seed of its own; more of them leave the first as it is.

    Args:
        description: Of them; `repeats` says how many.
        recipe: The `finetune` section that the repeats were trained by. Rates fall as they did there, and training
            ends after the chosen epochs.
        data: All of its texts are trained on, with their variants.
        chosen: From `choose`.
        seed: `split.seed`.
        callbacks: Makes the Keras callbacks of each, for example of progress, by its number from 0.
        tell: Is told what each has chosen of its rows, in the place of a repeat.

    Returns:
        The trained weights of each; the same bits for the same arguments.
    """
    part, network = rebuild(description)
    features = frozen_output(part, Ragged.of(data.tokens["token_ids"].tolist()))
    rows = np.arange(len(data.tokens))
    labels, groups = labels_of(data.tokens, data.texts, description.classes), groups_of(data.tokens, data.texts)
    everything = Examples(features, labels, rows, groups)
    trainer = Trainer(network, recipe, description.classes)
    seeds = [derive(seed, "final"), *(derive(seed, "final", number) for number in range(1, description.repeats))]
    return [
        trainer.train(
            everything,
            everything.only(rows[:0]),  # no row validates: no earlier epoch is kept
            seed=own,
            callbacks=[StopAfter(chosen.epochs), *callbacks(number)],
            penalties=None if chosen.penalty is None else [chosen.penalty],
            tell=None if tell is None else functools.partial(tell, number),
        ).weights
        for number, own in enumerate(seeds)
    ]


class StopAfter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Ends training after some epochs, while rates fall as if there were more."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stops at the last one."""
        if epoch + 1 >= self.epochs:
            self.model.stop_training = True
