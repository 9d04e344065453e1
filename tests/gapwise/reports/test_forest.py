import pytest

from gapwise.reports.forest import forest
from tests.comparisons import comparison, contrast


def test_a_forest_plot_at_width_61():
    answer = comparison(
        contrasts=[
            contrast("a", "better", 0.02, 0.01),
            contrast("b", "undecided", 0.0, 0.02),
            contrast("c", "worse", -0.025, 0.005),
        ]
    )
    assert [line.rstrip() for line in forest(answer, 61)] == [
        "                          ┊   │   ┊    ├────────●────────┤",
        "            ├─────────────────●─────────────────┤",
        "   ├────●───┤             ┊   │   ┊",
        "───┴────────┴────────┴────────┴────────┴────────┴────────┴───",
        "  −3       −2       −1        0        1        2        3",
        "                      worse ←   → better",
    ]


@pytest.mark.parametrize("width", [20, 37, 60, 110])
def test_every_line_fits_the_width_and_every_setting_has_its_dot(width):
    answer = comparison()
    lines = forest(answer, width)
    assert all(len(line) == width for line in lines)
    assert [line.count("●") for line in lines] == [1, 1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_better_is_on_the_side_where_the_metric_improves(metric):
    directions = forest(comparison(metric=metric), 80)[-1]
    assert ("better ←" in directions) == (metric == "log_loss")


@pytest.mark.parametrize("value", [0.06, 0.0004, -0.000002])
def test_numbers_on_the_axis_rise_and_never_touch(value):
    answer = comparison(metric="log_loss", margin=0.0, contrasts=[contrast("a", "better", value, abs(value) / 2)])
    for width in range(20, 120):
        numbers = [float(label.replace("−", "-")) for label in forest(answer, width)[-2].split()]
        assert numbers == sorted(set(numbers))
        assert numbers


def test_an_interval_of_no_width_is_a_dot():
    line = forest(comparison(contrasts=[contrast("twin", "equivalent", 0.0, 0.0)]), 41)[0]
    assert line.strip() == "┊                 ●                 ┊"
