import json
import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from gapwise.reports.charts import BASELINE, SETTING, SVG, draw, epochs_plot, gap_plot, reliability_plot, span
from gapwise.reports.evidence import bands, by_repeat
from gapwise.scoring.plots import reliability
from tests.predicted import epochs, predictions

ONE, OTHER = predictions(0.8, 1), predictions(0.7, 2)


def bins(table):
    texts = table.query("part == 'test' and repeat == 0")["text_id"].to_numpy()
    return reliability(table, pd.Series(texts, index=texts), 0.95)


def marks(svg, kind):
    """The marks of a kind that Vega drew: those that have a label of their own."""
    return [
        node
        for node in ElementTree.fromstring(svg).iter()
        if node.get("role") == "graphics-symbol" and node.get("aria-roledescription") == kind
    ]


def test_the_gap_plot_has_a_dot_per_repeat_of_both_and_a_line_between_them():
    svg = draw(
        gap_plot(by_repeat(ONE, "accuracy"), by_repeat(OTHER, "accuracy"), "accuracy", (0.9, 1), (0.6, 0.9)), "a", ""
    )
    assert len(marks(svg, "point")) == 6
    assert len(marks(svg, "line mark")) == 3
    assert sum(node.get("fill") == SETTING for node in marks(svg, "point")) == 3


def test_the_epochs_plot_has_a_band_and_a_line_per_part_and_a_dot_per_kept_epoch():
    table = epochs()
    svg = draw(epochs_plot(table, bands(table), 4, (0.1, 1)), "a", "")
    assert [len(marks(svg, kind)) for kind in ("area mark", "line mark", "point")] == [2, 2, 3]


@pytest.mark.parametrize(
    ("last", "labels"), [(1, "1"), (2, "1 2"), (3, "1 2 3"), (8, "1 2 3 4 5 6 7 8"), (20, "3 6 9 12 15 18")]
)
def test_the_epochs_on_the_axis_are_whole_numbers_once_each(last, labels):
    table = epochs()
    svg = draw(epochs_plot(table[table["epoch"] <= last], bands(table), last, (0.1, 1)), "a", "")
    assert re.findall(r">(\d+)</", svg) == labels.split()


def test_the_reliability_plot_has_both_settings_the_diagonal_and_a_band():
    svg = draw(reliability_plot(bins(ONE), bins(OTHER), (0.5, 1)), "a", "")
    assert [len(marks(svg, kind)) for kind in ("line mark", "area mark")] == [3, 1]
    assert len(marks(svg, "point")) == len(bins(ONE)) + len(bins(OTHER))


def test_the_reliability_plot_of_the_baseline_is_of_it_alone_and_in_its_color():
    svg = draw(reliability_plot(bins(ONE), None, (0.5, 1)), "a", "")
    assert {node.get("fill") for node in marks(svg, "point")} == {BASELINE}
    assert len(marks(svg, "point")) == len(bins(ONE))


def test_a_mark_tells_its_values_on_hovering():
    points = by_repeat(ONE, "accuracy")
    svg = draw(gap_plot(points, points, "accuracy", (0.9, 1), (0.6, 0.9)), "a", "")
    titles = [node.findtext(f"{{{SVG}}}title") for node in marks(svg, "point")]
    assert titles == [node.get("aria-label") for node in marks(svg, "point")]
    assert f"test: {points['test'][0]:.3f}" in titles[0]


def test_the_ids_of_two_plots_never_meet():
    spec = epochs_plot(epochs(), bands(epochs()), 4, (0.1, 1))
    spec["layer"][0]["mark"]["clip"] = True
    for name in ("one", "two"):
        svg = draw(spec, name, "")
        ids = re.findall(r' id="([^"]+)"', svg)
        assert ids
        assert all(identity.startswith(f"{name}-") for identity in ids)
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)


def test_a_plot_has_a_description_and_takes_the_width_it_is_given():
    svg = ElementTree.fromstring(draw(reliability_plot(bins(ONE), bins(OTHER), (0.5, 1)), "a", "Says & shows"))
    assert svg.get("aria-label") == "Says & shows"
    assert svg.get("role") == "img"
    assert "width" not in svg.attrib
    assert re.fullmatch(r"0 0 \d+ \d+", svg.get("viewBox"))


def test_text_in_a_plot_is_escaped():
    name = "</text><script>alert(1)</script>"
    points = by_repeat(ONE, "accuracy")
    svg = draw(gap_plot(points, points, name, (0.9, 1), (0.6, 0.9)), "a", name)
    assert "<script" not in svg
    assert name in "".join(ElementTree.fromstring(svg).itertext())


@pytest.mark.parametrize(
    ("tables", "domain"),
    [([], (0.0, 1.0)), ([pd.DataFrame({"x": [2.0, 4.0]})], (1.88, 4.12)), ([pd.DataFrame({"x": [3.0]})], (2.99, 3.01))],
)
def test_a_domain_holds_all_values_with_some_air(tables, domain):
    assert span(tables, ["x"]) == pytest.approx(domain)


def test_specs_are_plain_json():
    points = by_repeat(ONE, "accuracy")
    json.dumps(gap_plot(points, points, "accuracy", (0.9, 1), (0.6, 0.9)), allow_nan=False)
