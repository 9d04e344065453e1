"""What is left of the texts, and how much of it is right, where labels below a threshold are not claimed."""

from collections.abc import Sequence

import pandas as pd

from gapwise.scoring.plots import share_of
from gapwise.scoring.summary import mean_of_repeats
from gapwise.scoring.temperature import with_scaled
from gapwise.statistics.arrays import arrange, classes
from gapwise.statistics.metrics import accuracy

# A label of k classes has at least a probability of 1 / k, so lower thresholds answer everything.
THRESHOLDS = [*(number / 20 for number in range(1, 20)), 0.99]
MEAN, ONE = "mean of repeats", "one network"


def thresholds(
    predictions: pd.DataFrame,
    groups: "pd.Series[str]",
    confidence: float,
    temperature: float = 1.0,
    predictors: Sequence[str] = (MEAN, ONE),
) -> pd.DataFrame:
    """Weighs, on the test rows, how many are answered against how many of the answers are right.

    Args:
        predictions: `tables.Predictions`.
        groups: Group of each test text, by `text_id`.
        confidence: Of the intervals, above 0 and below 1.
        temperature: That the logits of one network are divided by, see `scoring.temperature`.
        predictors: Of the two, those that are wanted.

    Returns:
        `predictor`: the mean of all repeats, which `gapwise predict` uses, or one network, the mean over repeats.
        `threshold`; `answered`, the share of rows whose label has at least this probability; `accuracy`, the share of
        these that are right, with `low` and `high`. No row where nothing is answered.
    """
    columns, codes = [f"p_{name}" for name in classes(predictions)], pd.factorize(groups)[0]
    test = predictions.query("part == 'test'")
    table = []
    for name in predictors:
        given = mean_of_repeats(test) if name == MEAN else with_scaled(test, temperature)
        predicted = arrange(given, list(groups.index))
        sure, right = predicted.probabilities.max(axis=2), accuracy(predicted)
        for threshold in [0.0, *(one for one in THRESHOLDS if one > 1 / len(columns))]:
            answered = (sure >= threshold).astype(float)
            if answered.any():
                share, low, high = share_of(answered, right, codes, confidence, predicted.folds)
                table.append([name, threshold, answered.mean(), share, low, high])
    return pd.DataFrame(table, columns=["predictor", "threshold", "answered", "accuracy", "low", "high"])
