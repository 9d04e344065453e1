"""A comparison as one page of its own: tables and plots, no script, and nothing from the network."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from gapwise.base.tables import is_validated
from gapwise.comparing.figures import Comparison, Contrast
from gapwise.inspecting.errors import changed, per_text
from gapwise.reports import words
from gapwise.reports.charts import draw, epochs_plot, gap_plot, reliability_plot, span, thresholds_plot
from gapwise.reports.evidence import Evidence, bands, by_class, by_repeat
from gapwise.reports.scale import Scale, around, in_css
from gapwise.reports.template import render
from gapwise.scoring.plots import reliability
from gapwise.scoring.thresholds import MEAN, thresholds
from gapwise.statistics.metrics import METRICS

ROOM = 0.16  # of the forest plot's width, that the words better and worse take on a telephone
OPEN = 4  # settings; with more, the plots of each are folded away at first


class Plot(NamedTuple):
    """A plot of a page; its SVG was written by an XML library, with all texts in it escaped."""

    title: str
    legend: str
    svg: Markup
    of_epochs: bool
    is_validated: bool = False


def page(comparison: Comparison, evidence: Sequence[Evidence], groups: "pd.Series[str]") -> str:
    """Writes the page.

    Args:
        comparison: What to show.
        evidence: Of every setting, in the same order.
        groups: Group of each test text, by `text_id`.

    Returns:
        HTML. Every name that comes from data is escaped, and the page forbids itself scripts and any address.
    """
    scale = _scale(comparison)
    return render(
        "page.html",
        comparison=comparison,
        baseline=comparison.settings[0],
        headline=headline(comparison),
        words=words,
        unit=METRICS[comparison.metric],
        metrics=METRICS,
        forest=[_forest_row(one, comparison, scale) for one in comparison.contrasts],
        ticks=[(in_css(scale.position(tick)), _tick(tick)) for tick in scale.ticks(6)],
        zero=in_css(scale.position(0)),
        room={"left": scale.position(0) > ROOM, "right": scale.position(0) < 1 - ROOM},
        margin=_ends(scale, -_margin(comparison), _margin(comparison)),
        sections=_sections(comparison, evidence, groups),
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
    return comparison.margin * METRICS[comparison.metric].factor


def _scale(comparison: Comparison) -> Scale:
    factor, margin = METRICS[comparison.metric].factor, _margin(comparison)
    ends = [end for one in comparison.contrasts for end in (one.difference.low, one.difference.high)]
    return around([*(factor * end for end in ends), -margin, margin])


def _forest_row(contrast: Contrast, comparison: Comparison, scale: Scale) -> dict[str, Any]:
    factor = METRICS[comparison.metric].factor
    found = contrast.difference
    baseline, own = comparison.settings[0], next(one for one in comparison.settings if one.name == contrast.name)
    return {
        "contrast": contrast,
        "interval": _ends(scale, factor * found.low, factor * found.high),
        "dot": in_css(scale.position(factor * found.value)),
        "figures": words.difference(comparison.metric, found),
        "gap": words.difference(comparison.metric, contrast.gap_difference),
        "sentence": words.verdict_sentence(contrast, comparison),
        "params": words.params_line(own, baseline),
    }


def _ends(scale: Scale, low: float, high: float) -> dict[str, str]:
    left, right = scale.position(low), scale.position(high)
    return {"left": in_css(left), "width": in_css(right - left)}


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", words.MINUS)


def _sections(comparison: Comparison, evidence: Sequence[Evidence], groups: "pd.Series[str]") -> list[dict[str, Any]]:
    """Gives the plots, the table of classes and the changed texts of each setting, the baseline's own first."""
    plots = zip(
        _gaps(comparison, evidence),
        _epochs(evidence),
        _reliabilities(comparison, evidence, groups),
        _thresholds(comparison, evidence, groups),
        strict=True,
    )
    return [
        {
            "name": one.name,
            "plots": [plot for plot in drawn if plot],
            "classes": _classes(one, evidence[0]),
            "changed": counted,
        }
        for one, drawn, counted in zip(evidence, plots, _changed(evidence), strict=True)
    ]


def _gaps(comparison: Comparison, evidence: Sequence[Evidence]) -> Iterator[Plot | None]:
    name = METRICS[comparison.metric].label
    baseline, *others = [by_repeat(one.predictions, comparison.metric) for one in evidence]
    train, test = span([baseline, *others], ["train"]), span([baseline, *others], ["test"])
    yield None
    for number, points in enumerate(others, 1):
        svg = draw(gap_plot(points, baseline, name, train, test), f"gap{number}", f"Train and test {name} by repeat")
        yield Plot("Train against test", "A dot is a repeat; a line joins the two of one repeat.", Markup(svg), False)


def _epochs(evidence: Sequence[Evidence]) -> Iterator[Plot | None]:
    known = [bands(one.epochs) for one in evidence if one.epochs is not None]
    loss, last = span(known, ["low", "high"]), max((int(table["epoch"].max()) for table in known), default=1)
    for number, one in enumerate(evidence):
        if one.epochs is None:
            yield None
            continue
        spec = epochs_plot(one.epochs, bands(one.epochs), last, loss)
        validated = is_validated(one.epochs)
        described = f"Train {'and validation ' if validated else ''}log loss by epoch"
        legend = "Mean and range of all repeats; a dot is the epoch a repeat kept."
        svg = Markup(draw(spec, f"epochs{number}", described))
        yield Plot("Loss by epoch", legend, svg, of_epochs=True, is_validated=validated)


def _reliabilities(
    comparison: Comparison, evidence: Sequence[Evidence], groups: "pd.Series[str]"
) -> Iterator[Plot | None]:
    bins = [reliability(one.predictions, groups, comparison.confidence) for one in evidence]
    both = span(bins, ["confidence", "low", "high"])
    interval = words.percent(comparison.confidence)
    for number, own in enumerate(bins):
        spec = reliability_plot(own, bins[0] if number else None, both)
        svg = draw(spec, f"reliability{number}", "Test accuracy by confidence")
        legend = f"On the dashed line it is right as often as it says. The band is the {interval} interval."
        yield Plot("Reliability", legend, Markup(svg), False)


def _thresholds(
    comparison: Comparison, evidence: Sequence[Evidence], groups: "pd.Series[str]"
) -> Iterator[Plot | None]:
    found = [thresholds(one.predictions, groups, comparison.confidence, predictors=[MEAN]) for one in evidence]
    answered, right = span(found, ["answered"]), span(found, ["low", "high"])
    for number, own in enumerate(found):
        spec = thresholds_plot(own, found[0] if number else None, answered, right)
        svg = draw(spec, f"thresholds{number}", "Accuracy of the answers by the share of texts answered")
        legend = "Of the mean of all repeats. A dot is a threshold; below it no label is claimed."
        yield Plot("Fewer answers, more of them right", legend, Markup(svg), False)


def _classes(one: Evidence, baseline: Evidence) -> list[dict[Hashable, Any]]:
    own = by_class(one.predictions)
    before = by_class(baseline.predictions).set_index("class")["f1"].reindex(own["class"], fill_value=0.0)
    return own.assign(change=own["f1"] - before.to_numpy()).to_dict(orient="records")


def _changed(evidence: Sequence[Evidence]) -> Iterator[dict[str, int] | None]:
    """Counts the test texts that each setting mends and those that it breaks, see `inspecting.errors.changed`."""
    before, *after = [per_text(one.predictions, "test") for one in evidence]
    yield None
    for own in after:
        mended, broken = changed(before, own)
        yield {"mended": len(mended), "broken": len(broken)}
