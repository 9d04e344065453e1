"""A race: who goes on, who falls and why."""

import pytest

from gapwise.searching.plan import Look
from gapwise.searching.race import ALPHA, run_race
from tests.gapwise.searching.setting import race, scores

MEANS = {"default": 0.09, "good": 0.1, "alike": 0.09, "bad": -2.0}


def test_what_will_not_win_falls_at_the_first_look_and_says_so():
    found = race(MEANS, [(2, 4), (4, 4)])
    fall = found.falls["bad"]
    assert (fall.look, fall.reason) == (0, "worse")
    assert fall.difference.value == pytest.approx(-2.1, abs=0.15)
    assert fall.p_value < ALPHA / (2 * 3)
    assert [len(own) for own in found.scores.values()] == [4, 4, 4, 2]
    assert found.trained == 14


def test_for_the_budget_the_last_fall_and_the_default_never():
    found = race({"default": -0.1, "good": 0.02, "alike": 0.01}, [(1, 3), (2, 2)], noise=0.5)
    assert [fall.reason for fall in found.falls.values()] == ["budget"]
    assert sorted(len(own) for own in found.scores.values()) == [1, 2, 2]
    assert len(found.scores["default"]) == 2


def test_the_default_may_be_far_behind_and_stays():
    found = race({"default": -5.0, "good": 0.0, "fair": -0.01}, [(1, 3), (3, 2)])
    assert "default" not in found.falls
    assert len(found.scores["default"]) == 3


def test_the_default_may_win():
    found = race({"default": 1.0, "one": 0.0, "other": 0.0}, [(1, 3), (3, 2)])
    assert found.winner == "default"


def test_only_what_is_still_in_the_race_is_trained_and_each_look_is_told():
    made, asked, told = scores(MEANS | {"alike": 0.0}), [], []

    def score(names, repeats):
        asked.extend((name, repeats) for name in names)
        return {name: made[name][:repeats] for name in names}

    run_race(list(MEANS), [Look(1, 4), Look(3, 2)], score, lambda race, look: told.append((look, race.winner)))
    assert asked[:4] == [(name, 1) for name in MEANS]
    assert sorted(asked[4:]) == [("default", 3), ("good", 3)]
    assert told == [(0, "good"), (1, "good")]


def test_the_best_of_settings_that_are_alike_seldom_falls_as_worse():
    means = {f"setting {number}": 0.0 for number in range(8)}
    fallen = 0
    for seed in range(200):
        found = race(means, [(1, 8), (2, 8), (4, 8)], rows=30, noise=0.5, seed=seed)
        fallen += "setting 3" in [name for name, fall in found.falls.items() if fall.reason == "worse"]
    assert fallen / 200 <= ALPHA
