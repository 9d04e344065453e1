import pkgutil
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field
from ruamel.yaml import YAML

from gapwise.base import validation
from gapwise.base.errors import UserError
from gapwise.base.validation import SECTIONS, Section, validate
from gapwise.training.recipe import FinetuneParams


@pytest.fixture
def document():
    return YAML(typ="safe").load(Path("params.yaml"))


def problems(document, model=FinetuneParams):
    with pytest.raises(UserError, match=r"params\.yaml has mistakes, nothing was run") as caught:
        validate(document, model)
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


class Inner(Section):
    """A section of a section."""

    patience: int = Field(ge=1)


class Toy(Section):
    """One key of each kind that the real sections have."""

    whole: int = Field(ge=-1)
    number: float = Field(ge=0, lt=1)
    rate: float = Field(gt=0, le=1)
    choice: Literal["mean", "first"]
    text: str = Field(min_length=1)
    flag: bool
    listed: list[Annotated[str, Field(min_length=1)]]
    optional: int | None = Field(ge=2)
    inner: Inner


GOOD = {
    **{"whole": 1, "number": 0.5, "rate": 1, "choice": "mean", "text": "a", "flag": True, "listed": ["a"]},
    **{"optional": None, "inner": {"patience": 1}},
}


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(validation, "SECTIONS", {"toy": f"{__name__}:Toy"})
    monkeypatch.setattr("pkgutil.resolve_name", lambda name: Toy)
    return lambda **changes: problems({"toy": GOOD | changes}, Toy)


WHOLE = "must be a whole number, at least -1"
NUMBER = "must be a number, at least 0, below 1"


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        *(("whole", value, f"{WHOLE}; got {shown}") for value, shown in [(-2, "-2"), (True, "true"), (1.0, "1.0")]),
        *(("whole", value, f"{WHOLE}; got {shown}") for value, shown in [("1", "'1'"), (None, "null"), ([1], "[1]")]),
        *(
            ("number", value, f"{NUMBER}; got {shown}")
            for value, shown in [(1, "1"), ("1e-4", "'1e-4'"), (True, "true")]
        ),
        *(("number", float(name), f"{NUMBER}; got {name}") for name in ("nan", "inf")),
        ("rate", 0, "must be a number, above 0, at most 1; got 0"),
        ("choice", "max", "must be one of mean, first; got 'max'"),
        ("choice", "firs", "must be one of mean, first; got 'firs'; did you mean first?"),
        ("text", "", "must be text, not empty; got ''"),
        ("text", 7, "must be text, not empty; got 7; put it in quotes"),
        ("flag", "yes", "must be true or false; got 'yes'"),
        ("flag", 1, "must be true or false; got 1"),
        ("listed", "a", "must be a list, each text, not empty; got 'a'"),
        ("optional", 1, "must be a whole number, at least 2, or null; got 1"),
        ("inner", None, "must hold the keys patience; got null"),
    ],
)
def test_a_value_of_another_type_or_out_of_range_says_what_is_allowed_and_what_was_found(toy, key, value, problem):
    assert toy(**{key: value}) == [f"toy.{key}: {problem}"]


def test_a_mistake_in_a_list_or_in_a_section_of_a_section_is_named_by_its_place(toy):
    assert toy(listed=["a", ""]) == ["toy.listed.1: must be text, not empty; got ''"]
    assert toy(inner={"patience": 0}) == ["toy.inner.patience: must be a whole number, at least 1; got 0"]
    assert toy(inner={"patience": 1, "patiance": 3}) == ["toy.inner.patiance: unknown key; did you mean patience?"]


def fields():
    """Every key of every real section, with its parents."""

    def of(model, path):
        for name, field in model.model_fields.items():
            yield [*path, name]
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                yield from of(field.annotation, [*path, name])

    return [path for name, target in SECTIONS.items() for path in of(pkgutil.resolve_name(target), [name])]


FIELDS = fields()


def at(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def test_every_key_of_params_yaml_is_a_field_and_the_other_way_round(document):
    def keys(values, path):
        for name, value in values.items():
            yield [*path, name]
            if isinstance(value, dict):
                yield from keys(value, [*path, name])

    assert len(FIELDS) > 50
    assert sorted(path for path in keys(document, []) if len(path) > 1) == sorted(FIELDS)


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_a_mistake_in_any_key_is_a_sentence_with_its_name(document, path):
    key = ".".join(path)
    parent = at(document, path)
    value = parent[path[-1]]
    parent[path[-1]] = [["nonsense"]]
    assert all(problem.startswith(f"{key}") and "must " in problem for problem in problems(document))
    del parent[path[-1]]
    assert [problem.partition(" it must ")[0] for problem in problems(document)] == [f"{key}: this key is missing;"]
    parent[f"{path[-1]}s"] = value
    assert problems(document)[1] == f"{key}s: unknown key; did you mean {path[-1]}?"


def test_an_unknown_key_that_begins_as_one_does_is_taken_for_it(document):
    document["finetune"]["l2_reg"] = 0.1
    assert problems(document) == ["finetune.l2_reg: unknown key; did you mean l2?"]


def test_an_unknown_key_that_is_near_to_none_lists_all(document):
    document["split"]["xyz"] = 1
    known = "seed, test_fraction, validation_fraction, train_size, train_per_class, repeats, rotate"
    assert problems(document) == [f"split.xyz: unknown key; known are {known}"]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_misspelt_section_is_both_unknown_and_missing(document, section):
    document[f"{section}s"] = document.pop(section)
    keys = ", ".join(pkgutil.resolve_name(SECTIONS[section]).model_fields)
    assert problems(document) == [
        f"{section}s: unknown section; did you mean {section}?",
        f"{section}: this section is missing; it must hold the keys {keys}",
    ]


@pytest.mark.parametrize("value", [None, [], "text"])
def test_a_document_that_holds_no_sections_is_named(value):
    with pytest.raises(UserError, match=r"params\.yaml must hold the sections prepare, split"):
        validate(value, FinetuneParams)
