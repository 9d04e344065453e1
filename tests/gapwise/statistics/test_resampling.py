import numpy as np
import pytest

from gapwise.statistics.resampling import Draws

GROUPS = np.array([0, 0, 1, 2, 2, 2])


def test_totals_are_those_of_a_loop_over_draws():
    values = np.random.default_rng(0).normal(size=(3, 6))
    draws = Draws(GROUPS, 3, 50, np.random.default_rng(1))
    expected = [
        sum(
            draws.shares[sample, repeat] * draws.times[sample, GROUPS[row]] * values[repeat, row]
            for repeat in range(3)
            for row in range(6)
        )
        for sample in range(50)
    ]
    assert draws.total(values) == pytest.approx(expected)


def test_a_draw_has_as_many_groups_and_repeats_as_there_are():
    draws = Draws(GROUPS, 5, 200, np.random.default_rng(2))
    assert (draws.times.sum(axis=1) == 3).all()
    assert draws.shares.sum(axis=1) == pytest.approx(1)
    assert set(np.unique((draws.shares * 5).round(9))) <= set(range(6))


def test_groups_are_drawn_whole():
    counts = Draws(GROUPS, 1, 200, np.random.default_rng(3)).total(np.array([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]))
    assert set(counts) == {0, 3, 6, 9}


@pytest.mark.parametrize("source", ["rows", "repeats"])
def test_draws_spread_as_the_mean_of_what_is_drawn(source):
    luck = np.random.default_rng(4).normal(size=40)
    values = np.tile(luck, (40, 1)) if source == "rows" else np.tile(luck, (40, 1)).T
    means = Draws(np.arange(40), 40, 4000, np.random.default_rng(5)).total(values) / 40
    assert means.mean() == pytest.approx(luck.mean(), abs=3 * luck.std() / 40**0.5 / 4000**0.5)
    assert means.std() == pytest.approx(luck.std() / 40**0.5, rel=0.04)


def test_the_same_generator_draws_the_same():
    one, other = (Draws(GROUPS, 4, 10, np.random.default_rng(6)) for _ in range(2))
    assert (one.times == other.times).all()
    assert (one.shares == other.shares).all()
