"""A small version of benchmarks/honesty, on made-up texts: it fails where a verdict stops being honest."""

import numpy as np
import pytest

from benchmarks.honesty import questions
from benchmarks.honesty.worlds import Head, Population, draw_pool

SETTINGS = {
    "base": Head(),
    "twin": Head(twin=1),
    "quarter": Head(width=16),
    "wild": Head(learning_rate=0.5, epochs=2),
    "calm": Head(l2=0.15, dropout=0.5),
    "strong": Head(l2=0.5),
}
PAIRS = [("base", "twin"), ("base", "quarter"), ("base", "wild")]


@pytest.fixture(scope="module")
def population():
    """Vectors of which some components tell the class, more or less; groups of one to three texts."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=3000)
    vectors = rng.normal(size=(3000, 64)) + 0.25 * (2 * labels[:, None] - 1) * (rng.random(64) < 0.5)
    groups = np.repeat(np.arange(3000), rng.integers(1, 4, 3000))[:3000]
    return Population("made-up", vectors.astype(np.float32), labels, groups)


@pytest.fixture(scope="module")
def pools(population):
    return [draw_pool(population, 300, 60, 60, seed=seed, settings=SETTINGS) for seed in range(6)]


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(questions, "PAIRS", PAIRS)


def share(table, column):
    """With three standard errors, as worlds of one pool count."""
    (row,) = questions.rate(table.assign(all=""), column, ["all"]).to_dict("records")
    return row["share"], 1.5 * row["error"]


@pytest.mark.slow
def test_two_seeds_of_one_setting_are_seldom_called_different(pools):
    table = questions.same_setting(pools, 20, seed=1, sizes=[(2, 200), (5, 200)])
    for way in ("Gapwise, accuracy", "Gapwise, log_loss"):
        claimed, error = share(table[table["way"] == way], "claimed")
        assert claimed - error <= 0.05
    claimed, _ = share(table[table["way"] == "one seed, the larger number wins"], "claimed")
    assert claimed > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("score", ["accuracy", "log_loss"])
def test_intervals_hold_the_truth_as_often_as_they_say(pools, score):
    table = questions.coverage(pools, 15, seed=2, scores=[score], sizes=[(2, 200), (5, 200)])
    held, error = share(table, "held")
    assert 0.92 - error <= held <= 0.985


@pytest.mark.slow
def test_intervals_hold_the_truth_where_one_of_two_settings_is_calibrated(pools, monkeypatch):
    monkeypatch.setattr(questions, "PAIRS", [("base", "calm")])
    table = questions.coverage(pools, 10, seed=2, scores=["calibration_error"], sizes=[(5, 200), (10, 200)])
    held, _ = share(table, "held")
    assert held >= 0.87  # 0.78 with what few rows add left in


@pytest.mark.slow
def test_a_difference_is_found_about_as_often_as_planned(pools, monkeypatch):
    monkeypatch.setattr(questions, "PAIRS", [("base", "twin"), ("base", "strong")])
    table = questions.power(pools, 12, seed=3).dropna().astype({"found": bool})
    found, error = share(table, "found")
    assert len(table) > 100
    assert 0.7 - error <= found <= 0.9 + error


def test_pools_and_their_groups_are_apart_from_what_is_predicted(population):
    pool = draw_pool(population, 300, 60, 2, seed=0, settings={"base": Head()})
    assert 300 <= len(population.labels) - len(pool.labels) <= 303
    texts, groups = pool.draw_test(50, np.random.default_rng(0))
    sizes = np.bincount(pool.groups)
    assert len(texts) >= 50
    assert [len(set(pool.groups[texts[groups == group]])) for group in range(groups.max() + 1)] == [1] * (
        groups.max() + 1
    )
    assert [sizes[pool.groups[texts[groups == g]][0]] for g in range(groups.max() + 1)] == np.bincount(groups).tolist()
