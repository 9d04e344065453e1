"""The worlds in which forecasts are judged: what is hidden stays hidden, and the truth is one."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.curve import worlds
from benchmarks.curve.questions import draw_known
from benchmarks.curve.ways import WAYS, Seen
from benchmarks.honesty.worlds import Population


@pytest.fixture
def population():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, 900)
    vectors = rng.normal(size=(900, 6)) + 0.4 * labels[:, None]
    return Population("drawn", vectors.astype(np.float32), labels, np.arange(900) // 3)


def test_no_group_is_trained_on_and_tested_and_later_rows_are_new(population, monkeypatch):
    trained, tested = [], []

    def watch(population, rows, texts, seed):
        trained.append(rows)
        tested.append(texts)
        return np.full((len(rows), len(texts)), 0.6)

    monkeypatch.setitem(worlds.LEARNERS, "watched", watch)
    world = worlds.draw_world(population, "watched", 150, 4, seed=3)
    known, beyond = trained[:4], trained[4:6]
    assert [rows.shape for rows in known] == [(4, count) for count in world.rows]
    assert [rows.shape[1] for rows in beyond] == world.later == [202, 270]
    assert world.rows.tolist() == [17, 34, 68, 135]
    for smaller, larger in pairwise(known[1:]):
        assert all(set(small) < set(large) for small, large in zip(smaller, larger, strict=True))
    for own in beyond[1]:
        assert len(set(own)) == len(own)
    groups_trained = set(population.groups[np.concatenate([rows.ravel() for rows in trained])])
    assert groups_trained.isdisjoint(population.groups[tested[0]])


def test_a_learner_learns_from_more_rows(population):
    world = worlds.draw_world(population, "logistic", 150, 6, seed=1)
    scores = [
        world.contributions("accuracy", np.arange(6), np.arange(len(world.labels)))[size].mean() for size in (0, 3)
    ]
    assert scores[1] > scores[0]
    assert world.truths["accuracy"][0] == pytest.approx(scores[1], abs=0.03)


def test_a_curve_with_a_known_law_has_its_scores_on_many_texts_and_repeats():
    seen, later, gains = draw_known(0.5, 40, 4000, np.random.default_rng(2))
    assert later == [600.0, 800.0]
    assert 0 < gains[0] < gains[1] < 0.2
    assert (np.diff(seen.contributions.mean(axis=(1, 2))) > 0).all()


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_an_interval_around_its_value_for_each_end(way):
    seen, later, _ = draw_known(0.5, 3, 100, np.random.default_rng(6))
    found = WAYS[way](seen, later)
    assert len(found) == 2
    assert all(low <= value <= high for value, low, high in found)
    assert isinstance(seen, Seen)
