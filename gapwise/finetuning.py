"""All repeats of one setting: the frozen part once, then one training after the other."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from gapwise.batches import Examples
from gapwise.class_weights import check
from gapwise.encoder import load_encoder
from gapwise.freezing import Cut, cut, frozen_output
from gapwise.network import build
from gapwise.presets import TokenizeParams, fingerprint
from gapwise.ragged import Ragged
from gapwise.recipe import FinetuneParams
from gapwise.runtime import keras
from gapwise.seeds import derive
from gapwise.training import Trained, Trainer
from gapwise.unfreezing import depth
from gapwise.wording import in_words

Watch = Callable[[int], Sequence[keras.callbacks.Callback]]


class Finished(Protocol):
    """Where finished repeats are kept, so that a run that was interrupted can be gone on with."""

    def take(self, repeat: int) -> Trained | None:
        """Gives what an interrupted run made of a repeat; None if it did not finish it."""

    def keep(self, repeat: int, trained: Trained) -> None:
        """Keeps what was made of a repeat."""


class Model(BaseModel):
    """models/model.json: all that is needed to rebuild the networks, beside their weights.

    Attributes:
        version: Of this layout.
        tokenize: The preset and length that the token ids come from.
        preset_sha256: Of the preset's files by name; empty where the preset is a handle.
        finetune: The recipe.
        classes: Their names, in the order of the logits.
        repeats: How many networks there are; the trained weights of each are in `repeat-<number>.safetensors`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    tokenize: TokenizeParams
    preset_sha256: dict[str, str]
    finetune: FinetuneParams
    classes: list[str]
    repeats: int


def parts_of(repeats: pd.DataFrame, repeat: int) -> "pd.Series[str]":
    """Gives the part of each text that one repeat uses, by `text_id`."""
    return repeats[repeats["repeat"] == repeat].set_index("text_id")["part"]


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


def assemble(model: Model) -> tuple[Cut, keras.Model]:
    """Loads the encoder, cuts it and builds the network, which then has pre-trained weights and a random head.

    Raises:
        UserError: If the recipe does not fit the encoder.
    """
    params = model.finetune
    own = {} if params.encoder_dropout is None else {"dropout": params.encoder_dropout}
    encoder = load_encoder(model.tokenize.preset, model.tokenize.max_length, **own)
    part = cut(encoder, depth(params, len(encoder.transformer_layers)), params.pooling)
    return part, build(part, len(model.classes), params)


def train_repeats(
    model: Model,
    *,
    development: pd.DataFrame,
    repeats: pd.DataFrame,
    tokens: pd.DataFrame,
    seed: int,
    watch: Watch,
    finished: Finished,
) -> list[Trained]:
    """Trains one network per repeat, but for the repeats that are finished.

    Args:
        model: From `describe`.
        development: `tables.Texts`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of the development texts and their variants.
        seed: `split.seed`.
        watch: Gives the callbacks that watch a repeat.
        finished: Is asked for each repeat first, and given each repeat that was trained.

    Returns:
        What each repeat gave, from repeat 0.
    """
    results = {repeat: found for repeat in range(model.repeats) if (found := finished.take(repeat)) is not None}
    missing = [repeat for repeat in range(model.repeats) if repeat not in results]
    if results:
        taken = in_words([repeat + 1 for repeat in results], "repeat")
        print(f"{taken} of {model.repeats}: taken over from a run that was interrupted", flush=True)
    if missing:
        train = _training(model, development=development, repeats=repeats, tokens=tokens, seed=seed)
    for repeat in missing:
        results[repeat] = train(repeat, watch(repeat))
        finished.keep(repeat, results[repeat])
    return [results[repeat] for repeat in range(model.repeats)]


def _training(
    model: Model, *, development: pd.DataFrame, repeats: pd.DataFrame, tokens: pd.DataFrame, seed: int
) -> Callable[[int, Sequence[keras.callbacks.Callback]], Trained]:
    """Does once what all repeats share, and gives the function that trains one of them, the same alone as in a row."""
    part, network = assemble(model)
    tokens = tokens[tokens["source_id"].isin(repeats["text_id"])]  # of the others nothing would be used
    features = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
    of_source = development.set_index("text_id")["label"].reindex(tokens["source_id"])
    labels = pd.Categorical(of_source, categories=model.classes).codes.astype(np.int64)
    trainer = Trainer(network, model.finetune, model.classes)

    def train(repeat: int, callbacks: Sequence[keras.callbacks.Callback]) -> Trained:
        rows, validation = rows_of(tokens, parts_of(repeats, repeat))
        return trainer.train(
            Examples(features, labels, rows),
            Examples(features, labels, validation),
            seed=derive(seed, repeat, "finetune"),
            callbacks=callbacks,
        )

    return train


def rows_of(tokens: pd.DataFrame, parts: "pd.Series[str]") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Chooses what one repeat trains and validates on.

    Args:
        tokens: `tables.Tokens` of texts and variants.
        parts: From `parts_of`.

    Returns:
        Row numbers of `tokens`: train has its texts and the variants of these texts, validation has its texts alone.
    """
    part = parts.reindex(tokens["source_id"]).to_numpy()
    is_text = (tokens["text_id"] == tokens["source_id"]).to_numpy()
    return np.flatnonzero(part == "train"), np.flatnonzero((part == "validation") & is_text)
