"""Effects of values: on rows that all settings share."""

import pytest

from gapwise.searching.effects import effects
from gapwise.searching.space import Candidate
from tests.gapwise.searching.setting import scores


def candidate(name, **finetune):
    changes = {f"finetune.{key}": value for key, value in finetune.items()}
    return Candidate(name, changes, {"finetune": {"freeze": 1, "l2": 0.0, **finetune}})


def shared(means):
    """What settings that truly have these means score on one draw of rows."""
    return {name: float(rows[0].mean()) for name, rows in scores(means, repeats=1).items()}


def test_a_value_that_is_better_shows_and_a_condition_leaves_settings_out():
    drawn = [
        candidate("default"),
        *(candidate(f"one {n}", freeze=1, l2=0.1 * n) for n in range(5)),
        *(candidate(f"two {n}", freeze=2) for n in range(5)),
    ]
    means = {one.name: 1.0 if one.name.startswith("two") else 0.0 for one in drawn}
    found = effects(shared(means), drawn, 0.95)
    (freeze,) = [one for one in found if one.key == "finetune.freeze"]
    assert (freeze.value, freeze.settings) == ("2", 5)
    assert freeze.difference.value == pytest.approx(1, abs=0.1)
    assert freeze.difference.low > 0.8
    (l2,) = [one for one in found if one.key == "finetune.l2"]
    assert (l2.value, l2.settings) == ("above 0.15", 3)
    assert l2.difference.low < 0 < l2.difference.high


def test_a_value_of_one_setting_alone_tells_nothing():
    drawn = [candidate("default"), candidate("a", freeze=1), candidate("b", freeze=2)]
    assert effects(shared({one.name: 0.0 for one in drawn}), drawn, 0.95) == []
