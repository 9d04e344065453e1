"""What stands behind a comparison, setting by setting: the tables of the plots that its page shows."""

from dataclasses import dataclass

import pandas as pd

from gapwise.scoring.summary import scores
from gapwise.statistics.arrays import whole_repeats


@dataclass(frozen=True)
class Evidence:
    """One setting's run.

    Attributes:
        name: Of the setting, as in the comparison.
        predictions: `tables.Predictions`.
        epochs: Losses by epoch, see `curves.by_epoch`; None where they were not recorded.
    """

    name: str
    predictions: pd.DataFrame
    epochs: pd.DataFrame | None


def by_repeat(predictions: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Gives train and test score of each repeat.

    Returns:
        `repeat`, `train`, `test`.
    """
    columns = {
        part: {repeat: scores(rows)[metric] for repeat, rows in predictions.query("part == @part").groupby("repeat")}
        for part in ("train", "test")
    }
    return pd.DataFrame(columns).rename_axis("repeat").reset_index()


def bands(epochs: pd.DataFrame) -> pd.DataFrame:
    """Gives the losses of all repeats by epoch.

    Args:
        epochs: See `curves.by_epoch`.

    Returns:
        `epoch`, `part`, `mean`, `low` and `high` (the extremes), `repeats` (how many were still trained).
    """
    found = epochs.groupby(["epoch", "part"])["log_loss"].agg(["mean", "min", "max", "size"]).reset_index()
    return found.rename(columns={"min": "low", "max": "high", "size": "repeats"})


def by_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """Scores each class on the test rows; by counting, as scikit-learn would take seconds to import.

    Returns:
        `class`, `precision`, `recall` and `f1`, means over repeats and 0 where a class is never predicted, and
        `rows`, those of the class in the test set.
    """
    test = whole_repeats(predictions[predictions["part"] == "test"])
    names = sorted(set(test["label"]) | set(test["predicted"]))
    cells = pd.MultiIndex.from_product([sorted(test["repeat"].unique()), names], names=["repeat", "class"])

    def count(rows: pd.DataFrame, column: str) -> "pd.Series[int]":
        counts: pd.Series[int] = rows.value_counts(["repeat", column]).rename_axis(["repeat", "class"])
        return counts.reindex(cells, fill_value=0)

    right = count(test[test["label"] == test["predicted"]], "label")
    actual, predicted = count(test, "label"), count(test, "predicted")
    scores = {"precision": right / predicted, "recall": right / actual, "f1": 2 * right / (actual + predicted)}
    table = pd.DataFrame(scores).fillna(0.0).groupby("class").mean().reset_index()
    return table.assign(rows=actual.groupby("class").first().to_numpy())
