"""Tables of predictions as arrays, in the order of repeats and rows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gapwise.statistics.metrics import Floats, Integers, Predicted


def classes(predictions: pd.DataFrame) -> list[str]:
    """Names the classes of a predictions table, sorted: its columns `p_<class>`."""
    return sorted(column.removeprefix("p_") for column in predictions.columns if column.startswith("p_"))


def arrange(predictions: pd.DataFrame, text_ids: Sequence[str]) -> Predicted:
    """Puts a table of predictions in the order of repeats and rows.

    Args:
        predictions: Rows of `tables.Predictions`, each repeat with each of the texts.
        text_ids: The texts, in the wanted order.
    """
    place = pd.Series(np.arange(len(text_ids)), index=pd.Index(text_ids))
    order = np.lexsort((place.loc[predictions["text_id"]].to_numpy(), predictions["repeat"].to_numpy()))
    shape = (predictions["repeat"].nunique(), len(text_ids))
    actual, predicted, probabilities = encode(predictions)
    return Predicted(
        actual[order].reshape(shape)[0], predicted[order].reshape(shape), probabilities[order].reshape(*shape, -1)
    )


def encode(predictions: pd.DataFrame) -> tuple[Integers, Integers, Floats]:
    """Gives the true and the predicted class numbers and the probabilities of a table, in its own order."""
    names = classes(predictions)
    actual, predicted = (
        pd.Categorical(predictions[column], categories=names).codes.astype(np.int64)
        for column in ("label", "predicted")
    )
    return actual, predicted, predictions[[f"p_{name}" for name in names]].to_numpy(float)
