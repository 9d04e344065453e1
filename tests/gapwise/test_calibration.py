import numpy as np
import pytest

from gapwise.calibration import calibration_error, confidence_bins


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
