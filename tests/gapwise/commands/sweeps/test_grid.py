"""What `-S` means, which settings it makes, what they are called, and every mistake in them."""

import re
from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.commands.sweeps.grid import jobs, overrides, read

PARAMS = Path("params.yaml").read_text(encoding="utf-8")
COMMIT = "12" * 20


def names(*settings, commit=COMMIT, params=PARAMS):
    return [job.name for job in jobs(params, commit, settings)]


def problems(*arguments):
    with pytest.raises(UserError, match=r"Nothing was run: the grid has mistakes\.") as caught:
        jobs(PARAMS, COMMIT, read(arguments))
    return list(caught.value.problems)


def test_a_grid_is_every_combination_in_the_order_of_the_arguments():
    assert read(["finetune.l2=0,0.1", "finetune.freeze=choice(1,4)", "split.seed=3"]) == [
        ("finetune.l2=0", "finetune.freeze=1", "split.seed=3"),
        ("finetune.l2=0", "finetune.freeze=4", "split.seed=3"),
        ("finetune.l2=0.1", "finetune.freeze=1", "split.seed=3"),
        ("finetune.l2=0.1", "finetune.freeze=4", "split.seed=3"),
    ]


def test_lists_and_ranges_are_those_of_hydra():
    assert read(["augment.methods=[],[swap,delete]"]) == [("augment.methods=[]",), ("augment.methods=[swap,delete]",)]
    assert read(["finetune.freeze=range(1,4)"]) == [
        ("finetune.freeze=1",),
        ("finetune.freeze=2",),
        ("finetune.freeze=3",),
    ]


def test_a_name_says_what_differs_from_the_commit_and_ends_with_a_hash():
    (name,) = names(["finetune.l2=0.5", "finetune.freeze=4", "finetune.dropout=0.1"])
    assert re.fullmatch(r"freeze-4-l2-0\.5-[0-9a-f]{10}", name)
    (same,) = names(["finetune.dropout=0.1"])
    assert re.fullmatch(r"as-committed-[0-9a-f]{10}", same)


def test_one_setting_has_one_name_however_it_is_written_and_is_run_once():
    settings = [["finetune.l2=1e-3"], ["finetune.l2=0.001"], ["finetune.l2=0.0010", "finetune.freeze=1"]]
    first, *others = jobs(PARAMS, COMMIT, settings)
    assert first.overrides == ("finetune.l2=1e-3",)
    assert others == [first, first]


def test_another_commit_or_another_param_makes_another_name():
    one = ["finetune.l2=0.5"]
    others = [*names(one, commit="34" * 20), *names(one, params=PARAMS.replace("epochs: 8", "epochs: 9"))]
    assert len({*names(one), *others}) == 3


def test_names_are_references_of_git_and_not_endless():
    source = "prepare.source='data/..a//b c.lock/…'"
    (name,) = names([source, "augment.protect=[" + "word," * 40 + "end]"])
    assert re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", name)
    assert len(name) <= 71


def test_all_mistakes_of_all_settings_are_said_at_once():
    assert problems("finetune.l2=-1,0.1", "finetune.freze=1", "finetune.freeze=two,3", "finetune.l1=-2") == [
        "finetune.freze: unknown key; did you mean finetune.freeze?",
        "finetune.l2: must be a number, at least 0; got -1 (in 2 of 4 settings)",
        "finetune.l1: must be a number, at least 0; got -2",
        "finetune.freeze: must be a whole number, at least -1; got 'two' (in 2 of 4 settings)",
    ]


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("nonsense", "nonsense: Error parsing override 'nonsense'"),
        ("finetune.l2=choice(0", "finetune.l2=choice(0: no viable alternative at input 'choice(0'"),
        ("finetune.l2=interval(0,1)", "finetune.l2=interval(0,1): BasicSweeper does not support sweep type"),
        ("other.yaml:l2=3", "other.yaml: params are in params.yaml alone; write -S KEY=VALUES"),
        ("~finetune.mixup", "finetune.mixup: this key is missing; it must be a number, at least 0"),
        ("+finetune.new=1", "finetune.new: unknown key; known are"),
        ("finetune.l2=", "finetune.l2: must be a number, at least 0; got ''"),
        ("finetune.l2.deep=1", "finetune.l2.deep: unknown key; did you mean finetune.l2?"),
    ],
)
def test_what_cannot_be_read_is_a_message(argument, problem):
    (said,) = problems(argument)
    assert said.startswith(problem)


def test_nothing_to_sweep_over_is_a_message():
    with pytest.raises(UserError, match=r"There is nothing to sweep over\. Give values, for example"):
        read([])


def test_a_setting_of_values_is_written_so_that_it_is_read_as_these_values():
    setting = {
        "finetune.l2": 1e-05,
        "finetune.class_weight": {"very good": 2.0, "no": 1.0},
        "finetune.encoder_dropout": None,
        "finetune.head_refit": True,
        "augment.methods": ["swap", "delete"],
        "augment.protect": [],
        "prepare.source": "data/a, b=(1)/it's.csv",
    }
    (job,) = jobs(PARAMS, COMMIT, [overrides(setting)])
    assert [job.name] == names(*read(overrides(setting)))
    assert job.name.startswith("methods-swap-delete-no-1-very-good-2-head-refit-true-l2-")


def test_a_setting_that_cannot_be_written_is_a_message():
    with pytest.raises(UserError, match="LexerNoViableAltException"):
        jobs(PARAMS, COMMIT, [overrides({"finetune.class_weight": {"it's": 2.0}})])
