from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.errors import UserError
from gapwise.params import SECTIONS, validate
from gapwise.recipe import FinetuneParams


@pytest.fixture
def document():
    return YAML(typ="safe").load(Path("params.yaml"))


def problems(document):
    with pytest.raises(UserError, match=r"params\.yaml has mistakes, nothing was run") as caught:
        validate(document, "finetune", FinetuneParams)
    return list(caught.value.problems)


def test_the_projects_own_params_are_valid(document):
    assert validate(document, "finetune", FinetuneParams).model_dump() == document["finetune"]
    assert set(document) == set(SECTIONS)


def test_all_mistakes_of_all_sections_come_at_once(document):
    document["split"]["repeats"] = 0
    document["tokenize"]["max_length"] = "long"
    document["finetune"]["early_stopping"]["patience"] = 0
    del document["evaluate"]["confidence"]
    assert problems(document) == [
        "split.repeats: should be greater than or equal to 1; got 0",
        "tokenize.max_length: should be a valid integer; got 'long'",
        "finetune.early_stopping.patience: should be greater than or equal to 1; got 0",
        "evaluate.confidence: this key is missing",
    ]


@pytest.mark.parametrize(
    ("section", "key", "hint"),
    [
        ("finetune", "droput", "; did you mean dropout?"),
        ("split", "xyz", "; known are seed, test_fraction, validation_fraction, train_size, train_per_class, repeats"),
    ],
)
def test_a_misspelt_key_names_the_nearest_or_all(document, section, key, hint):
    document[section][key] = 1
    assert problems(document) == [f"{section}.{key}: unknown key{hint}"]


def test_a_misspelt_key_in_a_section_of_a_section_names_the_nearest_there(document):
    document["finetune"]["early_stopping"]["patiance"] = 3
    assert problems(document) == ["finetune.early_stopping.patiance: unknown key; did you mean patience?"]


def test_a_misspelt_section_is_both_unknown_and_missing(document):
    document["finetunes"] = document.pop("finetune")
    assert problems(document) == [
        "finetunes: unknown section; did you mean finetune?",
        "finetune: this section is missing",
    ]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("freeze", -2, "should be greater than or equal to -1; got -2"),
        ("freeze", True, "should be a valid integer; got True"),
        ("freeze", 1.0, "should be a valid integer; got 1.0"),
        ("l2", -0.1, "should be greater than or equal to 0; got -0.1"),
        ("l2", "1e-4", "should be a valid number; got '1e-4'"),
        ("dropout", 1, "should be less than 1; got 1"),
        ("learning_rate", 0, "should be greater than 0; got 0"),
        ("head_learning_rate", 2, "should be less than or equal to 1; got 2"),
        ("warmup", None, "should be a valid number; got None"),
        ("epochs", 0, "should be greater than or equal to 1; got 0"),
        ("batch_size", [16], "should be a valid integer; got [16]"),
        ("early_stopping", None, "should be a valid dictionary or instance of EarlyStopping; got None"),
    ],
)
def test_a_value_out_of_range_or_of_another_type_says_what_is_allowed(document, key, value, problem):
    document["finetune"][key] = value
    assert problems(document) == [f"finetune.{key}: {problem}"]


def test_choices_are_listed(document):
    document["finetune"]["early_stopping"]["monitor"] = "f1"
    assert problems(document) == ["finetune.early_stopping.monitor: should be 'loss' or 'accuracy'; got 'f1'"]


@pytest.mark.parametrize("value", [None, [], "text"])
def test_a_document_that_holds_no_sections_is_named(value):
    with pytest.raises(UserError, match=r"params\.yaml must hold the sections prepare, split"):
        validate(value, "finetune", FinetuneParams)
