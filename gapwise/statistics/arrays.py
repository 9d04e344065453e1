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

    In a rotation, where each text is predicted in some of the repeats, the first of each text make the first line.

    Args:
        predictions: Rows of `tables.Predictions`, with each of the texts in as many repeats.
        text_ids: The texts, in the wanted order.
    """
    place = pd.Series(np.arange(len(text_ids)), index=pd.Index(text_ids))
    row, repeat = place.loc[predictions["text_id"]].to_numpy(), predictions["repeat"].to_numpy()
    by_row = np.lexsort((repeat, row)).reshape(len(text_ids), -1)
    order = by_row.T.ravel()
    shape = by_row.T.shape
    actual, predicted, probabilities = encode(predictions)
    return Predicted(
        actual[order].reshape(shape)[0],
        predicted[order].reshape(shape),
        probabilities[order].reshape(*shape, -1),
        np.unique(repeat[by_row[:, 0]], return_inverse=True)[1],
    )


def whole_repeats(predictions: pd.DataFrame) -> pd.DataFrame:
    """Numbers repeats so that each has all texts: in a rotation the first of each text become repeat 0, and so on.

    Args:
        predictions: Rows of `tables.Predictions`, with each of the texts in as many repeats.
    """
    number = predictions.groupby("text_id")["repeat"].rank(method="first").astype("int64") - 1
    return predictions.assign(repeat=number)


def encode(predictions: pd.DataFrame) -> tuple[Integers, Integers, Floats]:
    """Gives the true and the predicted class numbers and the probabilities of a table, in its own order."""
    names = classes(predictions)
    actual, predicted = (
        pd.Categorical(predictions[column], categories=names).codes.astype(np.int64)
        for column in ("label", "predicted")
    )
    return actual, predicted, predictions[[f"p_{name}" for name in names]].to_numpy(float)
