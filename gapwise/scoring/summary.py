"""The scores of a setting: of one repeat and part, and summed up over repeats with intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.wording import counted
from gapwise.scoring.params import EvaluateParams
from gapwise.statistics.arrays import arrange, classes
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.planning import detectable_difference, observed
from gapwise.statistics.uncertainty import components, score_interval

# Finer than any score is known, coarse enough to read in a diff.
DIGITS = 6
WORSE = (
    "  WARNING: {} is better without fine-tuning: this setting has learnt too little; if the loss still fell in the "
    "last epoch, raise finetune.epochs, or put $(cat settings/auto) behind `dvc exp run`"
)


def scores(predictions: pd.DataFrame) -> dict[str, float]:
    """Scores the predictions of one part; the mean over repeats that each predict all of its texts.

    Args:
        predictions: Rows of `tables.Predictions`, at least one.

    Returns:
        `accuracy`; `macro_f1`, the mean over the classes that are true or predicted somewhere; `log_loss` in nats, of
        probabilities raised to `metrics.SMALLEST_PROBABILITY`; `calibration_error`, see `calibration`.
    """
    rows = arrange(predictions, sorted(predictions["text_id"].unique()))
    return {name: float(metric.contribution(rows).mean()) for name, metric in METRICS.items()}


def in_lines(metrics: dict[str, Any]) -> list[str]:
    """Says how well a setting generalizes, for the terminal.

    Args:
        metrics: From `summary`.
    """
    test, others = metrics["test"], {part: metrics[part]["accuracy"] for part in ("validation", "train")}
    means = ", ".join(f"{accuracy:.3f} on {part}" for part, accuracy in others.items() if accuracy is not None)
    simple = ", ".join(f"{name} {accuracy:.3f}" for name, accuracy in metrics["baseline"].items())
    best = max(metrics["baseline"], key=metrics["baseline"].get)
    behind = metrics["baseline_intervals"][best]["accuracy_low"] > test["accuracy_high"]
    return [
        f"accuracy {test['accuracy']:.3f} ({test['accuracy_low']:.3f} to {test['accuracy_high']:.3f}) on "
        f"{metrics['test_rows']:,} test texts, the mean of {counted(metrics['repeats'], 'repeat')}; {means}",
        f"without fine-tuning: {simple}",
        *([WORSE.format(best)] if behind else []),
        "metrics/evaluate.json has all figures; `gapwise compare` sets this beside other experiments",
    ]


def summary(
    predictions: pd.DataFrame, baseline_predictions: pd.DataFrame, groups: "pd.Series[str]", params: EvaluateParams
) -> dict[str, Any]:
    """Sums up all repeats into metrics/evaluate.json.

    Args:
        predictions: `tables.Predictions`; every repeat has the parts train and test, the same test texts, and
            validation rows or none.
        baseline_predictions: `tables.BaselinePredictions` of the same repeats.
        groups: Group of each test text, by `text_id`: texts of one group count as drawn together.
        params: Confidence of the intervals.

    Returns:
        `test`, `validation` and `train`: the means over repeats of `scores`; each None where there are no rows.
        `test` also has the intervals of `accuracy` and `macro_f1`, see `uncertainty`, and `detectable_difference`, see
        `planning`.
        `mean_of_repeats`: scores of what the mean of all repeats' probabilities predicts for the test rows, which is
        what `gapwise predict` says, with the interval of its accuracy.
        `gap`: `accuracy` is train minus test and `log_loss` is test minus train, so that both rise with overfitting.
        `baseline`: the mean test accuracy of each; `baseline_intervals`: its interval.
        `repeats` and `test_rows`; with `split.rotate` also `rotations`, each of so many repeats, and the test rows are
        all rows. All numbers are plain, finite and rounded to `DIGITS` digits.
    """
    parts = {part: _means(predictions, part) for part in ("test", "validation", "train")}
    gap = {
        "accuracy": parts["train"]["accuracy"] - parts["test"]["accuracy"],
        "log_loss": parts["test"]["log_loss"] - parts["train"]["log_loss"],
    }
    setting = observed(predictions, groups)
    together = mean_of_repeats(predictions.query("part == 'test'"))
    detectable = {"detectable_difference": detectable_difference(setting, params.confidence)}
    baselines = {str(name): table for name, table in baseline_predictions.groupby("baseline", sort=False)}
    intervals = _intervals(predictions, groups, ["accuracy", "macro_f1"], params.confidence)
    return {
        "test": _rounded(parts["test"] | intervals | detectable),
        "validation": _rounded(parts["validation"]) if parts["validation"] else dict.fromkeys(METRICS),
        "train": _rounded(parts["train"]),
        "gap": _rounded(gap),
        "mean_of_repeats": _rounded(scores(together) | _intervals(together, groups, ["accuracy"], params.confidence)),
        "baseline": _rounded({name: _means(table, "test")["accuracy"] for name, table in baselines.items()}),
        "baseline_intervals": {
            name: _rounded(_intervals(table, groups, ["accuracy"], params.confidence))
            for name, table in baselines.items()
        },
        "repeats": setting.repeats,
        **({"rotations": setting.folds} if setting.folds > 1 else {}),
        "test_rows": setting.rows,
    }


def mean_of_repeats(predictions: pd.DataFrame) -> pd.DataFrame:
    """Gives what the mean of all repeats' probabilities predicts, as the predictions of each text's first repeat.

    Args:
        predictions: Rows of `tables.Predictions`, with each of the texts in as many repeats.
    """
    names = classes(predictions)
    columns = [f"p_{name}" for name in names]
    table = predictions.groupby("text_id", sort=False).agg(
        {"part": "first", "label": "first", "repeat": "min", **dict.fromkeys(columns, "mean")}
    )
    predicted = np.array(names, dtype=object)[table[columns].to_numpy().argmax(axis=1)]
    return table.reset_index().assign(predicted=pd.array(predicted, dtype="str"))


def _means(predictions: pd.DataFrame, part: str) -> dict[str, float]:
    of_part = predictions.query("part == @part")
    if part == "test":  # in a rotation, a repeat of all rows is scored, not each of its test parts
        return scores(of_part)
    by_repeat = pd.DataFrame([scores(rows) for _, rows in of_part.groupby("repeat")])
    return {str(score): float(mean) for score, mean in by_repeat.mean().items()}


def _intervals(
    predictions: pd.DataFrame, groups: "pd.Series[str]", names: list[str], confidence: float
) -> dict[str, float]:
    rows, codes = arrange(predictions.query("part == 'test'"), list(groups.index)), pd.factorize(groups)[0]
    ends = {}
    for name in names:
        uncertainty = components(METRICS[name].contribution(rows), codes, name, folds=rows.folds).uncertainty()
        ends[f"{name}_low"], ends[f"{name}_high"] = score_interval(uncertainty, name, confidence)
    return ends


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), DIGITS) for name, value in values.items()}
