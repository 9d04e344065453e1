"""Temperature scaling: probabilities that are as sure as the validation rows say they should be.

Guo et al. 2017 (On Calibration of Modern Neural Networks) divide all logits by one number, which changes how sure a
classifier is and never what it predicts.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from gapwise.base import unvalidated
from gapwise.base.errors import UserError
from gapwise.base.tables import is_validated
from gapwise.scoring.params import EvaluateParams
from gapwise.scoring.summary import DIGITS, scores
from gapwise.statistics.arrays import classes

# Where few validation rows are all right, or all wrong, the best temperature would be 0 or infinite.
COLDEST, HOTTEST = 0.1, 10.0
SCALED = ["log_loss", "calibration_error"]  # what a temperature changes


def require_validation(params: EvaluateParams, repeats: pd.DataFrame) -> None:
    """Refuses temperature scaling where no repeat has validation rows.

    Args:
        params: Section `evaluate`.
        repeats: `tables.Repeats`.

    Raises:
        UserError: If it is asked for.
    """
    problems = [] if is_validated(repeats) else unvalidated.of_scores(params)
    if problems:
        raise UserError("params.yaml does not fit the data, nothing was scored:", problems)


def fit(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Finds the temperature with the lowest log loss.

    Args:
        probabilities: Of n texts, shape (n, classes).
        labels: Class numbers, shape (n,).

    Returns:
        Between `COLDEST` and `HOTTEST`: above 1 for a classifier that is too sure of itself, below 1 for one that is
        not sure enough.
    """
    logits = _logits(probabilities)

    def loss(log_temperature: float) -> float:
        log_shares = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-log_shares[np.arange(len(labels)), labels].mean())

    best = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(best.x))


def scale(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Gives the probabilities that logits divided by a temperature have; shape (..., classes), as given."""
    scaled: NDArray[np.float64] = softmax(_logits(probabilities) / temperature, axis=-1)
    return scaled


def with_scaled(summary: Mapping[str, Any], predictions: pd.DataFrame) -> dict[str, Any]:
    """Puts scores of scaled probabilities beside the raw ones.

    Args:
        summary: From `scoring.summary`.
        predictions: `tables.Predictions` that it was made of. Each repeat has its own temperature, fitted to its
            validation rows.

    Returns:
        The summary, with `log_loss_scaled` and `calibration_error_scaled` in `test`, and `temperature`: its mean over
        repeats, and the lowest and highest.
    """
    names = classes(predictions)
    columns = [f"p_{name}" for name in names]
    temperatures, scored = [], []
    for _, rows in predictions.groupby("repeat"):
        validation, test = (rows[rows["part"] == part] for part in ("validation", "test"))
        labels = pd.Categorical(validation["label"], categories=names).codes.astype(np.int64)
        temperatures.append(fit(validation[columns].to_numpy(float), labels))
        scaled = pd.DataFrame(scale(test[columns].to_numpy(float), temperatures[-1]), test.index, columns)
        scored.append(test.assign(**scaled))
    means = scores(pd.concat(scored))
    return {
        **summary,
        "test": {**summary["test"], **{f"{name}_scaled": round(float(means[name]), DIGITS) for name in SCALED}},
        "temperature": {
            "mean": round(float(np.mean(temperatures)), DIGITS),
            "lowest": round(min(temperatures), DIGITS),
            "highest": round(max(temperatures), DIGITS),
        },
    }


def _logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gives logits that have these probabilities, up to a constant that a softmax does not see."""
    logits: NDArray[np.float64] = np.log(probabilities.clip(np.finfo(np.float64).tiny))
    return logits
