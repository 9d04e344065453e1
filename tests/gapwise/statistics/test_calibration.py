import numpy as np
import pytest

from gapwise.statistics.calibration import by_chance, confidence_bins
from tests.gapwise.statistics.reference import calibration_error


def test_error_of_two_bins_is_the_mean_of_their_distances():
    confidence = np.array([0.6] * 20 + [0.9] * 20)
    correct = np.array([True] * 10 + [False] * 10 + [True] * 20)
    assert calibration_error(confidence, correct) == pytest.approx((0.1 + 0.1) / 2)


def test_error_is_zero_when_confidence_is_right():
    assert calibration_error(np.full(40, 0.75), np.arange(40) < 30) == pytest.approx(0)


def test_error_within_a_bin_cancels_but_between_bins_does_not():
    confidence, correct = np.array([0.5] * 20 + [1.0] * 20), np.array([True] * 20 + [False] * 20)
    assert calibration_error(confidence, correct) == pytest.approx(0.75)
    assert calibration_error(confidence[10:30], correct[10:30]) == pytest.approx(0.25)


def test_what_chance_adds_to_a_bin_is_what_two_rounds_of_normal_draws_add():
    confidence, correct = np.full(40, 0.75), np.arange(40) < 32
    error = (40 * 0.8 * 0.2 * 40 / 39) ** 0.5
    first, second = np.random.default_rng(0).normal(0, error, (2, 1_000_000))
    once, twice = np.abs(2 + first).mean() - 2, np.abs(2 + first + second).mean() - np.abs(2 + first).mean()
    assert by_chance(confidence, correct) == pytest.approx((once + (once - twice)) / 40, abs=2e-4)


@pytest.mark.parametrize("confidence", [0.55, 1.0])
def test_chance_adds_nothing_where_confidence_is_far_from_right(confidence):
    assert by_chance(np.full(40, confidence), np.arange(40) < 2) == pytest.approx(0, abs=1e-9)


def test_chance_adds_nothing_to_rows_that_do_not_differ():
    assert by_chance(np.ones(40), np.ones(40, bool)) == 0
    assert by_chance(np.array([0.7]), np.array([True])) == 0


@pytest.mark.parametrize(("truth", "left"), [(0.0, 0.5), (0.03, 0.35), (0.06, 0.1)])
def test_most_of_what_chance_adds_is_known(truth, left):
    rng = np.random.default_rng(0)
    plain, added = [], []
    for _ in range(300):
        confidence = rng.uniform(0.6, 0.95, 200)
        correct = rng.random(200) < confidence - truth
        plain.append(calibration_error(confidence, correct))
        added.append(by_chance(confidence, correct))
    bias = np.mean(plain) - truth
    assert bias > 0.03
    assert abs(bias - np.mean(added)) < left * bias


@pytest.mark.parametrize(("rows", "bins"), [(1, 1), (39, 1), (40, 2), (199, 9), (200, 10), (5000, 10)])
def test_bins_grow_with_rows(rows, bins):
    assert confidence_bins(np.linspace(0.5, 1, rows)).max() + 1 == bins


def test_bins_hold_equally_many_rows_in_any_order():
    confidence = np.random.default_rng(0).permutation(np.linspace(0.5, 1, 400))
    bins = confidence_bins(confidence)
    assert np.bincount(bins).tolist() == [40] * 10
    assert (np.diff(bins[np.argsort(confidence)]) >= 0).all()


def test_equal_confidences_share_a_bin():
    assert confidence_bins(np.array([0.7] * 150 + [0.8] * 50)).tolist() == [0] * 150 + [1] * 50
