"""What stands behind a comparison, setting by setting: the tables of the plots that its page shows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapwise.comparison import Metric
from gapwise.plots import reliability
from gapwise.scoring import scores


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


def by_repeat(predictions: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Gives train and test score of each repeat.

    Returns:
        `repeat`, `train`, `test`.
    """
    groups = predictions[predictions["part"] != "validation"].groupby(["repeat", "part"])
    rows = [(*key, scores(rows)[metric]) for key, rows in groups]
    table = pd.DataFrame(rows, columns=["repeat", "part", "score"])
    return table.pivot(index="repeat", columns="part", values="score").reset_index()[["repeat", "train", "test"]]


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
    """Scores each class on the test rows.

    Returns:
        `class`, `precision`, `recall` and `f1`, means over repeats, and `rows`, those of the class in the test set.
    """
    from sklearn.metrics import precision_recall_fscore_support

    test = predictions[predictions["part"] == "test"]
    names = sorted(set(test["label"]) | set(test["predicted"]))
    found = [
        precision_recall_fscore_support(
            rows["label"].to_numpy(object), rows["predicted"].to_numpy(object), labels=names, zero_division=0.0
        )
        for _, rows in test.groupby("repeat")
    ]
    precision, recall, f1, _ = np.mean([np.stack(one) for one in found], axis=0)
    return pd.DataFrame(
        {"class": names, "precision": precision, "recall": recall, "f1": f1, "rows": found[0][3].astype(int)}
    )


def calibration(predictions: pd.DataFrame) -> pd.DataFrame:
    """Gives mean confidence and accuracy of bins of test predictions, see `plots.reliability`."""
    return reliability(predictions)
