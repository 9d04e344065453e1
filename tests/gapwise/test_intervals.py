import numpy as np
import pytest
from scipy.stats import norm, t
from sklearn.metrics import accuracy_score, f1_score

from gapwise.intervals import CHUNK, bootstrap, detectable_difference, interval, weighted_scores


def simulated(rng, repeats, rows, spread):
    """Crossed data: hard and easy rows, lucky and unlucky repeats; class 1 is always right."""
    latent = 1.8 + rng.normal(0, 1.5, rows) + rng.normal(0, spread, (repeats, 1)) + rng.normal(0, 0.7, (repeats, rows))
    return latent > 0


def true_accuracy(spread):
    return norm.cdf(1.8 / np.sqrt(1.5**2 + 0.7**2 + spread**2))


def accuracy_interval(correct, samples, rng, confidence=0.95):
    rows = correct.shape[1]
    return interval(bootstrap(np.ones(rows, int), correct.astype(int), 2, samples, rng)["accuracy"], confidence)


def test_weighted_scores_are_scikit_learns_on_the_drawn_rows():
    rng = np.random.default_rng(0)
    actual, predicted = rng.integers(5, size=60), rng.integers(4, size=(3, 60))
    weights = rng.integers(3, size=(4, 60))
    weights[0, actual == 2] = 0
    scores = weighted_scores(weights.astype(float), actual, predicted, classes=5)
    rows = [np.repeat(np.arange(60), draw) for draw in weights]
    expected = [[f1_score(actual[i], guess[i], average="macro") for guess in predicted] for i in rows]
    np.testing.assert_allclose(scores["macro_f1"], expected, rtol=1e-12)
    expected = [[accuracy_score(actual[i], guess[i]) for guess in predicted] for i in rows]
    np.testing.assert_allclose(scores["accuracy"], expected, rtol=1e-12)


def test_macro_f1_leaves_out_classes_that_a_draw_lacks():
    scores = weighted_scores(np.array([[1.0, 1.0, 0.0]]), np.array([0, 1, 2]), np.array([[0, 1, 0]]), classes=4)
    assert scores["macro_f1"].tolist() == [[1.0]]


def test_draws_depend_on_the_generator_alone():
    correct = simulated(np.random.default_rng(1), 3, 50, 0.3)
    first, again, other = (accuracy_interval(correct, CHUNK + 10, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert first == again != other


@pytest.mark.parametrize(("spread", "repeats"), [(0.0, 5), (0.15, 5), (0.15, 10)])
def test_interval_holds_the_truth_about_as_often_as_it_says(spread, repeats):
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(150):
        low, high = accuracy_interval(simulated(rng, repeats, 300, spread), 200, rng)
        held += low <= true_accuracy(spread) <= high
    assert 0.91 <= held / 150 <= 0.995


def test_interval_widens_with_the_spread_of_repeats_and_narrows_with_rows():
    def width(repeats, rows, spread):
        low, high = accuracy_interval(simulated(np.random.default_rng(3), repeats, rows, spread), 500, rng)
        return high - low

    rng = np.random.default_rng(4)
    assert width(6, 1000, 0.5) > 1.5 * width(6, 1000, 0)
    assert width(6, 1000, 0) < 0.7 * width(6, 250, 0)


def test_repeats_are_drawn_too():
    """Each repeat is either always right or always wrong: only drawing repeats can move the score."""
    correct = np.repeat([[True], [False], [True], [False], [True]], 40, axis=1)
    draws = bootstrap(np.ones(40, int), correct.astype(int), 2, 4000, np.random.default_rng(0))["accuracy"]
    assert set(draws.round(6)) == {0, 0.25, 0.5, 0.75, 1}
    # Drawing 4 of 5 makes up for the divisor: the variance of the mean is that of the repeats over 5.
    assert draws.var() == pytest.approx(np.var([1, 0, 1, 0, 1], ddof=1) / 5, rel=0.1)


def test_one_repeat_has_an_interval_of_rows_alone():
    correct = np.arange(400)[None] < 320
    draws = bootstrap(np.ones(400, int), correct.astype(int), 2, 4000, np.random.default_rng(0))["accuracy"]
    assert draws.std() == pytest.approx(np.sqrt(0.8 * 0.2 / 400), rel=0.05)


def test_percentile_interval_cuts_both_tails():
    assert interval(np.arange(101.0), 0.9) == pytest.approx((5, 95))


def test_detectable_difference_by_hand():
    """Two repeats disagree on 20 of 100 rows and are equally good: no spread of repeats beyond the rows' own."""
    correct = np.ones((2, 100), bool)
    correct[0, :10] = correct[1, 10:20] = False
    # t with 99 degrees of freedom: 1.9842 for the test, 0.8453 for the power.
    assert detectable_difference(correct, 0.95) == pytest.approx((1.9842 + 0.8453) * np.sqrt(0.2 / 100), rel=1e-3)


def test_detectable_difference_counts_the_spread_of_repeats():
    """Two repeats whose accuracies, 0.96 and 1, differ by more than their 4 disagreeing rows explain."""
    correct = np.ones((2, 100), bool)
    correct[0, :4] = False
    by_row = 0.04 / 100
    by_repeat = 2 * (0.04**2 / 2 - 0.04 * 0.96 / 2 / 99) / 2
    freedom = (by_row + by_repeat) ** 2 / (by_row**2 / 99 + by_repeat**2)
    multiple = t.ppf(0.975, freedom) + t.ppf(0.8, freedom)
    assert detectable_difference(correct, 0.95) == pytest.approx(multiple * np.sqrt(by_row + by_repeat))


def test_detectable_difference_of_one_repeat_takes_errors_as_unrelated():
    correct = np.arange(500)[None] < 400
    expected = (1.9647 + 0.8423) * np.sqrt(2 * 0.8 * 0.2 / 500)
    assert detectable_difference(correct, 0.95) == pytest.approx(expected, rel=1e-3)


def test_detectable_difference_is_never_zero_nor_above_one():
    assert detectable_difference(np.ones((5, 1000), bool), 0.95) == pytest.approx(2.8 / 1000, rel=0.01)
    assert detectable_difference(np.repeat([[True], [False]], 5, axis=1), 0.95) == 1.0


def test_detectable_difference_falls_with_rows_and_rises_with_power_and_confidence():
    correct = simulated(np.random.default_rng(0), 5, 4000, 0.1)
    base = detectable_difference(correct[:, :400], 0.95)
    assert detectable_difference(correct, 0.95) < 0.6 * base
    assert (
        detectable_difference(correct[:, :400], 0.99) > base < detectable_difference(correct[:, :400], 0.95, power=0.9)
    )


def test_a_paired_test_sees_a_true_difference_of_that_size():
    """Settings that differ as the docstring imagines: a test over rows finds the difference in 80 % of cases."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(200):
        first = simulated(rng, 5, 400, 0.0)
        smallest = detectable_difference(first, 0.95)
        shift = rng.random(400) < smallest / (1 - first.mean())
        second = first | shift
        difference = (second.astype(float) - first).mean(axis=0)
        found += difference.mean() > 1.96 * difference.std(ddof=1) / np.sqrt(400)
    assert found / 200 >= 0.8
