"""What a winner is worth: right in the mean, and inside the interval as often as it says."""

import numpy as np
import pytest

from gapwise.searching.correction import correct
from tests.gapwise.searching.setting import race

LOOKS = [(1, 12), (2, 6), (4, 3)]
ALIKE = {f"setting {number}": 0.0 for number in range(12)}


def by_row(found):
    """Groups of one row each, no row of which is in two repeats."""
    return [np.arange(50) + 50 * repeat for repeat in range(found.looks[-1].repeats)]


def test_the_best_of_many_that_are_alike_is_brought_back_to_what_it_is():
    found = [race(ALIKE, LOOKS, noise=1.0, seed=seed) for seed in range(150)]
    worth = [correct(one, by_row(one), "log_loss", 0.95, samples=200) for one in found]
    flattered = np.mean([one.seen for one in worth])
    assert flattered > 0.1
    assert np.mean([one.optimism for one in worth]) == pytest.approx(flattered, abs=0.07)
    held = np.mean([one.low <= 0 <= one.high for one in worth])
    assert 0.88 <= held <= 1


def test_where_one_setting_always_wins_nothing_is_taken_off():
    found = race({"default": 0.0, "best": 3.0, "other": 0.1}, [(1, 3), (2, 2)])
    worth = correct(found, [one[:50] for one in by_row(found)], "log_loss", 0.95)
    assert worth.optimism == pytest.approx(0, abs=0.01)
    assert worth.value == worth.seen - worth.optimism
    assert worth.low < worth.value < worth.high


def test_rows_of_one_group_count_as_fewer():
    found = race(ALIKE, LOOKS)
    alone = correct(found, by_row(found), "log_loss", 0.95)
    same = [np.repeat(np.arange(5), 10) + 5 * repeat for repeat in range(4)]
    grouped = correct(found, same, "log_loss", 0.95)
    assert grouped.value == pytest.approx(alone.value, abs=0.05)
    assert grouped.high - grouped.low > alone.high - alone.low
    assert grouped.groups == 20


def test_it_is_the_same_each_time():
    found = race(ALIKE, LOOKS)
    assert correct(found, by_row(found), "accuracy", 0.9) == correct(found, by_row(found), "accuracy", 0.9)
