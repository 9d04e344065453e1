"""Strict validation of params.yaml: every section by its own model, all mistakes in one message."""

import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gapwise.errors import UserError


class Section(BaseModel):
    """A section of params.yaml: exact types, no unknown keys, never changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


# Named, not imported: a stage's result depends on its own section's model alone, but a mistake anywhere should stop
# the first stage that runs and not the last.
SECTIONS = {
    "prepare": "gapwise.contract:PrepareParams",
    "split": "gapwise.split_params:SplitParams",
    "augment": "gapwise.augmentation:AugmentParams",
    "tokenize": "gapwise.presets:TokenizeParams",
    "finetune": "gapwise.recipe:FinetuneParams",
    "evaluate": "gapwise.scoring:EvaluateParams",
}

SectionT = TypeVar("SectionT", bound=Section)


def validate(document: Any, section: str, model: type[SectionT]) -> SectionT:
    """Validates the whole of params.yaml and returns one section of it.

    Args:
        document: What params.yaml holds, as plain dicts, lists and scalars.
        section: The name of the section to return, a key of `SECTIONS`.
        model: The model of that section.

    Raises:
        UserError: If anything in any section is missing, unknown, of a wrong type or out of range.
    """
    if not isinstance(document, dict):
        raise UserError(f"params.yaml must hold the sections {', '.join(SECTIONS)}; it holds {document!r}.")
    problems = [
        f"{name}: unknown section{_nearest(str(name), list(SECTIONS))}" for name in document if name not in SECTIONS
    ]
    for name, target in SECTIONS.items():
        if name not in document:
            problems.append(f"{name}: this section is missing")
            continue
        try:
            pkgutil.resolve_name(target).model_validate(document[name])
        except ValidationError as error:
            problems += _explain(name, error, pkgutil.resolve_name(target))
    if problems:
        raise UserError("params.yaml has mistakes, nothing was run:", problems)
    return model.model_validate(document[section])


def _explain(section: str, error: ValidationError, model: type[Section]) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        steps = [str(step) for step in problem["loc"]]
        key = ".".join([section, *steps])
        match problem["type"]:
            case "missing":
                yield f"{key}: this key is missing"
            case "extra_forbidden":
                yield f"{key}: unknown key{_nearest(steps[-1], _keys(model, steps[:-1]))}"
            case "value_error":
                yield f"{key}: {problem['msg'].removeprefix('Value error, ')}"
            case _:
                yield f"{key}: {problem['msg'].removeprefix('Input ')}; got {problem['input']!r}"


def _keys(model: type[BaseModel], steps: list[str]) -> list[str]:
    for step in steps:
        inner = model.model_fields[step].annotation if step in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}" if known else ""
