"""A comparison as files that DVC reads: metrics by name, and the forest plot with the table behind it."""

from typing import Any

import pandas as pd

from gapwise.base.wording import no_markup
from gapwise.comparing.figures import Comparison
from gapwise.statistics.metrics import METRICS

DIGITS = 6


def metrics(comparison: Comparison) -> dict[str, Any]:
    """Gives metrics/comparison.json: by name and not as a list, so that `dvc metrics diff` pairs settings by name."""
    settings = {
        one.name: {
            "verdict": one.verdict,
            "difference": round(one.difference.value, DIGITS),
            "low": round(one.difference.low, DIGITS),
            "high": round(one.difference.high, DIGITS),
            "probability_better": round(one.probability_better, DIGITS),
            "p_adjusted": round(one.p_adjusted, DIGITS),
            "gap_difference": round(one.gap_difference.value, DIGITS),
        }
        for one in comparison.contrasts
    }
    return {
        "metric": comparison.metric,
        "baseline": comparison.baseline,
        "confidence": comparison.confidence,
        "margin": comparison.margin,
        "repeats": comparison.repeats,
        "test_rows": comparison.test_rows,
        "settings": settings,
    }


def table(comparison: Comparison) -> pd.DataFrame:
    """Gives metrics/comparison/differences.csv.

    Returns:
        One row per setting but the baseline: `setting`, `verdict`, `difference`, `low`, `high`, `margin`, `metric`,
        `baseline`.
    """
    return pd.DataFrame(
        {
            "setting": no_markup(one.name),
            "verdict": one.verdict,
            "difference": one.difference.value,
            "low": one.difference.low,
            "high": one.difference.high,
            "margin": comparison.margin,
            "metric": comparison.metric,
            "baseline": no_markup(comparison.baseline),
        }
        for one in comparison.contrasts
    )


def plots(comparison: Comparison) -> dict[str, Any]:
    """Gives metrics/comparison/dvc.yaml, which tells DVC how to draw the table."""
    axes = {
        "template": "comparison",
        "x": "difference",
        "y": "setting",
        "x_label": f"difference in {METRICS[comparison.metric].label} to {no_markup(comparison.baseline)}",
        "y_label": "setting",
        "title": "Verdicts",
    }
    return {"plots": [{"differences.csv": axes}]}
