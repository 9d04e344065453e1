"""Scores every repeat on train, validation and the sealed test, and draws the plots."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


import pandas as pd

from gapwise.base.tables import BaselinePredictions, Predictions, Repeats, Texts, Tokens
from gapwise.disk.io import read_params, read_table, run, write_csv, write_json, write_table
from gapwise.runs.models import read_description, read_weights
from gapwise.scoring import plots
from gapwise.scoring.params import EvaluateParams
from gapwise.scoring.predicting import predict_repeats
from gapwise.scoring.summary import in_lines, summary
from gapwise.scoring.temperature import fitted, is_scaled, with_scaled_scores
from gapwise.scoring.thresholds import thresholds


def main() -> None:
    """Predicts, scores and draws."""
    params = read_params(EvaluateParams)
    baselines = read_table("data/baseline_predictions.parquet", BaselinePredictions)
    description = read_description()
    test = read_table("data/test.parquet", Texts)
    repeats = read_table("data/repeats.parquet", Repeats)
    scaled = is_scaled(params, repeats)
    predictions = predict_repeats(
        description,
        read_weights(description),
        development=read_table("data/development.parquet", Texts),
        test=test,
        repeats=repeats,
        tokens=pd.concat([read_table(f"data/tokens/{part}.parquet", Tokens) for part in ("development", "test")]),
    )
    groups = test.set_index("text_id")["group"]
    write_table("data/predictions.parquet", predictions, Predictions)
    metrics = summary(predictions, baselines, groups, params)
    temperature = fitted(predictions) if scaled else 1.0
    metrics = with_scaled_scores(metrics, predictions, temperature) if scaled else metrics
    write_json("metrics/evaluate.json", metrics)
    write_csv("metrics/plots/confusion.csv", plots.confusion(predictions))
    write_csv("metrics/plots/reliability.csv", plots.reliability(predictions, groups, params.confidence))
    write_csv("metrics/plots/repeats.csv", plots.repeats(predictions, baselines))
    write_csv("metrics/plots/gap.csv", plots.gap(predictions))
    write_csv("metrics/plots/thresholds.csv", thresholds(predictions, groups, params.confidence, temperature))
    print(*in_lines(metrics), sep="\n", flush=True)


if __name__ == "__main__":
    run(main)
