"""All repeats of one setting: the frozen part once, then one training after the other."""

from collections.abc import Callable, Sequence
from typing import Literal

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

Watch = Callable[[int], Sequence[keras.callbacks.Callback]]


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
    model: Model, *, development: pd.DataFrame, repeats: pd.DataFrame, tokens: pd.DataFrame, seed: int, watch: Watch
) -> list[Trained]:
    """Trains one network per repeat.

    Args:
        model: From `describe`.
        development: `tables.Texts`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of the development texts and their variants.
        seed: `split.seed`.
        watch: Gives the callbacks that watch a repeat.

    Returns:
        What each repeat gave, from repeat 0.
    """
    part, network = assemble(model)
    tokens = tokens[tokens["source_id"].isin(repeats["text_id"])]  # of the others nothing would be used
    features = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
    of_source = development.set_index("text_id")["label"].reindex(tokens["source_id"])
    labels = pd.Categorical(of_source, categories=model.classes).codes.astype(np.int64)
    trainer = Trainer(network, model.finetune, model.classes)
    results = []
    for repeat in range(model.repeats):
        train, validation = rows_of(tokens, parts_of(repeats, repeat))
        trained = trainer.train(
            Examples(features, labels, train),
            Examples(features, labels, validation),
            seed=derive(seed, repeat, "finetune"),
            callbacks=watch(repeat),
        )
        results.append(trained)
    return results


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
