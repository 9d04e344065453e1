"""Predictions of every repeat's network on its train and validation texts and on the sealed test."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.predictions import tabulate
from gapwise.base.tables import parts_with_test
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.presets import fingerprint, is_hidden
from gapwise.encoding.ragged import Ragged
from gapwise.network.classifier import Weights, predict, set_weights
from gapwise.network.description import Description, rebuild


def require_preset(description: Description) -> None:
    """Checks that the preset's files are those that the networks were trained on.

    Raises:
        UserError: If they are others.
    """
    recorded = {name: sha256 for name, sha256 in description.preset_sha256.items() if not is_hidden(name)}
    if fingerprint(description.preset) != recorded:
        raise UserError(
            f"The files of {description.preset} have changed since models/ was trained on them. "
            "Bring them back, or run `dvc repro -f` to train again."
        )


def predict_repeats(
    description: Description,
    weights: Iterable[Weights],
    *,
    development: pd.DataFrame,
    test: pd.DataFrame,
    repeats: pd.DataFrame,
    tokens: pd.DataFrame,
) -> pd.DataFrame:
    """Predicts with every repeat's network.

    Args:
        description: Of the networks.
        weights: Of each repeat, from repeat 0.
        development: `tables.Texts`.
        test: `tables.Texts`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of at least these texts.

    Returns:
        The `tables.Predictions` table. A development text that a repeat does not use has no row in that repeat.

    Raises:
        UserError: If the preset's files are not those that the networks were trained on.
    """
    require_preset(description)
    used = development[development["text_id"].isin(repeats["text_id"])]
    texts = pd.concat([used, test], ignore_index=True).drop_duplicates("text_id", ignore_index=True)
    cut, network = rebuild(description)
    ids = tokens.drop_duplicates("text_id").set_index("text_id")["token_ids"].reindex(texts["text_id"])
    features = frozen_output(cut, Ragged.of(ids.tolist()))
    tables = []
    for repeat, values in enumerate(weights):
        set_weights(network, values)
        parts = parts_with_test(repeats, repeat, test)
        rows = np.flatnonzero(texts["text_id"].isin(parts.index))
        table = tabulate(texts.iloc[rows], description.classes, predict(network, features, rows))
        tables.append(table.assign(repeat=repeat, part=parts.reindex(table["text_id"]).to_numpy()))
    return pd.concat(tables, ignore_index=True)
