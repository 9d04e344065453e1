"""Temperature scaling: probabilities that are as sure as the validation rows say they should be.

Guo et al. 2017 (On Calibration of Modern Neural Networks) divide all logits by one number, which changes how sure a
classifier is and never what it predicts. All repeats have the same number here, fitted to the validation rows of all:
it is for another network of the same setting, which `gapwise final` trains. The mean of the repeats is less sure than
each of them by itself, and stays as it is.
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

# Of the normal prior of the temperature's logarithm, around 0: 95 % of it lie between 0.38 and 2.7. Fitted to a handful
# of rows that are all right, or all wrong, the temperature would be 0 or infinite without one.
SPREAD = 0.5
LOWEST, HIGHEST = 1e-3, 1e3  # where it is looked for
SCALED = ["log_loss", "calibration_error"]  # what a temperature changes


def is_scaled(params: EvaluateParams, repeats: pd.DataFrame) -> bool:
    """Tells whether probabilities are scaled: if it is asked for, or left open and there are validation rows.

    Args:
        params: Section `evaluate`.
        repeats: `tables.Repeats`.

    Raises:
        UserError: If it is asked for and no repeat has validation rows.
    """
    is_possible = is_validated(repeats)
    problems = [] if is_possible else unvalidated.of_scores(params)
    if problems:
        raise UserError("params.yaml does not fit the data, nothing was scored:", problems)
    return is_possible if params.temperature_scaling is None else params.temperature_scaling


def fit(probabilities: NDArray[np.float64], labels: NDArray[np.int64], spread: float = SPREAD) -> float:
    """Finds the temperature that is most probable, given labelled rows and the prior.

    Args:
        probabilities: Of n texts, shape (n, classes).
        labels: Class numbers, shape (n,).
        spread: Standard deviation of the prior of the temperature's logarithm, above 0; infinite for none.

    Returns:
        Above 1 for a classifier that is too sure of itself, below 1 for one that is not sure enough, 1 without rows.
    """
    logits = _logits(probabilities)

    def loss(log_temperature: float) -> float:
        log_shares = log_softmax(logits / np.exp(log_temperature), axis=1)
        prior = 0.5 * (log_temperature / spread) ** 2
        return float(prior - log_shares[np.arange(len(labels)), labels].sum())

    best = minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(best.x))


def fitted(predictions: pd.DataFrame, spread: float = SPREAD) -> float:
    """Fits one temperature to the validation rows of all repeats.

    Args:
        predictions: `tables.Predictions`, with validation rows.
        spread: See `fit`.
    """
    names = classes(predictions)
    rows = predictions[predictions["part"] == "validation"]
    labels = pd.Categorical(rows["label"], categories=names).codes.astype(np.int64)
    return fit(rows[[f"p_{name}" for name in names]].to_numpy(float), labels, spread)


def scale(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Gives the probabilities that logits divided by a temperature have; shape (..., classes), as given."""
    scaled: NDArray[np.float64] = softmax(_logits(probabilities) / temperature, axis=-1)
    return scaled


def with_scaled(predictions: pd.DataFrame, temperature: float) -> pd.DataFrame:
    """Scales every probability of predictions, `tables.Predictions` or rows of it."""
    columns = [f"p_{name}" for name in classes(predictions)]
    scaled = scale(predictions[columns].to_numpy(float), temperature)
    return predictions.assign(**pd.DataFrame(scaled, predictions.index, columns))


def with_scaled_scores(summary: Mapping[str, Any], predictions: pd.DataFrame, temperature: float) -> dict[str, Any]:
    """Puts the temperature and scores of scaled probabilities beside the raw ones.

    Args:
        summary: From `scoring.summary`.
        predictions: `tables.Predictions` that it was made of.
        temperature: Of all repeats.

    Returns:
        The summary, with `log_loss_scaled` and `calibration_error_scaled` in `test`, and `temperature`.
    """
    found = scores(with_scaled(predictions[predictions["part"] == "test"], temperature))
    scaled = {f"{name}_scaled": round(found[name], DIGITS) for name in SCALED}
    return {**summary, "test": {**summary["test"], **scaled}, "temperature": round(temperature, DIGITS)}


def _logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gives logits that have these probabilities, up to a constant that a softmax does not see."""
    logits: NDArray[np.float64] = np.log(probabilities.clip(np.finfo(np.float64).tiny))
    return logits
