"""All repeats of one setting: the frozen part once, then one training for each, in one process or in several."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.seeds import derive
from gapwise.base.tables import parts_of
from gapwise.base.wording import in_words
from gapwise.base.workers import spread
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import fingerprint
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, tf
from gapwise.network.batches import Examples
from gapwise.network.description import Model, assemble
from gapwise.network.recipe import FinetuneParams
from gapwise.training.regularizers.class_weights import check
from gapwise.training.trainer import Trained, Trainer

# Multiplications of one process that are worth the seconds it needs to start: half a minute of one processor core.
WORTH_A_PROCESS = 1e12

Watch = Callable[[int, int], Sequence[keras.callbacks.Callback]]


class Finished(Protocol):
    """Where finished repeats are kept, so that a run that was interrupted can be gone on with."""

    def take(self, repeat: int) -> Trained | None:
        """Gives what an interrupted run made of a repeat; None if it did not finish it."""

    def keep(self, repeat: int, trained: Trained) -> None:
        """Keeps what was made of a repeat."""


def describe(
    tokenize: TokenizeParams, finetune: FinetuneParams, development: pd.DataFrame, repeats: pd.DataFrame
) -> Model:
    """Describes the networks that training on a development table gives.

    Raises:
        UserError: If the recipe gives weights to other classes than the table has.
    """
    classes = sorted(development["label"].unique())
    check(finetune, classes)
    return Model(
        tokenize=tokenize,
        preset_sha256=fingerprint(tokenize.preset),
        finetune=finetune,
        classes=classes,
        repeats=int(repeats["repeat"].max()) + 1,
    )


def train_repeats(
    model: Model,
    *,
    development: pd.DataFrame,
    repeats: pd.DataFrame,
    tokens: pd.DataFrame,
    seed: int,
    watch: Watch,
    finished: Finished,
    workers: int = 1,
) -> list[Trained]:
    """Trains one network per repeat, but for the repeats that are finished.

    Args:
        model: From `describe`.
        development: `tables.Texts`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of the development texts and their variants.
        seed: `split.seed`.
        watch: Gives the callbacks that watch a repeat, one of so many that are trained at once.
        finished: Is asked for each repeat first, and given each repeat that was trained.
        workers: Processes to train in at most; the result does not depend on it. With more than one, `watch` and
            `finished` must be such that they can be pickled. A GPU is used by one process alone.

    Returns:
        What each repeat gave, from repeat 0.
    """
    results = {repeat: found for repeat in range(model.repeats) if (found := finished.take(repeat)) is not None}
    missing = [repeat for repeat in range(model.repeats) if repeat not in results]
    if results:
        taken = in_words([repeat + 1 for repeat in results], "repeat")
        print(f"{taken} of {model.repeats}: taken over from a run that was interrupted", flush=True)
    if missing:
        part, network = assemble(model)
        tokens = tokens[tokens["source_id"].isin(repeats["text_id"])]  # of the others nothing would be used
        chosen = [rows_of(tokens, parts_of(repeats, repeat)) for repeat in range(model.repeats)]
        trained_tokens = sum(int(tokens["token_ids"].iloc[chosen[repeat][0]].map(len).sum()) for repeat in missing)
        processes = min(workers, len(missing), _worth(network, trained_tokens * model.finetune.epochs))
        of_source = development.set_index("text_id")["label"].reindex(tokens["source_id"])
        task = _Repeats(
            model=model,
            features=frozen_output(part, Ragged.of(tokens["token_ids"].tolist()), shared=processes > 1),
            labels=pd.Categorical(of_source, categories=model.classes).codes.astype(np.int64),
            rows=chosen,
            seed=seed,
            watch=functools.partial(_watch, watch, processes),
            finished=finished,
        )
        trained = (
            spread(task.trainer, missing, processes)
            if processes > 1
            else map(functools.partial(task.train, Trainer(network, model.finetune, model.classes)), missing)
        )
        results |= dict(zip(missing, trained, strict=True))
    return [results[repeat] for repeat in range(model.repeats)]


def rows_of(tokens: pd.DataFrame, parts: "pd.Series[str]") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Chooses what one repeat trains and validates on.

    Args:
        tokens: `tables.Tokens` of texts and variants.
        parts: From `tables.parts_of`.

    Returns:
        Row numbers of `tokens`: train has its texts and the variants of these texts, validation has its texts alone.
    """
    part = parts.reindex(tokens["source_id"]).to_numpy()
    is_text = (tokens["text_id"] == tokens["source_id"]).to_numpy()
    return np.flatnonzero(part == "train"), np.flatnonzero((part == "validation") & is_text)


@dataclass(frozen=True)
class _Repeats:
    """What all repeats share, in whatever process they are trained."""

    model: Model
    features: Ragged
    labels: NDArray[np.int64]
    rows: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
    seed: int
    watch: Callable[[int], Sequence[keras.callbacks.Callback]]
    finished: Finished

    def trainer(self) -> Callable[[int], Trained]:
        """Makes a network in this process, and gives the function that trains a repeat with it."""
        _, network = assemble(self.model)
        return functools.partial(self.train, Trainer(network, self.model.finetune, self.model.classes))

    def train(self, trainer: Trainer, repeat: int) -> Trained:
        """Trains one repeat, the same alone as in a row, and keeps it."""
        train, validation = (Examples(self.features, self.labels, rows) for rows in self.rows[repeat])
        seed = derive(self.seed, repeat, "finetune")
        trained = trainer.train(train, validation, seed=seed, callbacks=self.watch(repeat))
        self.finished.keep(repeat, trained)
        return trained


def _watch(watch: Watch, at_once: int, repeat: int) -> Sequence[keras.callbacks.Callback]:
    return watch(repeat, at_once)


def _worth(network: Any, tokens: int) -> int:
    """Gives the number of processes that the training of so many tokens is worth: at least 1, and 1 with a GPU."""
    if tf.config.list_logical_devices("GPU"):
        return 1
    weights = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables if variable.shape.rank > 1)
    return max(1, int(3 * weights * tokens / WORTH_A_PROCESS))
