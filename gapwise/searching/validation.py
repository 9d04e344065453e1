"""Predictions on validation rows as scores, more being better."""

import pandas as pd

from gapwise.searching.race import Scores
from gapwise.statistics.arrays import encode
from gapwise.statistics.metrics import METRICS, Predicted


def scores_of(predictions: pd.DataFrame, metric: str) -> Scores:
    """Gives what each validation row adds to a metric.

    Args:
        predictions: Rows of `tables.Predictions` of the part validation, in any order.
        metric: One of `METRICS`.

    Returns:
        By repeat, in the order of `text_id`; more is better, so that a loss is below 0.
    """
    found = []
    for _, own in predictions.sort_values(["repeat", "text_id"]).groupby("repeat"):
        actual, predicted, probabilities = encode(own)
        rows = Predicted(actual, predicted[None], probabilities[None])
        found.append(METRICS[metric].direction * METRICS[metric].contribution(rows)[0])
    return found
