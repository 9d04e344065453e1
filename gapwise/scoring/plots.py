"""The tables behind the plots that DVC shows; how each is drawn is in .dvc/plots."""

import pandas as pd

from gapwise.statistics.arrays import arrange, classes
from gapwise.statistics.calibration import confidence_bins
from gapwise.statistics.metrics import accuracy
from gapwise.statistics.uncertainty import components, score_interval


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Counts which test rows of each class are taken for which, over all repeats.

    Args:
        predictions: `tables.Predictions`.

    Returns:
        `actual`, `predicted`, `share` of the actual class's rows, `rows`; one row per pair of classes, those never
        seen too. In names of classes, `<` is the wide ＜: see `_no_markup`.
    """
    test, names = predictions.query("part == 'test'"), classes(predictions)
    pairs = pd.MultiIndex.from_product([names, names], names=["actual", "predicted"])
    rows = test.groupby(["label", "predicted"]).size().reindex(pairs, fill_value=0)
    share = rows / rows.groupby(level="actual").transform("sum").clip(lower=1)
    table = pd.DataFrame({"share": share, "rows": rows}).reset_index()
    return table.assign(actual=table["actual"].map(_no_markup), predicted=table["predicted"].map(_no_markup))


def reliability(predictions: pd.DataFrame, groups: "pd.Series[str]", confidence: float) -> pd.DataFrame:
    """Compares confidence in test predictions with their accuracy, over all repeats.

    Args:
        predictions: `tables.Predictions`.
        groups: Group of each test text, by `text_id`.
        confidence: Of the intervals, above 0 and below 1.

    Returns:
        `confidence` (mean), `accuracy`, `low`, `high` and `rows` of each of `calibration.confidence_bins`. The interval
        is that of `uncertainty`. The accuracy of a bin is a ratio of two means over rows, so what a row adds to it is
        the accuracy itself plus the row's influence on the ratio.
    """
    test = arrange(predictions.query("part == 'test'"), list(groups.index))
    sure, right = test.probabilities.max(axis=2), accuracy(test)
    bins = confidence_bins(sure.ravel()).reshape(sure.shape)
    codes = pd.factorize(groups)[0]
    rows = []
    for number in range(bins.max() + 1):
        inside = (bins == number).astype(float)
        total = inside.sum()
        share = (inside * right).sum() / total
        contributions = share + inside * (right - share) / inside.mean()
        uncertainty = components(contributions, codes, "accuracy").uncertainty()
        low, high = score_interval(uncertainty, "accuracy", confidence)
        rows.append([(inside * sure).sum() / total, share, low, high, int(total)])
    return pd.DataFrame(rows, columns=["confidence", "accuracy", "low", "high", "rows"])


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


def _no_markup(name: str) -> str:
    # DVC writes plot data into the script of an HTML page as it is: a class named "</script><script>..." would run.
    # What cannot close the script stays text, and a wide sign reads the same.
    return name.replace("<", "\uff1c")


def _accuracy(predictions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    correct = (predictions["label"] == predictions["predicted"]).astype(float)
    return correct.groupby([predictions[column] for column in by]).mean().rename("accuracy").reset_index()
