"""The tables behind the plots that DVC shows; how each is drawn is in .dvc/plots."""

from dataclasses import replace

import numpy as np
import pandas as pd

from gapwise.base.wording import no_markup
from gapwise.statistics.arrays import arrange, classes
from gapwise.statistics.calibration import confidence_bins
from gapwise.statistics.metrics import Floats, Integers, accuracy
from gapwise.statistics.uncertainty import components, score_interval


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Counts which test rows of each class are taken for which, over all repeats.

    Args:
        predictions: `tables.Predictions`.

    Returns:
        `actual`, `predicted`, `share` of the actual class's rows, `rows`; one row per pair of classes, those never
        seen too. In names of classes, `<` is the wide ＜: see `no_markup`.
    """
    test, names = predictions.query("part == 'test'"), classes(predictions)
    pairs = pd.MultiIndex.from_product([names, names], names=["actual", "predicted"])
    rows = test.groupby(["label", "predicted"]).size().reindex(pairs, fill_value=0)
    share = rows / rows.groupby(level="actual").transform("sum").clip(lower=1)
    table = pd.DataFrame({"share": share, "rows": rows}).reset_index()
    return table.assign(actual=table["actual"].map(no_markup), predicted=table["predicted"].map(no_markup))


def reliability(predictions: pd.DataFrame, groups: "pd.Series[str]", confidence: float) -> pd.DataFrame:
    """Compares confidence in test predictions with their accuracy, over all repeats.

    Args:
        predictions: `tables.Predictions`.
        groups: Group of each test text, by `text_id`.
        confidence: Of the intervals, above 0 and below 1.

    Returns:
        `confidence` (mean), `accuracy`, `low`, `high` and `rows` of each of `calibration.confidence_bins`.
    """
    test = arrange(predictions.query("part == 'test'"), list(groups.index))
    sure, right = test.probabilities.max(axis=2), accuracy(test)
    bins = confidence_bins(sure.ravel()).reshape(sure.shape)
    codes = pd.factorize(groups)[0]
    rows = []
    for number in range(bins.max() + 1):
        inside = (bins == number).astype(float)
        total = inside.sum()
        share, low, high = share_of(inside, right, codes, confidence, test.folds)
        rows.append([(inside * sure).sum() / total, share, low, high, int(total)])
    return pd.DataFrame(rows, columns=["confidence", "accuracy", "low", "high", "rows"])


def share_of(
    inside: Floats, right: Floats, codes: Integers, confidence: float, folds: Integers | None = None
) -> tuple[float, float, float]:
    """Gives the share of right rows among some, and its interval, which is that of `uncertainty`.

    It is a ratio of two means over rows, so what a row adds to it is the share itself plus the row's influence on the
    ratio.

    Args:
        inside: 1 for the rows that count in a repeat, else 0, shape (repeats, rows); at least one counts.
        right: 1 for the rows that are right, else 0, of the same shape.
        codes: Number of each row's group from 0, shape (rows,).
        confidence: Of the interval, above 0 and below 1.
        folds: See `uncertainty.components`.

    Returns:
        The share, and the interval's lower and upper end.
    """
    share = float((inside * right).sum() / inside.sum())
    contributions = share + inside * (right - share) / inside.mean()
    uncertainty = components(contributions, codes, "accuracy", folds=folds).uncertainty()
    if share in (0.0, 1.0):  # no row differs, so that the interval depends on the number of groups that count alone
        counted = np.mean([len(np.unique(codes[of_repeat > 0])) for of_repeat in inside])
        uncertainty = replace(uncertainty, freedom=max(float(counted) - 1, 1.0))
    return share, *score_interval(uncertainty, "accuracy", confidence)


def repeats(predictions: pd.DataFrame, baseline_predictions: pd.DataFrame) -> pd.DataFrame:
    """Gives the test accuracy of each model in each repeat.

    Args:
        predictions: `tables.Predictions`.
        baseline_predictions: `tables.BaselinePredictions`.

    Returns:
        `model` (`fine-tuned` or a baseline), `repeat`, `accuracy`.
    """
    everyone = pd.concat([predictions.assign(baseline="fine-tuned"), baseline_predictions])
    return _accuracy(everyone.query("part == 'test'"), ["baseline", "repeat"]).rename(columns={"baseline": "model"})


def gap(predictions: pd.DataFrame) -> pd.DataFrame:
    """Gives train and test accuracy of each repeat.

    Args:
        predictions: `tables.Predictions`.

    Returns:
        `repeat`, `part` (`train` or `test`), `accuracy`.
    """
    return _accuracy(predictions.query("part != 'validation'"), ["repeat", "part"])


def _accuracy(predictions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    correct = (predictions["label"] == predictions["predicted"]).astype(float)
    return correct.groupby([predictions[column] for column in by]).mean().rename("accuracy").reset_index()
