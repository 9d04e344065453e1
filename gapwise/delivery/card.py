"""The card of a network: what a stranger must know before relying on it, from recorded figures alone."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from huggingface_hub import EvalResult, ModelCard, ModelCardData

from gapwise.base.tables import Predictions
from gapwise.disk.io import read_table
from gapwise.network.description import Description
from gapwise.reports.evidence import by_class
from gapwise.scoring.thresholds import ONE

NAME = "README.md"
SHOWN = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # thresholds of the table
FIGURES = {"accuracy": "accuracy", "macro_f1": "f1", "log_loss": "log_loss", "calibration_error": "calibration_error"}


def write_card(folder: Path, about: dict[str, Any], license: str | None) -> None:
    """Writes the card of a final network beside it, as huggingface_hub writes cards.

    Args:
        folder: Where model.json is.
        about: What `gapwise final` knows of the network.
        license: Of the data and so of the network, by its SPDX name; None if nobody has said it.
    """
    description = Description.read((folder / "model.json").read_text(encoding="utf-8"))
    metrics = json.loads(Path("metrics/evaluate.json").read_text(encoding="utf-8"))
    rows = json.loads(Path("metrics/data.json").read_text(encoding="utf-8"))
    lengths = json.loads(Path("metrics/tokens.json").read_text(encoding="utf-8"))
    table = pd.read_csv("metrics/plots/thresholds.csv")
    table = table[(table["predictor"] == ONE) & table["threshold"].round(6).isin(SHOWN)]
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
                dataset_name=rows["source"],
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
        about=about,
        network=description,
        metrics=metrics,
        rows=rows,
        cut=lengths["development"].get("share_truncated", 0.0),
        classes=by_class(read_table("data/predictions.parquet", Predictions)).to_dict("records"),
        thresholds=table.to_dict("records"),
    )
    card.save(folder / NAME)
