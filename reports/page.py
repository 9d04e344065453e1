"""A comparison as one page of its own: tables and plots, no script, and nothing from the network."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gapwise.comparison import Comparison, Contrast, Metric
from reports import words
from reports.charts import Domain, draw, epochs_plot, gap_plot, reliability_plot, span
from reports.evidence import Evidence, bands, by_class, by_repeat, calibration
from reports.scale import Scale, around

METRICS: tuple[Metric, ...] = ("accuracy", "macro_f1", "log_loss", "calibration_error")
OPEN = 4  # settings; with more, the plots of each are folded away at first


def page(comparison: Comparison, evidence: Sequence[Evidence]) -> str:
    """Writes the page.

    Args:
        comparison: What to show.
        evidence: Of every setting, in the same order.

    Returns:
        HTML. Every name that comes from data is escaped, and the page forbids itself scripts and any address.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files("reports").joinpath("page.html").read_text(encoding="utf-8"))
    scale = _scale(comparison)
    return template.render(
        comparison=comparison,
        baseline=comparison.settings[0],
        headline=headline(comparison),
        words=words,
        unit=words.UNITS[comparison.metric],
        metrics=METRICS,
        forest=[_forest_row(one, comparison, scale) for one in comparison.contrasts],
        ticks=[(_percent(scale.position(tick)), _tick(tick)) for tick in scale.ticks(6)],
        zero=_percent(scale.position(0)),
        margin=_ends(scale, -_margin(comparison), _margin(comparison)),
        sections=_sections(comparison, evidence),
        open=len(comparison.contrasts) <= OPEN,
        keys=words.changed_params(comparison.settings),
    )


def headline(comparison: Comparison) -> str:
    """Says the most important in a line."""
    if len(comparison.contrasts) == 1:
        (only,) = comparison.contrasts
        told = {"better": "is better than", "worse": "is worse than", "equivalent": "is equivalent to"}
        if only.verdict == "undecided":
            return f"{only.name} against {comparison.baseline}: undecided"
        return f"{only.name} {told[only.verdict]} {comparison.baseline}"
    better = [one.name for one in comparison.contrasts if one.verdict == "better"]
    count = {0: "None", 1: "One"}.get(len(better), str(len(better)))
    verb = "is" if len(better) < 2 else "are"
    return f"{count} of {len(comparison.contrasts)} settings {verb} better than {comparison.baseline}"


def _margin(comparison: Comparison) -> float:
    return comparison.margin * words.UNITS[comparison.metric].factor


def _scale(comparison: Comparison) -> Scale:
    factor, margin = words.UNITS[comparison.metric].factor, _margin(comparison)
    ends = [end for one in comparison.contrasts for end in (one.difference.low, one.difference.high)]
    return around([*(factor * end for end in ends), -margin, margin])


def _forest_row(contrast: Contrast, comparison: Comparison, scale: Scale) -> dict[str, Any]:
    factor = words.UNITS[comparison.metric].factor
    found = contrast.difference
    baseline, own = comparison.settings[0], next(one for one in comparison.settings if one.name == contrast.name)
    return {
        "contrast": contrast,
        "interval": _ends(scale, factor * found.low, factor * found.high),
        "dot": _percent(scale.position(factor * found.value)),
        "figures": words.difference(comparison.metric, found),
        "gap": words.difference(comparison.metric, contrast.gap_difference),
        "sentence": words.verdict_sentence(contrast, comparison),
        "params": words.params_line(own, baseline),
    }


def _ends(scale: Scale, low: float, high: float) -> dict[str, str]:
    left, right = scale.position(low), scale.position(high)
    return {"left": _percent(left), "width": _percent(right - left)}


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", words.MINUS)


def _sections(comparison: Comparison, evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Gives the plots and the table of classes of each setting, the baseline's own first."""
    metric, name = comparison.metric, words.UNITS[comparison.metric].name
    points = [by_repeat(one.predictions, metric) for one in evidence]
    bins = [calibration(one.predictions) for one in evidence]
    curves = [None if one.epochs is None else bands(one.epochs) for one in evidence]
    known = [table for table in curves if table is not None]
    train, test = span(points, ["train"]), span(points, ["test"])
    both, loss = span(bins, ["confidence", "accuracy"]), span(known, ["low", "high"])
    last = max((int(table["epoch"].max()) for table in known), default=1)
    sections = []
    for number, one in enumerate(evidence):
        plots = []
        if number:
            spec = gap_plot(points[number], points[0], name, train, test)
            plots.append(("Train against test", "Each dot is a repeat; a line joins the two of one repeat.",
                          _draw(spec, f"gap{number}", f"Train and test {name} of each repeat of {one.name}")))  # fmt: skip
        plots += _curves(one, curves[number], number, last, loss)
        spec = reliability_plot(bins[number], bins[0], both) if number else reliability_plot(bins[0].head(0), bins[0], both)
        plots.append(("Reliability", "On the dashed line it is right as often as it says.",
                      _draw(spec, f"reliability{number}", f"Accuracy by confidence of {one.name}")))  # fmt: skip
        sections.append({"name": one.name, "plots": plots, "classes": _classes(one, evidence[0])})
    return sections


def _curves(one: Evidence, curve: pd.DataFrame | None, number: int, last: int, loss: Domain) -> list[tuple[str, str, Markup]]:
    if one.epochs is None or curve is None:
        return []
    spec = epochs_plot(one.epochs, curve, last, loss)
    legend = "Mean and range of all repeats; a dot is the epoch that a repeat kept."
    return [("Loss by epoch", legend, _draw(spec, f"epochs{number}", f"Train and validation loss of {one.name} by epoch"))]


def _draw(spec: dict[str, Any], name: str, description: str) -> Markup:
    return Markup(draw(spec, name, description))  # noqa: S704 -- an XML library wrote it, all texts escaped


def _classes(one: Evidence, baseline: Evidence) -> list[dict[str, Any]]:
    own = by_class(one.predictions)
    before = by_class(baseline.predictions).set_index("class")["f1"]
    change = [row_f1 - before.get(name, 0.0) for name, row_f1 in zip(own["class"], own["f1"], strict=True)]
    return list(own.assign(change=change).to_dict(orient="records"))
