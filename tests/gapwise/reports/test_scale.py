import pytest

from gapwise.reports.scale import Scale, around


@pytest.mark.parametrize(
    ("scale", "most", "ticks"),
    [
        (Scale(-7.9, 2.5), 6, [-6, -4, -2, 0, 2]),
        (Scale(-0.031, 0.012), 5, [-0.03, -0.02, -0.01, 0, 0.01]),
        (Scale(0, 1), 11, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        (Scale(0, 1), 10, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (Scale(-1, 1), 3, [-1, 0, 1]),
        (Scale(99, 101), 3, [99, 100, 101]),
    ],
)
def test_ticks_are_round_and_few(scale, most, ticks):
    assert scale.ticks(most) == ticks


def test_a_scale_places_its_ends_at_0_and_1():
    assert [Scale(-2, 6).position(value) for value in (-2, 0, 6)] == [0, 0.25, 1]


@pytest.mark.parametrize("values", [[1.0, 3.0], [-5.0], [-2.0, 4.0]])
def test_zero_and_all_values_lie_within_the_air(values):
    scale = around(values)
    assert all(0.04 < scale.position(value) < 0.96 for value in [0, *values])


@pytest.mark.parametrize("values", [[], [0.0, 0.0]])
def test_a_scale_without_a_span_still_has_room(values):
    assert around(values) == Scale(-1, 1)
