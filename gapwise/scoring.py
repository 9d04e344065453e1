"""The scores of a setting: of one repeat and part, and summed up over repeats with intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from gapwise.calibration import calibration_error
from gapwise.intervals import bootstrap, detectable_difference, interval
from gapwise.params import Section
from gapwise.seeds import derive

# A float32 softmax reaches exactly 0, where the loss is infinite. With this floor one row costs at most 16 nats.
SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)
BASELINES = ["majority", "tfidf", "frozen"]
# Finer than any score is known, coarse enough to read in a diff.
DIGITS = 6


class EvaluateParams(Section):
    """Section `evaluate` of params.yaml."""

    confidence: float = Field(gt=0, lt=1)
    bootstrap_samples: int = Field(ge=100)


def classes(predictions: pd.DataFrame) -> list[str]:
    """Names the classes of a predictions table, sorted: its columns `p_<class>`."""
    return sorted(column.removeprefix("p_") for column in predictions.columns if column.startswith("p_"))


def scores(predictions: pd.DataFrame) -> dict[str, float]:
    """Scores the predictions of one repeat and part.

    Args:
        predictions: Rows of `tables.Predictions`, at least one.

    Returns:
        `accuracy`; `macro_f1`, the mean over the classes that are true or predicted somewhere; `log_loss` in nats, of
        probabilities raised to `SMALLEST_PROBABILITY`; `calibration_error`, see there.
    """
    # Every stage imports this module to check params.yaml; only evaluate needs to wait for scikit-learn.
    from sklearn.metrics import accuracy_score, f1_score, log_loss

    names = classes(predictions)
    actual, predicted = (predictions[column].to_numpy(object) for column in ("label", "predicted"))
    probabilities = predictions[[f"p_{name}" for name in names]].to_numpy(float)
    floored = probabilities.clip(SMALLEST_PROBABILITY)
    return {
        "accuracy": float(accuracy_score(actual, predicted)),
        "macro_f1": float(f1_score(actual, predicted, average="macro")),
        "log_loss": float(log_loss(actual, floored / floored.sum(axis=1, keepdims=True), labels=names)),
        "calibration_error": calibration_error(probabilities.max(axis=1), actual == predicted),
    }


def summary(
    predictions: pd.DataFrame, baseline_predictions: pd.DataFrame, params: EvaluateParams, seed: int
) -> dict[str, Any]:
    """Sums up all repeats into metrics/evaluate.json.

    Args:
        predictions: `tables.Predictions`; every repeat has all three parts, and the same test texts.
        baseline_predictions: `tables.BaselinePredictions` of the same repeats.
        params: Confidence of the intervals, and the number of draws behind them.
        seed: `split.seed`.

    Returns:
        `test`, `validation` and `train`: the means over repeats of `scores`. `test` also has the intervals of
        `accuracy` and `macro_f1`, see `intervals.bootstrap`, and `detectable_difference`, see there.
        `gap`: `accuracy` is train minus test and `log_loss` is test minus train, so that both rise with overfitting.
        `baseline`: the mean test accuracy of each; `baseline_intervals`: its interval.
        `repeats` and `test_rows`. All numbers are plain, finite and rounded to `DIGITS` digits.
    """
    parts = {part: _means(predictions, part) for part in ("test", "validation", "train")}
    actual, predicted = _test_codes(predictions)
    gap = {
        "accuracy": parts["train"]["accuracy"] - parts["test"]["accuracy"],
        "log_loss": parts["test"]["log_loss"] - parts["train"]["log_loss"],
    }
    detectable = {"detectable_difference": detectable_difference(predicted == actual, params.confidence)}
    baselines = {name: baseline_predictions.query("baseline == @name") for name in BASELINES}
    return {
        "test": _rounded(parts["test"] | _intervals(predictions, params, seed) | detectable),
        "validation": _rounded(parts["validation"]),
        "train": _rounded(parts["train"]),
        "gap": _rounded(gap),
        "baseline": _rounded({name: _means(table, "test")["accuracy"] for name, table in baselines.items()}),
        "baseline_intervals": {name: _accuracy_interval(table, params, seed) for name, table in baselines.items()},
        "repeats": len(predicted),
        "test_rows": len(actual),
    }


def _means(predictions: pd.DataFrame, part: str) -> dict[str, float]:
    of_part = predictions.query("part == @part")
    by_repeat = pd.DataFrame([scores(rows) for _, rows in of_part.groupby("repeat")])
    return {str(score): float(mean) for score, mean in by_repeat.mean().items()}


def _intervals(predictions: pd.DataFrame, params: EvaluateParams, seed: int) -> dict[str, float]:
    # The seed knows nothing of the table: the model and its baselines are judged on the same draws.
    rng = np.random.default_rng(derive(seed, "intervals"))
    draws = bootstrap(*_test_codes(predictions), len(classes(predictions)), params.bootstrap_samples, rng)
    ends = {}
    for score, values in draws.items():
        ends[f"{score}_low"], ends[f"{score}_high"] = interval(values, params.confidence)
    return ends


def _accuracy_interval(predictions: pd.DataFrame, params: EvaluateParams, seed: int) -> dict[str, float]:
    ends = _intervals(predictions, params, seed)
    return _rounded({name: ends[name] for name in ("accuracy_low", "accuracy_high")})


def _test_codes(predictions: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Gives the test rows' classes, shape (rows,), and their predictions, shape (repeats, rows), as numbers."""
    code = {name: number for number, name in enumerate(classes(predictions))}
    test = predictions.query("part == 'test'")
    actual = test.drop_duplicates("text_id").set_index("text_id")["label"].sort_index()
    # A repeat that lacks a test text leaves a hole, which has no code: a KeyError.
    predicted = test.set_index(["repeat", "text_id"])["predicted"].unstack()[actual.index]  # noqa: PD010 -- no duplicates
    return actual.map(code.__getitem__).to_numpy(np.int64), predicted.map(code.__getitem__).to_numpy(np.int64)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), DIGITS) for name, value in values.items()}
