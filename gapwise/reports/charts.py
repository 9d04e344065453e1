"""The plots of a page as Vega-Lite, drawn to SVG: each small enough for a telephone, and the same scale for all."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from gapwise.base.tables import is_validated

Spec = dict[str, Any]
Domain = tuple[float, float]

BASELINE, SETTING = "#98a2b3", "#2f6feb"
TRAIN, VALIDATION = "#0f9fb5", "#e8590c"
WIDTH, HEIGHT = 360, 270
SVG = "http://www.w3.org/2000/svg"
CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#667085",
        "titleColor": "#475467",
        "gridColor": "#eaecf0",
        "domainColor": "#d0d5dd",
        "tickColor": "#d0d5dd",
        "titlePadding": 8,
    },
}


def span(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> Domain:
    """Gives the lowest and highest value of some columns over all tables, with a little air; (0, 1) without any."""
    values = [table[column] for table in tables for column in columns]
    if not values:
        return 0.0, 1.0
    everything = pd.concat(values)
    low, high = float(everything.min()), float(everything.max())
    air = 0.06 * (high - low) or 0.01
    return low - air, high + air


def gap_plot(setting: pd.DataFrame, baseline: pd.DataFrame, name: str, train: Domain, test: Domain) -> Spec:
    """Draws train against test: a line leads from each repeat of the baseline to the same repeat of the setting.

    Args:
        setting: See `evidence.by_repeat`.
        baseline: The same of the baseline.
        name: Of the metric.
        train: Domain of the x axis.
        test: Domain of the y axis.
    """
    both = pd.concat([baseline.assign(of="baseline"), setting.assign(of="setting")])
    shared = both[both["repeat"].isin(set(baseline["repeat"]) & set(setting["repeat"]))]
    x, y = _axis("train", f"train {name}", train), _axis("test", f"test {name}", test)
    line: Spec = {
        "data": {"values": _records(shared)},
        "mark": {"type": "line", "color": "#d0d5dd", "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "detail": {"field": "repeat"}},
    }
    points: Spec = {
        "data": {"values": _records(both)},
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.95},
        "encoding": {"x": x, "y": y, "color": _two_colors(), "tooltip": _tooltip("of", "repeat", "train", "test")},
    }
    return _sized([line, points])


def epochs_plot(epochs: pd.DataFrame, bands: pd.DataFrame, last: int, loss: Domain) -> Spec:
    """Draws the loss by epoch: the mean of all repeats in the band of their range, and a dot for each that was kept.

    Args:
        epochs: See `curves.by_epoch`.
        bands: See `evidence.bands`.
        last: The last epoch that any setting reached.
        loss: Domain of the y axis.
    """
    x = _axis("epoch", "epoch", (0.8, last + 0.2)) | {"axis": {"format": "d", "values": _whole(last), "grid": False}}
    color = _colors("part", {"train": TRAIN, "validation": VALIDATION})
    area: Spec = {
        "data": {"values": _records(bands)},
        "mark": {"type": "area", "opacity": 0.16},
        "encoding": {"x": x, "y": _axis("low", "log loss", loss), "y2": {"field": "high"}, "color": color},
    }
    line: Spec = {
        "data": {"values": _records(bands)},
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {"x": x, "y": _axis("mean", "log loss", loss), "color": color},
    }
    part = "validation" if is_validated(epochs) else "train"
    kept = epochs[(epochs["kept"] == 1) & (epochs["part"] == part)]
    dots: Spec = {
        "data": {"values": _records(kept)},
        "mark": {"type": "point", "filled": True, "size": 45, "opacity": 0.9},
        "encoding": {
            "x": x,
            "y": _axis("log_loss", "log loss", loss),
            "color": color,
            "tooltip": _tooltip("repeat", "epoch", "log_loss"),
        },
    }
    return _sized([area, line, dots])


def reliability_plot(own: pd.DataFrame, baseline: pd.DataFrame | None, both: Domain) -> Spec:
    """Draws accuracy by confidence; on the dashed line a classifier is right as often as it says.

    Args:
        own: See `plots.reliability`; its intervals are drawn as a band.
        baseline: The same of the baseline; None where `own` is the baseline.
        both: Domain of both axes.
    """
    low, high = both
    x, y = _axis("confidence", "mean confidence", both), _axis("accuracy", "test accuracy", both)
    diagonal: Spec = {
        "data": {"values": [{"confidence": end, "accuracy": end} for end in (max(low, 0.0), min(high, 1.0))]},
        "mark": {"type": "line", "color": "#98a2b3", "strokeDash": [4, 4], "strokeWidth": 1},
        "encoding": {"x": x, "y": y},
    }
    return _sized([diagonal, *_banded(own, baseline, x, y, _tooltip("of", "confidence", "accuracy", "rows"))])


def thresholds_plot(own: pd.DataFrame, baseline: pd.DataFrame | None, answered: Domain, right: Domain) -> Spec:
    """Draws the accuracy of the answers by the share of texts answered, one dot per threshold.

    Args:
        own: See `scoring.thresholds`, of one predictor; its intervals are drawn as a band.
        baseline: The same of the baseline; None where `own` is the baseline.
        answered: Domain of the horizontal axis.
        right: Domain of the vertical axis.
    """
    x, y = _axis("answered", "share of texts answered", answered), _axis("accuracy", "accuracy of the answers", right)
    return _sized(_banded(own, baseline, x, y, _tooltip("of", "threshold", "answered", "accuracy")))


def _banded(own: pd.DataFrame, baseline: pd.DataFrame | None, x: Spec, y: Spec, tooltip: list[Spec]) -> list[Spec]:
    """Draws a setting as dots on a line, in the band of its intervals, and the baseline's line where it is another."""
    kind = "baseline" if baseline is None else "setting"
    band: Spec = {
        "data": {"values": _records(own.assign(of=kind))},
        "mark": {"type": "area", "opacity": 0.14},
        "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": _two_colors()},
    }
    tables = [own.assign(of=kind)] if baseline is None else [baseline.assign(of="baseline"), own.assign(of=kind)]
    lines: Spec = {
        "data": {"values": _records(pd.concat(tables))},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"filled": True, "size": 40}},
        "encoding": {"x": x, "y": y, "color": _two_colors(), "tooltip": tooltip},
    }
    return [band, lines]


