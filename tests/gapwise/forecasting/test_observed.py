import numpy as np
import pytest

from gapwise.forecasting.observed import observe
from gapwise.statistics.uncertainty import components
from tests.gapwise.forecasting.drawn import ROWS, answers, course

ONE_ROW = 1 / 200**2  # what a row more or less would change, as a variance: no two sizes are taken to be quite the same


@pytest.fixture
def seen():
    return answers(course(0.5, ROWS), 5, 200, np.random.default_rng(1))


def test_the_means_are_those_of_repeats_and_texts(seen):
    observed = observe(ROWS, 400, seen, np.arange(200), "accuracy")
    assert observed.means == pytest.approx(seen.mean(axis=(1, 2)))
    assert (observed.repeats, observed.freedom) == (5, 199)


def test_the_variance_of_each_size_over_other_test_rows_is_that_of_a_single_setting(seen):
    groups = np.arange(200) // 2
    observed = observe(ROWS, 400, seen, groups, "accuracy")
    alone = [components(one, groups, "accuracy") for one in seen]
    of_rows = [one.of_rows / one.groups + one.noise / (one.groups * one.repeats) for one in alone]
    assert np.diag(observed.of_rows) - ONE_ROW == pytest.approx(of_rows, rel=1e-3)
    assert np.diag(observed.noise) == pytest.approx([2 * one.noise for one in alone])


def test_the_covariance_tells_how_a_change_errs_better_than_two_scores_apart(seen):
    covariance = observe(ROWS, 400, seen, np.arange(200), "accuracy").covariance(0.0)
    change = components(seen[3] - seen[0], np.arange(200), "accuracy")
    expected = change.of_rows / change.groups + change.noise / (change.groups * change.repeats)
    found = covariance[3, 3] + covariance[0, 0] - 2 * covariance[0, 3]
    assert found - 2 * ONE_ROW == pytest.approx(expected, rel=0.01)
    assert found < covariance[3, 3] + covariance[0, 0]


def test_repeats_wear_off_the_luck_of_a_draw_but_not_that_of_all_rows_that_are_left(seen):
    few, many = (observe(ROWS, 400, np.tile(seen, (1, times, 1)), np.arange(200), "accuracy") for times in (1, 20))

    def luck(observed, size):
        return (observed.covariance(0.01) - observed.covariance(0.0))[size, size] / observed.noise[size, size]

    assert luck(many, 0) == pytest.approx(0.01 * (50 / 400 + (1 - 50 / 400) / 100))
    assert luck(few, 0) == pytest.approx(0.01 * (50 / 400 + (1 - 50 / 400) / 5))
    assert luck(many, 3) == pytest.approx(luck(few, 3)) == pytest.approx(0.01)


def test_every_covariance_can_be_one(seen):
    for left in (400, 1000):
        observed = observe(ROWS, left, seen, np.arange(200), "accuracy")
        for share in observed.shares:
            assert np.linalg.eigvalsh(observed.covariance(share)).min() > 0


def test_one_repeat_takes_what_is_usual(seen):
    observed = observe(ROWS, 400, seen[:, :1], np.arange(200), "accuracy")
    assert np.linalg.eigvalsh(observed.covariance(0.001)).min() > 0
    assert (np.diag(observed.noise) > 0).all()


def test_scores_that_are_all_the_same_leave_some_doubt():
    observed = observe(ROWS, 400, np.ones((4, 3, 50)), np.arange(50), "accuracy")
    assert np.diag(observed.covariance(0.001)).min() > 0
