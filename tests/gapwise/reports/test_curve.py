import io

import pytest
from rich.console import Console

from gapwise.comparing.figures import Estimate
from gapwise.forecasting.figures import Forecast, LearningCurve, Point
from gapwise.reports.curve import basis, cells, sentence, show
from gapwise.reports.curve_chart import course_of, curve_plot, repeats_of
from gapwise.reports.curve_page import page


def estimate(value, half):
    return Estimate(value=value, low=value - half, high=value + half)


def point(name, rows, value, step):
    repeats = [value - 0.02, value, value + 0.02]
    return Point(name=name, rows=rows, score=estimate(value, 0.03), repeats=repeats, step=step, fitted=value)


def forecast(rows, value):
    gain = estimate(value - 0.8, (rows - 200) / 20_000)
    return Forecast(rows=rows, ahead=rows - 200, gain=gain, score=estimate(value, 0.04), probability_better=0.9)


def curve(**changed):
    values = {
        "metric": "accuracy", "confidence": 0.95, "repeats": 3, "test_rows": 879, "test_groups": 152,
        "rows_left": 200.0, "exponent": 0.4, "notes": ["Something to know."], "forecast": forecast(300, 0.818),
        "points": [
            point("curve-50", 50, 0.7, None), point("curve-100", 100, 0.76, estimate(0.06, 0.02)),
            point("curve-all", 200, 0.8, estimate(0.04, 0.015)),
        ],
        "course": [
            forecast(rows, value)
            for rows, value in ((50, 0.7), (100, 0.76), (200, 0.8), (250, 0.81), (300, 0.818))
        ],
    }  # fmt: skip
    return LearningCurve(**values | changed)


def printed(found, width=100):
    stream = io.StringIO()
    show(found, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "100 more labels: +1.8 points of accuracy (1.3 to 2.3)."),
        ({"metric": "log_loss"}, "100 more labels: +0.018 nats of log loss (0.013 to 0.023)."),
        ({"forecast": forecast(201, 0.8)}, "1 more label: 0.0 points of accuracy (0.0 to 0.0)."),
    ],
)
def test_the_forecast_is_one_sentence(changed, said):
    assert sentence(curve(**changed)) == said


def test_the_basis_counts_rows_groups_and_repeats():
    assert basis(curve()) == "accuracy on 879 test rows in 152 groups, 3 repeats; 95 % intervals"
    assert basis(curve(test_groups=879, repeats=1)) == "accuracy on 879 test rows, 1 repeat; 95 % intervals"


def test_the_table_has_a_row_for_each_size_and_the_forecast_last():
    assert cells(curve()) == [
        ("50", "curve-50", "0.700 (0.670 to 0.730)", "", "0.700"),
        ("100", "curve-100", "0.760 (0.730 to 0.790)", "+6.0 (4.0 to 8.0)", "0.760"),
        ("200", "curve-all", "0.800 (0.770 to 0.830)", "+4.0 (2.5 to 5.5)", "0.800"),
        ("300", "forecast", "", "+1.8 (1.3 to 2.3)", "0.818 (0.778 to 0.858)"),
    ]


@pytest.mark.parametrize("width", [60, 100])
def test_the_terminal_shows_it_all_and_no_line_is_wider(width):
    text = printed(curve(), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for part in ("curve-all", "100 more labels: +1.8 points", "Something to know."):
        assert part in " ".join(text.split())


def test_the_course_is_seen_up_to_the_largest_size_and_foretold_from_there():
    course = course_of(curve())
    assert course[course["part"] == "seen"]["rows"].tolist() == [50, 100, 200]
    assert course[course["part"] == "foretold"]["rows"].tolist() == [200, 250, 300]


def test_the_picture_has_a_band_two_lines_every_repeat_and_every_mean():
    spec = curve_plot(curve())
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["area", "line", "line", "point", "point"]
    assert "strokeDash" not in spec["layer"][1]["mark"]
    assert spec["layer"][2]["mark"]["strokeDash"] == [6, 4]
    assert len(repeats_of(curve())) == 9


def test_the_page_escapes_names_and_needs_nothing_from_outside():
    text = page(curve(points=[point("<b>odd</b>", 50, 0.7, None), *curve().points[1:]]))
    assert "&lt;b&gt;odd" in text
    assert "<b>odd" not in text
    assert "<script" not in text
    assert text.count("<svg") == 1
    assert "<h1>100 more labels: +1.8 points of accuracy (1.3 to 2.3).</h1>" in text
