"""A small version of the races of benchmarks/honesty, on made-up texts: it fails where a race stops being honest."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.honesty import tuned_races
from benchmarks.honesty.races import claim, races
from benchmarks.honesty.small_worlds import BASE, REPEATS, draw_world
from benchmarks.honesty.worlds import Population

GRID = {
    f"l2 {l2:g}, rate {rate:g}": replace(BASE, width=32, epochs=2, l2=l2, learning_rate=rate)
    for l2 in (0.0, 0.05, 0.3)
    for rate in (0.03, 0.003, 0.5)
}
ALIKE = {f"seed {twin}": replace(BASE, width=32, epochs=1, twin=twin) for twin in range(9)}
WORLDS = 20


@pytest.fixture(scope="module")
def population():
    """Vectors of which some components tell the class, more or less; groups of one to three texts."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=3000)
    vectors = rng.normal(size=(3000, 32)) + 0.25 * (2 * labels[:, None] - 1) * (rng.random(32) < 0.5)
    groups = np.repeat(np.arange(3000), rng.integers(1, 4, 3000))[:3000]
    return Population("made-up", vectors.astype(np.float32), labels, groups)


@pytest.mark.slow
def test_a_race_is_nearly_as_good_as_the_grid_and_its_score_is_corrected(population):
    rows = [
        row
        for seed in range(WORLDS)
        for row in races(draw_world(population, GRID, 200, seed, more=10), seed)
        if (row["metric"], row["budget"]) == ("log_loss", 60)
    ]
    assert len(rows) == WORLDS
    assert all(row["trained"] <= 60 for row in rows)
    assert np.mean([row["behind"] for row in rows]) <= 0.01
    assert np.mean([row["held"] for row in rows]) >= 0.8
    assert all(row["optimism"] >= 0 for row in rows)


@pytest.mark.slow
def test_settings_that_are_alike_are_seldom_called_different(population):
    claimed = [claim(draw_world(population, ALIKE, 200, seed, more=0)) for seed in range(WORLDS)]
    assert np.mean([one["accuracy"] for one in claimed]) <= 0.05 + 3 * (0.05 * 0.95 / WORLDS) ** 0.5


def test_a_race_on_a_grid_that_was_trained_counts_the_trainings_that_it_asks_for_alone(population):
    world = draw_world(population, GRID, 200, seed=0, more=0)
    seconds = np.ones((len(GRID), REPEATS), np.float32)
    tuned = tuned_races.Tuned(world, seconds, np.full(len(GRID), world.screening.price))
    rows = list(tuned_races.races("made-up", tuned, 3))
    assert [row["seconds"] for row in rows] == pytest.approx([row["trained"] for row in rows])
    assert {row["of the grid"] for row in rows} == {seconds.size}
    for row in rows:
        assert row["trained"] <= row["budget"]
        assert {row["default"], row["grid"], row["race"]} <= {*world.truth["accuracy"]}
    assert "made-up" in tuned_races.sections(pd.DataFrame(rows))[-1]
