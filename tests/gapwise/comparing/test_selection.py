import numpy as np
import pytest

from gapwise.comparing.selection import optimism

ROWS = np.arange(300)


def settings(rng, means, *, repeats=5, rows=300, of_rows=0.0, noise=0.3):
    """Contributions of settings that truly score `means`, with the usual luck in repeats."""
    return [
        mean
        + rng.normal(0, of_rows, rows)
        + rng.normal(0, noise, (repeats, rows))
        + rng.normal(0, noise * 0.001**0.5, (repeats, 1))
        for mean in means
    ]


def in_truth(means, worlds=1000, **chance):
    """By how much the winner's test score was too good, over many worlds."""
    rng, excess = np.random.default_rng(0), []
    for _ in range(worlds):
        scores = np.array([one.mean() for one in settings(rng, means, **chance)])
        excess.append(scores.max() - means[scores.argmax()])
    return np.mean(excess)


def estimated(means, worlds=40, **chance):
    rng = np.random.default_rng(1)
    return np.mean([optimism(settings(rng, means, **chance), ROWS, "accuracy") for _ in range(worlds)])


@pytest.mark.parametrize("means", [[0.0] * 2, [0.0] * 5, [0.0] * 8, [0.0, 0.005, 0.01]])
@pytest.mark.parametrize("chance", [{}, {"repeats": 1}, {"of_rows": 0.2}])
def test_optimism_is_what_choosing_by_test_costs_in_truth(means, chance):
    assert estimated(means, **chance) == pytest.approx(in_truth(means, **chance), rel=0.25)


def test_equal_settings_are_overstated_by_the_expected_maximum_of_their_luck():
    # The largest of five normal numbers is 1.163 standard deviations above their mean.
    error = 0.3 * (1 / 1500 + 0.001 / 5) ** 0.5
    assert estimated([0.0] * 5) == pytest.approx(1.163 * error, rel=0.15)


def test_one_clear_winner_is_overstated_by_nothing():
    rng = np.random.default_rng(2)
    assert optimism(settings(rng, [0.0, 0.0, 0.2]), ROWS, "accuracy") == pytest.approx(0, abs=2e-4)


def test_luck_that_all_settings_share_favours_none():
    rng = np.random.default_rng(3)
    shared = rng.normal(0, 1, 300)
    apart = settings(rng, [0.0] * 4)
    together = [one + shared for one in apart]
    of_apart = optimism(apart, ROWS, "accuracy")
    assert optimism(together, ROWS, "accuracy") == pytest.approx(of_apart, rel=0.25)


def test_settings_that_predict_alike_are_overstated_by_nothing():
    same = settings(np.random.default_rng(4), [0.0])[0]
    assert optimism([same, same, same], ROWS, "accuracy") == pytest.approx(0, abs=1e-3)
    assert optimism([np.ones((2, 300))] * 3, ROWS, "accuracy") == 0


def test_rows_in_groups_are_overstated_more():
    rng = np.random.default_rng(5)
    rows = [np.repeat(one, 5, axis=1) for one in settings(rng, [0.0] * 5, rows=60)]
    assert optimism(rows, np.repeat(np.arange(60), 5), "accuracy") > 1.8 * optimism(rows, ROWS, "accuracy")


def test_optimism_is_the_same_whenever_it_is_asked_for():
    one = settings(np.random.default_rng(6), [0.0] * 3)
    assert optimism(one, ROWS, "accuracy") == optimism(one, ROWS, "accuracy") > 0