def draw(spec: Spec, name: str, description: str) -> str:
    """Turns a plot into an SVG element that can stand among others in a page, with values shown on hovering.

    Args:
        spec: A Vega-Lite plot.
        name: Letters and digits, another for each plot of a page: all ids in it begin with it.
        description: For who cannot see it.
    """
    # Draws with Vega itself, in a script engine of its own: the page needs no script.
    import vl_convert

    svg = ElementTree.fromstring(vl_convert.vegalite_to_svg(json.dumps(spec), vl_version="5.21"))
    for node in list(svg.iter()):
        for key, value in node.attrib.items():
            node.attrib[key] = value.replace("url(#", f"url(#{name}-") if key != "id" else f"{name}-{value}"
        if node.get("role") == "graphics-symbol" and "aria-hidden" not in node.attrib and node.get("aria-label"):
            title = ElementTree.Element(f"{{{SVG}}}title")
            title.text = node.get("aria-label")
            node.insert(0, title)
    for size in ("width", "height"):
        svg.attrib.pop(size)
    svg.attrib |= {"role": "img", "aria-label": description, "class": "plot"}
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(svg, encoding="unicode")


def _sized(layers: list[Spec]) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": CONFIG,
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": layers,
    }


def _axis(field: str, title: str, domain: Domain) -> Spec:
    scale = {"domain": list(domain), "zero": False, "nice": False}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale, "axis": {"tickCount": 5}}


def _whole(last: int) -> list[int]:
    """Gives whole numbers for an axis from 1 on, 8 at most; Vega would put some between them on a short one."""
    step = -(-last // 8)
    return list(range(step, last + 1, step))


def _colors(field: str, colors: Mapping[str, str]) -> Spec:
    scale = {"domain": list(colors), "range": list(colors.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def _two_colors() -> Spec:
    return _colors("of", {"baseline": BASELINE, "setting": SETTING})


def _tooltip(*fields: str) -> list[Spec]:
    kinds = {"of": "nominal", "repeat": "nominal", "epoch": "nominal", "rows": "nominal"}
    return [
        {"field": field, "type": kinds[field]} if field in kinds
        else {"field": field, "type": "quantitative", "format": ".3f"}
        for field in fields
    ]  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return list(json.loads(table.to_json(orient="records", double_precision=6)))
