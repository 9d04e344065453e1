"""Probabilities as a table of predictions, the same for networks and baselines."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def tabulate(texts: pd.DataFrame, classes: Sequence[str], probabilities: NDArray[np.float64]) -> pd.DataFrame:
    """Turns one model's probabilities into rows of `tables.Predictions`, but for `repeat` and `part`.

    Args:
        texts: n rows with `text_id` and `label`.
        classes: In the order of the probabilities.
        probabilities: Shape (n, classes).
    """
    predicted = np.array(classes, dtype=object)[probabilities.argmax(axis=1)]
    columns = pd.DataFrame(probabilities, columns=[f"p_{name}" for name in classes])
    return columns.assign(
        text_id=texts["text_id"].to_numpy(), label=texts["label"].to_numpy(), predicted=pd.array(predicted, dtype="str")
    )
