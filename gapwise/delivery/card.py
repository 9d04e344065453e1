"""The card of a network: what a stranger must know before relying on it, from recorded figures alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from gapwise.network.description import Description
from gapwise.reports.evidence import by_class
from gapwise.scoring.thresholds import MEAN, ONE

LOADING = "## How to load it"  # the last section, which an export has another one for
SHOWN = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # thresholds of the table
FIGURES = {"accuracy": "accuracy", "macro_f1": "f1", "log_loss": "log_loss", "calibration_error": "calibration_error"}


@dataclass(frozen=True)
class Facts:
    """What a card tells.

    Attributes:
        about: What `gapwise final` knows of the network.
        network: Its description.
        metrics: metrics/evaluate.json.
        rows: metrics/data.json.
        tokens: metrics/tokens.json.
        thresholds: See `scoring.thresholds`.
        predictions: `tables.Predictions` of the repeats.
        seen: Rows that a network of the repeats was trained on, at most.
        confidence: Of the intervals, above 0 and below 1.
    """

    about: Mapping[str, Any]
    network: Description
    metrics: Mapping[str, Any]
    rows: Mapping[str, Any]
    tokens: Mapping[str, Any]
    thresholds: pd.DataFrame
    predictions: pd.DataFrame
    seen: int
    confidence: float


def write_card(path: Path, facts: Facts, license: str | None) -> None:
    """Writes the card of a final network, as huggingface_hub writes cards.

    Args:
        path: Of the Markdown file.
        facts: What it tells.
        license: Of the data and so of the network, by its SPDX name; None if nobody has said it.
    """
    is_mean = facts.network.repeats > 1
    metrics = facts.metrics if is_mean else {**facts.metrics, "test": _scaled(facts.metrics["test"])}
    table = facts.thresholds
    table = table[(table["predictor"] == (MEAN if is_mean else ONE)) & table["threshold"].round(6).isin(SHOWN)]
    data = ModelCardData(
        license=license,
        library_name="gapwise",
        pipeline_tag="text-classification",
        tags=["text-classification", "gapwise"],
        metrics=["accuracy", "f1"],
        model_name="classifier",
        eval_results=[
            EvalResult(
                task_type="text-classification",
                dataset_type="own",
                dataset_name=facts.rows["source"],
                metric_type=kind,
                metric_value=metrics["test"][name],
            )
            for name, kind in FIGURES.items()
        ],
    )
    template = files("gapwise.delivery").joinpath("card.md").read_text(encoding="utf-8")
    card = ModelCard.from_template(
        data,
        template_str=template,
        loading=LOADING,
        license=license,
        networks=metrics["repeats"] * metrics.get("rotations", 1),
        seen=facts.seen,
        confidence=f"{100 * facts.confidence:g} %",
        about=facts.about,
        network=facts.network,
        metrics=metrics,
        rows=facts.rows,
        cut=_cut(facts.tokens, is_rotated="rotations" in metrics),
        classes=by_class(facts.predictions).to_dict("records"),
        thresholds=table.to_dict("records"),
    )
    card.save(path)


def _cut(tokens: Mapping[str, Any], *, is_rotated: bool) -> float:
    """Gives the share of all texts that are cut; in a rotation the development texts are all."""
    parts = [tokens[part] for part in (("development",) if is_rotated else ("development", "test"))]
    cut = sum(part["share_truncated"] * part["texts"] for part in parts if part["texts"])
    return float(cut / sum(part["texts"] for part in parts))


def _scaled(scores: Mapping[str, Any]) -> Mapping[str, Any]:
    """Puts scores of scaled probabilities, which the network gives, in the place of those of raw ones."""
    return {**scores, **{name: scores[f"{name}_scaled"] for name in FIGURES if f"{name}_scaled" in scores}}
