"""Mistakes in params.yaml, through the doors of prepare and split."""

from pathlib import Path

import pytest

from tests.bad_inputs.cases import ACCEPTED, MISTAKES, PARAMS, SETTINGS, WHOLE


@pytest.fixture(autouse=True)
def valid(project):
    """A project where nothing else is wrong."""
    project.set(PARAMS)
    project.put(ACCEPTED[0].content)


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
