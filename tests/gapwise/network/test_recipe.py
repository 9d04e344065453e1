import pytest
from pydantic import ValidationError

from gapwise.network.recipe import conflicts
from tests.recipes import PLAIN, recipe

NEEDS_LAYERS = {
    "gradual_unfreezing": 1, "reinit_layers": 1, "lora_rank": 2, "encoder_l2": 0.1, "l2_sp": 0.1, "mixout": 0.5,
    "encoder_dropout": 0.0, "contrastive": 0.5, "layer_decay": 0.9, "precision": "bfloat16",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), NEEDS_LAYERS.items())
def test_what_acts_on_trained_layers_is_refused_where_there_are_none(name, value):
    params = recipe(**{name: value})
    assert conflicts(params, all_frozen=False) == []
    assert [problem.split(" ")[0] for problem in conflicts(params, all_frozen=True)] == [name]
    with pytest.raises(ValidationError, match=rf"{name} \(.*\) acts on the layers that are trained"):
        recipe(freeze=-1, **{name: value})


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
        {"ema": 0.9, "label_smoothing": 0.1, "class_weight": "balanced", "temperature_scaling": True},
    ],
)
def test_what_makes_sense_together_is_accepted(changes):
    recipe(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"mixup": 0.2, "r_drop": 1.0, "dropout": 0.1},
        {"l2_sp": 0.1, "lora_rank": 2},
        {"mixout": 0.1, "lora_rank": 2},
        {"encoder_l2": 0.1, "lora_rank": 2},
        {"reinit_layers": 1, "lora_rank": 2},
        {"reinit_layers": 1, "l2_sp": 0.1},
        {"reinit_layers": 1, "mixout": 0.1},
        {"reinit_layers": 1, "head_init": "probe"},
    ],
)
def test_what_works_against_something_else_is_refused(changes):
    one, other = [name for name in changes if name != "dropout"]
    with pytest.raises(ValidationError, match=rf"{one} \(.*\) and {other} \(.*\) exclude each other: "):
        recipe(**changes)


def test_the_plain_recipe_of_the_tests_names_every_key():
    assert set(PLAIN) == set(type(recipe()).model_fields)
