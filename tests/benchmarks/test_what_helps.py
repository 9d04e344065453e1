import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import paired, what_helps
from benchmarks.columns import recipe
from benchmarks.sets import SIZES
from benchmarks.settings import BASE, CATALOGUE, CHANGES, PLAIN, in_words, named
from tests.benchmarks.test_results import predictions


def measured(change, repeat, right):
    from benchmarks.results import row

    both = pd.concat([predictions("test", right), predictions("validation", right)])
    return row(("tweets", "400 rows", change, repeat), both, 1.0, "")


def test_the_table_has_the_paired_difference_of_the_repeats_that_both_have():
    rows = pd.DataFrame(
        [
            measured("none", 0, [True, False, True, False]),
            measured("none", 1, [True, False, True, False]),
            measured("dropout 0.5", 0, [True, True, True, False]),
            measured("dropout 0.5", 1, [True, True, True, False]),
            measured("dropout 0.5", 2, [False, False, False, False]),
        ]
    )

    line = what_helps.table(rows, lambda name: np.arange(4)).splitlines()[2]

    assert line.startswith("| 400 rows | tweets | dropout 0.5 | -0.275 | +0.250 | +0.250 (")


def test_the_catalogue_has_a_line_for_each_key_and_a_column_for_each_cell_that_was_measured():
    right = {"none": [True, False] * 20, "mixup 0.4": [True, True] * 20, "l2 0.1": [True, False] * 20}
    rows = pd.DataFrame([measured(change, repeat, right[change]) for change in right for repeat in (0, 1)])

    header, _, *lines = what_helps.catalogue(rows, lambda name: np.arange(40)).splitlines()

    assert header == "| key | 400 rows, tweets |"
    keys = dict([cell.strip() for cell in line.split("|")[1:3]] for line in lines)
    assert list(keys) == list(CATALOGUE)
    assert keys["ema 0.95"] == ""
    assert re.fullmatch(r"\*\*\+50.0 \(\+\d\d.\d to \+\d\d.\d\)\*\*; −0\.\d{3}", keys["mixup 0.4"])
    assert re.fullmatch(r"\+0.0 \(−\d.\d to \+\d.\d\); \+0.000", keys["l2 0.1"])


def test_a_gain_is_what_is_right_now_and_was_not():
    one, other = (measured("none", 0, right)["right"] for right in ([True, True, False], [True, False, True]))

    assert paired.gains([one, one], [other, one]).tolist() == [[0, 1, -1], [0, 0, 0]]


def test_texts_of_one_article_have_one_number():
    groups = paired.groups_of("nyt-editorials")

    assert len(groups) == 879
    assert len(set(groups)) < 300


@pytest.mark.parametrize(("size", "change"), [(size, change) for size in SIZES for change in CHANGES[size]])
def test_each_change_is_a_valid_recipe_that_differs_from_the_recommended_one(size, change):
    assert recipe(BASE[size] | CHANGES[size][change]) != recipe(BASE[size])


@pytest.mark.parametrize("changes", PLAIN.values())
def test_plain_fine_tuning_freezes_and_penalizes_nothing(changes):
    plain = recipe(changes)

    assert (plain.freeze, plain.l2, plain.weight_decay, plain.l2_sp) == (0, 0, 0, 0)
    assert plain.learning_rate == plain.head_learning_rate


SETTINGS = sorted(path.name for path in Path("settings").iterdir())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_named_setting_is_lines_that_dvc_takes_and_changes_what_they_say(name):
    lines = Path("settings", name).read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"-S finetune\.[a-z_0-9.]+=\S+", line)] == []

    changed = recipe(named(name))

    default = recipe({})
    assert len(named(name)) == len(lines)
    for key in named(name):
        top = key.split(".")[0]
        assert getattr(changed, top) != getattr(default, top), f"{key} is what params.yaml says anyway"


@pytest.mark.parametrize("name", SETTINGS)
def test_a_named_setting_is_documented(name):
    assert f"$(cat settings/{name})" in Path("docs/settings.md").read_text()


def test_an_unknown_key_is_an_error_and_not_a_silent_default():
    with pytest.raises(KeyError, match="drop_out"):
        recipe({"drop_out": 0.5})


def test_changes_are_written_as_after_the_switch_of_dvc():
    changes = {"freeze": 3, "early_stopping.monitor": "loss", "head_refit": True}
    assert in_words(changes) == "freeze=3 early_stopping.monitor=loss head_refit=true"
    assert in_words({}) == "params.yaml"
