import subprocess
import sys

import pytest
from pydantic import ValidationError

from gapwise.base.rules import rules
from gapwise.training.catalogue import CATALOGUE
from gapwise.training.recipe import FinetuneParams, chosen, conflicts, epochs_for
from tests.recipes import PLAIN, recipe

RULES = rules(FinetuneParams)
ON = {key: 1 if rule.tried is None else rule.tried for key, rule in RULES.items()} | {"precision": "bfloat16"}
PAIRS = [(key, other) for key, rule in RULES.items() for other in rule.excludes]


def test_the_plain_recipe_of_the_tests_names_every_key_and_switches_on_nothing():
    assert set(PLAIN) == set(FinetuneParams.model_fields)
    assert [kind for kind in CATALOGUE if kind.is_on(recipe())] == []


def test_each_regularizer_brings_a_key_with_a_rule_and_is_on_where_its_key_is():
    for kind in CATALOGUE:
        own = rules(kind.Keys)
        assert own
        for key in own:
            assert kind.is_on(recipe(**{key: ON[key], "dropout": 0.1 if key in ("r_drop", "dropout_samples") else 0.0}))


@pytest.mark.parametrize("key", [key for key, rule in RULES.items() if rule.on_trained_layers])
def test_what_acts_on_trained_layers_is_refused_where_there_are_none(key):
    params = recipe(**{key: ON[key]})
    assert conflicts(params, trained_layers=1) == []
    assert [problem.split(" ")[0] for problem in conflicts(params, trained_layers=0)] == [key]
    with pytest.raises(ValidationError, match=rf"{key} \(.*\) acts on the layers that are trained"):
        recipe(freeze=-1, **{key: ON[key]})


@pytest.mark.parametrize("key", [key for key, rule in RULES.items() if rule.on_batches])
def test_what_needs_other_texts_in_the_batch_is_refused_with_batches_of_one(key):
    with pytest.raises(ValidationError, match=rf"{key} \(.*\) needs other texts in the batch, and batch_size is 1"):
        recipe(batch_size=1, **{key: ON[key]})


@pytest.mark.parametrize(("key", "other"), PAIRS)
def test_what_works_against_something_else_is_refused_with_the_reason_and_both_ways_out(key, other):
    reason = RULES[key].excludes[other]
    with pytest.raises(ValidationError) as refused:
        recipe(dropout=0.1, **{key: ON[key], other: ON[other]})
    assert f"exclude each other: {reason}; set {key} to" in str(refused.value)


def test_some_pairs_are_excluded():
    assert len(PAIRS) >= 8
    assert {("mixup", "r_drop"), ("l2_sp", "lora_rank"), ("reinit_layers", "head_init")} <= set(PAIRS)


@pytest.mark.parametrize(
    "changes",
    [
        {"r_drop": 1.0, "dropout": 0.1, "encoder_dropout": 0.0},
        {"r_drop": 1.0},  # the encoder's own dropout
        {"r_drop": 1.0, "dropout": 0.1, "freeze": -1},
        {"mixup": 0.2, "contrastive": 0.5},
        {"l2_sp": 0.1, "mixout": 0.5},
        {"head_init": "probe", "freeze": -1},
        {"lora_rank": 2, "weight_decay": 0.1, "layer_decay": 0.9, "gradual_unfreezing": 1},
        {"ema": 0.9, "label_smoothing": 0.1, "class_weight": "balanced"},
    ],
)
def test_what_makes_sense_together_is_accepted(changes):
    recipe(**changes)


def test_null_epochs_are_those_of_the_measured_sizes_and_fall_in_between():
    assert [epochs_for(rows) for rows in (8, 64, 200, 5000)] == [20, 5, 3, 3]
    found = [epochs_for(rows) for rows in range(1, 300)]
    assert found == sorted(found, reverse=True)


def test_what_the_number_of_rows_leaves_alone_and_what_it_fills_in():
    given, left = recipe(epochs=8), recipe(epochs=None, min_epochs=None)
    assert given.for_rows(64) == given
    assert left.for_rows(64) == recipe(epochs=5, min_epochs=None)
    assert left.for_rows(64).earliest_epoch == left.for_rows(64).last_epoch == 5
    assert chosen(given, 64) is None
    assert chosen(left, 64) == "finetune.epochs is null: 5 epochs, for 64 rows per class to train on"


def test_what_does_not_fit_the_epochs_is_refused_once_they_are_known():
    left = recipe(epochs=None, min_epochs=9)
    assert conflicts(left.for_rows(8)) == []
    assert conflicts(left.for_rows(64)) == ["early_stopping.min_epochs (9) is more than epochs (5); lower it"]


def test_reading_a_recipe_does_not_wait_for_tensorflow():
    code = "import sys, gapwise.training.recipe; print({'tensorflow', 'keras', 'sklearn'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
