"""A screening: the best may race, and the default always."""

import numpy as np
import pytest

from gapwise.searching.screening import screen

SCORES = {name: np.array([mean - 0.1, mean + 0.1]) for name, mean in {"default": -3, "a": 1, "b": 2, "c": 0.5}.items()}


@pytest.mark.parametrize(("most", "racing"), [(2, ["default", "b"]), (3, ["default", "b", "a"])])
def test_the_best_race_and_the_default_wherever_it_is(most, racing):
    found = screen(SCORES, "default", most)
    assert (found.racing, found.leader) == (racing, "b")


def test_a_setting_is_behind_the_leader_row_by_row():
    behind = screen(SCORES, "default", 2).behind("c", "log_loss")
    assert behind.value == pytest.approx(-1.5)
    assert behind.interval(0.95) == pytest.approx((-1.5, -1.5))  # on each row by as much
