"""Mistakes in params.yaml, through the doors of prepare and split."""

import pkgutil
from pathlib import Path

import pytest
from pydantic import BaseModel

from gapwise.base.validation import SECTIONS
from tests.bad_inputs.cases import ACCEPTED, KEYS, MISTAKES, PARAMS, SETTINGS, WHOLE


@pytest.fixture(autouse=True)
def valid(project):
    """A project where nothing else is wrong."""
    project.set(PARAMS)
    project.put(ACCEPTED[0].content)


def every_key():
    def of(model, prefix):
        for name, field in model.model_fields.items():
            yield f"{prefix}.{name}"
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                yield from of(field.annotation, f"{prefix}.{name}")

    return [key for section, target in SECTIONS.items() for key in of(pkgutil.resolve_name(target), section)]


def test_the_table_holds_every_key():
    assert [key.key for key in KEYS] == every_key()


def words(value):
    """A value as messages show it."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize("key", [key for key in KEYS if key.beyond is not None], ids=lambda key: key.key)
def test_a_value_out_of_range(project, key):
    project.set({key.key: key.beyond})
    assert project.run() == f"{MISTAKES}{key.key}: {key.allowed}; got {words(key.beyond)}"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key)
def test_a_value_of_a_wrong_type(project, key):
    project.set({key.key: key.other})
    quotes = "; put it in quotes" if "be text" in key.allowed else ""
    assert project.run() == f"{MISTAKES}{key.key}: {key.allowed}; got {words(key.other)}{quotes}"


@pytest.mark.parametrize("key", [key for key in KEYS if not key.null], ids=lambda key: key.key)
def test_null(project, key):
    project.set({key.key: None})
    assert project.run() == f"{MISTAKES}{key.key}: {key.allowed}; got null"


@pytest.mark.parametrize("key", [key for key in KEYS if key.null], ids=lambda key: key.key)
def test_null_where_it_is_a_value(project, key):
    project.set({key.key: None})
    assert project.run() is None


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key)
def test_a_missing_key(project, key):
    project.drop(key.key)
    assert project.run() == f"{MISTAKES}{key.key}: this key is missing; it {key.allowed}"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.key)
def test_a_misspelt_key(project, key):
    project.set({f"{key.key}s": project.drop(key.key)})
    name = key.key.rpartition(".")[2]
    assert project.run() == (
        f"{MISTAKES}{key.key}: this key is missing; it {key.allowed}\n  - {key.key}s: unknown key; did you mean {name}?"
    )


@pytest.mark.parametrize("section", SECTIONS)
def test_a_missing_section_and_a_misspelt_one(project, section):
    keys = ", ".join(key.key.split(".")[1] for key in KEYS if key.key.startswith(section) and key.key.count(".") == 1)
    values = project.drop(section)
    missing = f"{section}: this section is missing; it must hold the keys {keys}"
    assert project.run() == MISTAKES + missing
    project.set({f"{section}s": values})
    assert project.run() == f"{MISTAKES}{section}s: unknown section; did you mean {section}?\n  - {missing}"


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case.name)
def test_settings_that_mean_nothing(project, case):
    project.set(case.changes)
    assert project.run() == MISTAKES + case.message


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.name)
def test_a_file_of_params_that_is_none(project, case):
    old, new = case.change
    text = Path("params.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("params.yaml").write_bytes((text.replace(old, new, 1) if old else new).encode("cp1252"))
    assert project.run() == case.message
