"""All repeats of one setting: the frozen part once, then one training for each, in one process or in several."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base import unvalidated
from gapwise.base.errors import UserError
from gapwise.base.seeds import derive
from gapwise.base.tables import are_class_sentences, is_validated, parts_of
from gapwise.base.wording import in_words
from gapwise.base.workers import spread
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, tf
from gapwise.network.batches import CLASS_SENTENCE, VARIANT, Examples
from gapwise.network.description import Description, rebuild
from gapwise.training.recipe import FinetuneParams, conflicts, misfits
from gapwise.training.regularizer import Choice
from gapwise.training.trainer import Trained, Trainer

# Multiplications of one process that are worth the seconds it needs to start: half a minute of one processor core.
WORTH_A_PROCESS = 1e12


class CallbackMaker(Protocol):
    """Makes the Keras callbacks of a repeat."""

    def __call__(self, repeat: int, at_once: int) -> Sequence[keras.callbacks.Callback]:
        """Makes those of one repeat, counted from 0, of so many that are trained at once."""


class Teller(Protocol):
    """Is told what a repeat has chosen of its rows, see `Trainer.train`."""

    def __call__(self, repeat: int, choice: Choice) -> None:
        """Takes what one repeat, counted from 0, has chosen."""


class Store(Protocol):
    """Where finished repeats are kept, so that an interrupted run can be resumed."""

    def load(self, repeat: int) -> Trained | None:
        """Gives what an interrupted run made of a repeat; None if it did not finish it."""

    def save(self, repeat: int, trained: Trained) -> None:
        """Keeps what was made of a repeat."""


def describe(
    tokenize: TokenizeParams, recipe: FinetuneParams, development: pd.DataFrame, repeats: pd.DataFrame
) -> Description:
    """Describes the networks that training on a development table gives.

    Args:
        tokenize: The section `tokenize`.
        recipe: The section `finetune`, after `for_rows`.
        development: `tables.Texts`.
        repeats: `tables.Repeats`.

    Raises:
        UserError: If the recipe does not fit the classes of the table, or needs validation rows that there are not.
    """
    classes = sorted(development["label"].unique())
    problems = [f"finetune: {problem}" for problem in conflicts(recipe)]  # of what the number of rows has filled in
    problems += [] if is_validated(repeats) else unvalidated.of_training(recipe)
    _refuse("data", [*(f"finetune.{problem}" for problem in misfits(recipe, classes)), *problems])
    return Description.of(
        tokenize,
        recipe,
        unfrozen_layers=recipe.unfrozen_layers,
        classes=classes,
        repeats=int(repeats["repeat"].max()) + 1,
    )


def train_repeats(
    description: Description,
    recipe: FinetuneParams,
    *,
    development: pd.DataFrame,
    repeats: pd.DataFrame,
    tokens: pd.DataFrame,
    seed: int,
    callbacks: CallbackMaker,
    store: Store,
    workers: int = 1,
    tell: Teller | None = None,
) -> list[Trained]:
    """Trains one network per repeat, but for the repeats that are finished.

    Args:
        description: From `describe`.
        recipe: The same as there.
        development: `tables.Texts`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of the development texts and their variants.
        seed: `split.seed`.
        callbacks: Makes the callbacks of each repeat.
        store: Is asked for each repeat first, and given each repeat that was trained.
        workers: Processes to train in at most; the result does not depend on it. With more than one, `callbacks`,
            `store` and `tell` must be such that they can be pickled. A GPU is used by one process alone.
        tell: Is told what each repeat has chosen of its rows, before it is trained.

    Returns:
        What each repeat gave, from repeat 0.

    Raises:
        UserError: If the recipe does not fit the encoder.
    """
    results = {repeat: found for repeat in range(description.repeats) if (found := store.load(repeat)) is not None}
    missing = [repeat for repeat in range(description.repeats) if repeat not in results]
    if results:
        taken = in_words([repeat + 1 for repeat in results], "repeat")
        print(f"{taken} of {description.repeats}: taken over from a run that was interrupted", flush=True)
    if not missing:
        return [results[repeat] for repeat in range(description.repeats)]

    cut, network = rebuild(description)
    _refuse("encoder", [f"finetune: {problem}" for problem in conflicts(recipe, cut.trained_layers)])
    rows = [rows_of(tokens, parts_of(repeats, repeat)) for repeat in range(description.repeats)]
    processes = min(
        workers, len(missing), _worthwhile(network, _tokens_trained(tokens, rows, missing) * recipe.last_epoch)
    )
    # The texts are the same whatever the number of repeats, and the variants are not: so that repeats which are added
    # later start from the same bits, variants are computed one by one.
    features = frozen_output(
        cut,
        Ragged.of(tokens["token_ids"].tolist()),
        needed=tokens["source_id"].isin(repeats["text_id"]).to_numpy(),
        alone=(tokens["text_id"] != tokens["source_id"]).to_numpy(),
        shared=processes > 1,
    )
    task = _Task(
        description=description,
        recipe=recipe,
        features=features,
        labels=labels_of(tokens, development, description.classes),
        groups=groups_of(tokens, development),
        rows=rows,
        seed=seed,
        callbacks=functools.partial(callbacks, at_once=processes),
        store=store,
        tell=tell,
    )
    if processes > 1:
        trained = spread(task.in_this_process, missing, processes)
    else:
        trained = list(map(functools.partial(task.train, Trainer(network, recipe, description.classes)), missing))
    results |= dict(zip(missing, trained, strict=True))
    return [results[repeat] for repeat in range(description.repeats)]


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
class _Task:
    """What all repeats share, in whatever process they are trained."""

    description: Description
    recipe: FinetuneParams
    features: Ragged
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    rows: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
    seed: int
    callbacks: Callable[[int], Sequence[keras.callbacks.Callback]]
    store: Store
    tell: Teller | None

    def in_this_process(self) -> Callable[[int], Trained]:
        """Builds a network in this process, and gives the function that trains a repeat with it."""
        _, network = rebuild(self.description)
        return functools.partial(self.train, Trainer(network, self.recipe, self.description.classes))

    def train(self, trainer: Trainer, repeat: int) -> Trained:
        """Trains one repeat, the same alone as in a row, and keeps it."""
        train, validation = (Examples(self.features, self.labels, rows, self.groups) for rows in self.rows[repeat])
        seed = derive(self.seed, repeat, "finetune")
        tell = None if self.tell is None else functools.partial(self.tell, repeat)
        trained = trainer.train(train, validation, seed=seed, callbacks=self.callbacks(repeat), tell=tell)
        self.store.save(repeat, trained)
        return trained


def _refuse(what: str, problems: Sequence[str]) -> None:
    if problems:
        raise UserError(f"params.yaml does not fit the {what}, nothing was trained:", problems)


def labels_of(tokens: pd.DataFrame, texts: pd.DataFrame, classes: Sequence[str]) -> NDArray[np.int64]:
    """Gives the class number of each text and variant.

    Args:
        tokens: `tables.Tokens`.
        texts: `tables.Texts` of their sources.
        classes: Names, in the order of the numbers.
    """
    of_source = texts.set_index("text_id")["label"].reindex(tokens["source_id"])
    codes: NDArray[np.int64] = pd.Categorical(of_source, categories=pd.Index(classes)).codes.astype(np.int64)
    return codes


def groups_of(tokens: pd.DataFrame, texts: pd.DataFrame) -> NDArray[np.int64]:
    """Gives `Examples.groups`; the arguments are those of `labels_of`."""
    of_source = texts.set_index("text_id")["group"].reindex(tokens["source_id"])
    is_text = (tokens["text_id"] == tokens["source_id"]).to_numpy()
    others = np.where(are_class_sentences(tokens["text_id"]), CLASS_SENTENCE, VARIANT)
    return np.where(is_text, pd.factorize(of_source)[0], others).astype(np.int64)


def _tokens_trained(
    tokens: pd.DataFrame, rows: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], repeats: Sequence[int]
) -> int:
    return sum(int(tokens["token_ids"].iloc[rows[repeat][0]].map(len).sum()) for repeat in repeats)


def _worthwhile(network: Any, tokens: int) -> int:
    """Gives the number of processes that the training of so many tokens is worth: at least 1, and 1 with a GPU."""
    if tf.config.list_logical_devices("GPU"):
        return 1
    weights = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables if variable.shape.rank > 1)
    return max(1, int(3 * weights * tokens / WORTH_A_PROCESS))
