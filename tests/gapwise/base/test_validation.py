from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.base.validation import SECTIONS, validate
from gapwise.network.recipe import FinetuneParams


@pytest.fixture
def document():
    return YAML(typ="safe").load(Path("params.yaml"))


def problems(document):
    with pytest.raises(UserError, match=r"params\.yaml has mistakes, nothing was run") as caught:
        validate(document, FinetuneParams)
    return list(caught.value.problems)


def test_the_projects_own_params_are_valid(document):
    assert validate(document, FinetuneParams)[0].model_dump() == document["finetune"]
    assert set(document) == set(SECTIONS)


def test_all_mistakes_of_all_sections_come_at_once(document):
    document["split"]["repeats"] = 0
    document["tokenize"]["max_length"] = "long"
    document["finetune"]["early_stopping"]["patience"] = 0
    del document["evaluate"]["confidence"]
    assert problems(document) == [
        "split.repeats: must be a whole number, at least 1; got 0",
        "tokenize.max_length: must be a whole number, at least 3; got 'long'",
        "finetune.early_stopping.patience: must be a whole number, at least 1; got 0",
        "evaluate.confidence: this key is missing; it must be a number, above 0, below 1",
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
        f"finetune: this section is missing; it must hold the keys {', '.join(FinetuneParams.model_fields)}",
    ]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("freeze", -2, "must be a whole number, at least -1; got -2"),
        ("freeze", True, "must be a whole number, at least -1; got true"),
        ("freeze", 1.0, "must be a whole number, at least -1; got 1.0"),
        ("l2", -0.1, "must be a number, at least 0; got -0.1"),
        ("l2", "1e-4", "must be a number, at least 0; got '1e-4'"),
        ("dropout", 1, "must be a number, at least 0, below 1; got 1"),
        ("learning_rate", 0, "must be a number, above 0, at most 1; got 0"),
        ("head_learning_rate", 2, "must be a number, above 0, at most 1; got 2"),
        ("warmup", None, "must be a number, at least 0, below 1; got null"),
        ("epochs", 0, "must be a whole number, at least 1; got 0"),
        ("batch_size", [16], "must be a whole number, at least 1; got [16]"),
        ("early_stopping", None, "must hold the keys monitor, patience, min_delta, min_epochs; got null"),
    ],
)
def test_a_value_out_of_range_or_of_another_type_says_what_is_allowed(document, key, value, problem):
    document["finetune"][key] = value
    assert problems(document) == [f"finetune.{key}: {problem}"]


def test_choices_are_listed(document):
    document["finetune"]["early_stopping"]["monitor"] = "f1"
    assert problems(document) == ["finetune.early_stopping.monitor: must be one of loss, accuracy, macro_f1; got 'f1'"]


@pytest.mark.parametrize("value", [None, [], "text"])
def test_a_document_that_holds_no_sections_is_named(value):
    with pytest.raises(UserError, match=r"params\.yaml must hold the sections prepare, split"):
        validate(value, FinetuneParams)
