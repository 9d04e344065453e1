import numpy as np
import pytest

from gapwise.forecasting.observed import Observed, observe
from gapwise.forecasting.power_law import bend, fit
from tests.gapwise.forecasting.drawn import ROWS, answers, course


def exact(means, error=1e-5, left=400.0):
    """Scores of four sizes that are hardly in doubt."""
    size = len(means)
    return Observed(
        rows=ROWS[:size], left=left, means=np.asarray(means), repeats=5, of_rows=error**2 * np.eye(size),
        noise=1e-12 * np.eye(size), shares=np.array([0.001]), weights=np.ones(1), freedom=500.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("exponent", "halfway"),
    [(0.0, np.log(2) / np.log(8)), (1.0, (1 - 1 / 2) / (1 - 1 / 8)), (-1.0, (2 - 1) / (8 - 1))],
)
def test_a_course_is_a_logarithm_a_line_in_1_by_n_or_a_line(exponent, halfway):
    found = [bend(rows, np.array([exponent]), 50, 400)[0] for rows in (50, 100, 400)]
    assert found == pytest.approx([0, halfway, 1])


@pytest.mark.parametrize("exponent", [-0.5, 0.0, 0.5, 1.0, 1.5])
def test_scores_on_a_law_without_doubt_lead_to_the_law(exponent, monkeypatch):
    monkeypatch.setattr("gapwise.forecasting.power_law.ROUGHNESS", 1e-6)
    law = fit(exact(course(exponent, ROWS)))
    truth = course(exponent, [600, 800])
    assert law.exponent == pytest.approx(exponent, abs=0.02)
    assert law.gain(400, 800).mean == pytest.approx(truth[1] - 0.75, abs=1e-3)
    assert law.score(600).mean == pytest.approx(truth[0], abs=1e-3)


def test_a_forecast_is_the_wider_the_farther_it_goes():
    law = fit(
        observe(ROWS, 400, answers(course(0.5, ROWS), 5, 300, np.random.default_rng(3)), np.arange(300), "accuracy")
    )
    widths = [high - low for low, high in (law.gain(400, rows).interval(0.95) for rows in (500, 600, 800))]
    assert widths == sorted(widths)
    assert widths[0] > 0


def test_luck_with_all_rows_that_are_left_is_not_taken_for_a_gain_to_come():
    # The last size is all rows there are, and lies above the law of the others: that may be these rows.
    means = course(0.3, ROWS) + np.array([0, 0, 0, 0.02])
    noise = np.diag([0.15] * 4)
    shared = {"rows": ROWS, "means": means, "repeats": 5, "of_rows": 1e-6 * np.eye(4), "noise": noise,
              "shares": np.array([0.001]), "weights": np.ones(1), "freedom": 500.0}  # fmt: skip
    few, plenty = (fit(Observed(left=left, **shared)).gain(400, 800).mean for left in (400.0, 100_000.0))
    assert few < plenty


def test_the_interval_holds_the_true_gain_in_about_95_of_100_curves():
    rng = np.random.default_rng(11)
    held = []
    for number in range(200):
        exponent = (-0.25, 0.25, 0.75)[number % 3]
        seen = answers(course(exponent, ROWS), 5, 200, rng)
        law = fit(observe(ROWS, 400, seen, np.arange(200), "accuracy"))
        low, high = law.gain(400, 800).interval(0.95)
        held.append(low <= course(exponent, [800])[0] - 0.75 <= high)
    assert 0.91 <= np.mean(held) <= 1.0


def test_more_test_rows_make_it_narrower():
    def width(texts, seed):
        seen = answers(course(0.5, ROWS), 5, texts, np.random.default_rng(seed))
        low, high = fit(observe(ROWS, 400, seen, np.arange(texts), "accuracy")).gain(400, 600).interval(0.95)
        return high - low

    few, many = (np.mean([width(texts, seed) for seed in range(6)]) for texts in (100, 2000))
    assert many < 0.9 * few
