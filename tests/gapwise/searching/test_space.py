"""Candidates: the same of one seed, interrupted or not, all different, all valid."""

import copy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.searching.params import read_search
from gapwise.searching.space import candidates, check, named, open_study, replaced

DOCUMENT = YAML(typ="safe").load(Path("params.yaml"))
COMMIT = "0" * 40
KEYS = {
    "finetune.freeze": {"choices": [1, 3, -1]},
    "finetune.learning_rate": {"log_range": [1e-5, 1e-3], "when": {"finetune.freeze": [1, 3]}},
    "finetune.contrastive": {"choices": [0.0], "when": {"finetune.freeze": [-1]}},
    "finetune.epochs": {"range": [2, 9]},
}


def search(keys=KEYS, **changes):
    budget = {"repeats": 99}
    return read_search(
        {"seed": 1, "settings": 8, "repeats": 3, "metric": "log_loss", "budget": budget, "keys": keys} | changes
    )


def drawn(folder, asked):
    return candidates(asked, DOCUMENT, COMMIT, folder / "study.log")


def problems(keys):
    with pytest.raises(UserError, match="nothing was trained") as caught:
        check(search(keys), DOCUMENT)
    return list(caught.value.problems)


def test_the_setting_of_params_yaml_comes_first_and_all_are_different(tmp_path):
    found = drawn(tmp_path, search())
    assert (found[0].changes, found[0].document) == ({}, DOCUMENT)
    assert len({one.name for one in found}) == 8
    assert all(one.document == replaced(DOCUMENT, one.changes) for one in found)


def test_conditions_hold_and_ranges_are_kept(tmp_path):
    for one in drawn(tmp_path, search(settings=24))[1:]:
        frozen = one.changes["finetune.freeze"] == -1
        assert ("finetune.learning_rate" in one.changes) is not frozen
        assert ("finetune.contrastive" in one.changes) is frozen
        assert 2 <= one.changes["finetune.epochs"] <= 9
        assert 1e-5 <= one.changes.get("finetune.learning_rate", 1e-4) <= 1e-3


def test_one_seed_gives_the_same_settings_and_another_seed_others(tmp_path):
    first, again, other = (drawn(tmp_path / name, search(seed=seed)) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert first == again
    assert first[1:] != other[1:]


def test_a_search_that_was_killed_while_drawing_goes_on_with_the_same_settings(tmp_path):
    whole = drawn(tmp_path / "whole", search())
    assert drawn(tmp_path / "part", search(settings=4)) == whole[:4]
    open_study(tmp_path / "part" / "study.log").ask()  # asked for, and killed before it was noted
    assert drawn(tmp_path / "part", search()) == whole
    assert drawn(tmp_path / "part", search()) == whole


def test_keys_with_few_values_give_fewer_settings(tmp_path):
    found = drawn(tmp_path, search({"finetune.epochs": {"choices": [2, 3, DOCUMENT["finetune"]["epochs"]]}}))
    assert sorted(one.document["finetune"]["epochs"] for one in found) == [2, 3, 8]


def test_a_name_is_of_the_params_and_the_commit_and_not_of_the_repeats():
    longer = replaced(DOCUMENT, {"split.repeats": 10})
    assert named(DOCUMENT, COMMIT) == named(longer, COMMIT) == named(copy.deepcopy(DOCUMENT), COMMIT)
    assert named(DOCUMENT, COMMIT) != named(DOCUMENT, "1" * 40)
    whole, half = (replaced(DOCUMENT, {"finetune.l2": value}) for value in (0, 0.0))
    assert named(whole, COMMIT) == named(half, COMMIT)


def test_keys_are_checked_against_params_yaml():
    assert problems(
        {
            "finetune.lr": {"choices": [1]},
            "split.seed": {"choices": [1]},
            "finetune.l2": {"range": [0.0, 1.0], "when": {"finetune.freezes": [1], "finetune.dropout": [0.1]}},
            "finetune.dropout": {"range": [0.0, 0.5]},
            "finetune.epochs": {"choices": [1, 2], "when": {"finetune.batch_size": [64]}},
            "finetune.batch_size": {"choices": [8, 16]},
        }
    ) == [
        "keys.finetune.lr: params.yaml has no such key; did you mean finetune.lora_rank or finetune.learning_rate?",
        "keys.split.seed: settings are raced on the same rows, so only augment, tokenize, finetune can be searched",
        "keys.finetune.l2.when.finetune.freezes: must be a key of this file; known are finetune.lr, split.seed, "
        "finetune.l2, finetune.dropout, finetune.epochs, finetune.batch_size",
        "keys.finetune.l2.when.finetune.dropout: a condition needs choices, and finetune.dropout has a range",
        "keys.finetune.epochs.when.finetune.batch_size: must be among [8, 16]; got 64",
    ]


def test_conditions_in_a_circle_are_refused():
    keys = {
        "finetune.epochs": {"choices": [1, 2], "when": {"finetune.batch_size": [8]}},
        "finetune.batch_size": {"choices": [8, 16], "when": {"finetune.epochs": [1]}},
    }
    (told,) = problems(keys)
    assert told.startswith("keys: conditions go in a circle: finetune.")


def test_each_value_is_checked_by_the_rules_of_params_yaml():
    keys = {"finetune.dropout": {"choices": [0.1, 1.5]}, "finetune.schedule": {"choices": ["linear", "cosin"]}}
    assert problems(keys) == [
        "keys.finetune.dropout: must be a number, at least 0, below 1; got 1.5",
        "keys.finetune.schedule: must be one of linear, cosine, constant; got 'cosin'; did you mean cosine?",
    ]


def test_settings_whose_keys_exclude_each_other_are_refused_before_any_work(tmp_path):
    with pytest.raises(UserError, match="nothing was trained") as caught:
        drawn(tmp_path, search({"finetune.freeze": {"choices": [-1]}}))
    assert caught.value.problems[0].startswith("finetune.freeze -1: finetune: contrastive (0.9) acts on the layers")
    assert caught.value.problems[-1] == "a condition, `when`, keeps such values apart"


@pytest.mark.parametrize("name", ["few-shot", "small", "medium"])
def test_the_searches_that_ship_are_valid(name, tmp_path):
    asked = read_search(YAML(typ="safe").load(Path(f"searches/{name}.yaml")))
    check(asked, DOCUMENT)
    assert len(candidates(asked, DOCUMENT, COMMIT, tmp_path / "study.log")) == 24
