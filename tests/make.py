"""The table that most tests start from: predictions of one repeat and part, from probabilities."""

import numpy as np
import pandas as pd

from gapwise.base.predictions import tabulate


def predictions(repeat, part, labels, probabilities, *, classes=("no", "yes"), ids=None):
    """Rows of `tables.Predictions`.

    `probabilities` has shape (rows, classes), or for two classes (rows,), of the second one. Without `ids`, texts are
    named after their part and place, as `test-0`.
    """
    probabilities = np.asarray(probabilities, float)
    if probabilities.ndim == 1:
        probabilities = np.stack([1 - probabilities, probabilities], axis=1)
    ids = [f"{part}-{row}" for row in range(len(probabilities))] if ids is None else ids
    texts = pd.DataFrame({"text_id": ids, "label": labels})
    return tabulate(texts, classes, probabilities).assign(repeat=repeat, part=part)
