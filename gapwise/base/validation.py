"""Strict validation of params.yaml: every section by its own model, all mistakes in one message."""

import pkgutil
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from gapwise.base import unvalidated
from gapwise.base.errors import UserError
from gapwise.base.wording import in_yaml, nearest, show


class Section(BaseModel):
    """A section of params.yaml: exact types, finite numbers, no unknown keys, never changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# Named, not imported: a stage's result depends on its own section's model alone, but a mistake anywhere should stop
# the first stage that runs and not the last.
SECTIONS = {
    "prepare": "gapwise.texts.params:PrepareParams",
    "split": "gapwise.splitting.params:SplitParams",
    "augment": "gapwise.augmenting.params:AugmentParams",
    "tokenize": "gapwise.encoding.params:TokenizeParams",
    "finetune": "gapwise.training.recipe:FinetuneParams",
    "evaluate": "gapwise.scoring.params:EvaluateParams",
}

# Keys of earlier versions, and what became of them.
RETIRED = {
    "finetune.temperature_scaling": "is evaluate.temperature_scaling now, as it retrains nothing; move the line there",
    "evaluate.bootstrap_samples": "is no longer needed: the band of the reliability plot is worked out as all other "
    "intervals; remove the line",
}

# How JSON schema says it, and how a message does.
KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys and values",
    "null": "null",
}
LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def validate(document: Any, *models: type[Section], none_given: bool = False) -> tuple[Section, ...]:
    """Validates the whole of params.yaml and returns some sections of it.

    Args:
        document: What params.yaml holds, as plain dicts, lists and scalars.
        models: The models of the sections to return, each the target of a name in `SECTIONS`.
        none_given: Whether the source was read and gives no validation part.

    Returns:
        The sections, in the order of `models`.

    Raises:
        UserError: If anything in any section is missing, unknown, of a wrong type or out of range, or sections do not
            go together.
    """
    if not isinstance(document, dict):
        found = "nothing" if document is None else show(document)
        raise UserError(f"params.yaml must hold the sections {', '.join(SECTIONS)}; it holds {found}.")
    problems = [
        f"{name}: unknown section{_meant(str(name), list(SECTIONS))}" for name in document if name not in SECTIONS
    ]
    sections: dict[type[Section], Section] = {}
    valid: dict[str, Section] = {}
    for name, target in SECTIONS.items():
        model = pkgutil.resolve_name(target)
        if name not in document:
            problems.append(f"{name}: this section is missing; it {_allowed(model.model_json_schema())}")
            continue
        try:
            valid[name] = sections[model] = model.model_validate(document[name])
        except ValidationError as error:
            problems += [
                f"{place}: {line}"
                for problem in error.errors(include_url=False)
                for place, lines in [_explain(name, problem, model)]
                for line in lines.splitlines()
            ]
    problems += unvalidated.problems(valid, none_given=none_given)
    if problems:
        raise UserError("params.yaml has mistakes, nothing was run:", problems)
    return tuple(sections[model] for model in models)


def _explain(section: str, problem: ErrorDetails, model: type[Section]) -> tuple[str, str]:
    """Gives the dotted key and what is wrong there, perhaps several things in as many lines."""
    steps = _keys(model, problem["loc"])
    parent, own = _schema(model, steps[:-1]), _schema(model, steps)
    match problem["type"]:
        case "missing":
            what = f"this key is missing; it {_allowed(own)}"
        case "extra_forbidden" if ".".join([section, *map(str, steps)]) in RETIRED:
            what = RETIRED[".".join([section, *map(str, steps)])]
        case "extra_forbidden":
            what = f"unknown key{_meant(str(steps[-1]), list(parent['properties']))}"
        case "invalid_key":
            what = f"a key must be text; known are {', '.join(parent['properties'])}"
        case "string_type" if problem["loc"][-1] == "[key]":
            key = ".".join([section, *map(str, steps)])
            what = f"a name must be text; put it in quotes, or give it by `-S '++{key}=...'`, with a number"
        case "value_error":
            what = problem["msg"].removeprefix("Value error, ")
        case _ if not own:  # a type that no section has so far
            what = f"{problem['msg']}; got {show(problem['input'])}"
        case _:
            what = f"{_allowed(own)}; got {_found(problem['input'])}{_advice(problem['input'], own)}"
    return ".".join([section, *map(str, steps)]), what


def _keys(model: type[Section], steps: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Takes out of an error's place what pydantic puts between its keys: the kind of value that was seen there."""
    return tuple(
        step for place, step in enumerate(steps) if step != "[key]" and "oneOf" not in _schema(model, steps[:place])
    )


def _schema(model: type[Section], steps: tuple[int | str, ...]) -> dict[str, Any]:
    """What pydantic makes of a key's type and `Field`, as JSON schema; empty for steps that are no keys."""
    whole = model.model_json_schema()
    schema = whole
    for step in steps:
        values = [kind["additionalProperties"] for kind in schema.get("oneOf", []) if "additionalProperties" in kind]
        schema = schema.get("items", schema.get("properties", {}).get(step, values[0] if values else {}))
        if "$ref" in schema:
            schema = whole["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _allowed(schema: dict[str, Any]) -> str:
    """Says what a value must be, for example "must be a whole number, at least 2, or null"."""
    if "properties" in schema:
        return f"must hold the keys {', '.join(schema['properties'])}"
    return f"must be {', or '.join(map(_kind, schema.get('anyOf', schema.get('oneOf', [schema]))))}"


def _kind(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return str(schema["const"])
    if "additionalProperties" in schema:
        return f"names, each with {_kind(schema['additionalProperties'])}"
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    limits = [f"{LIMITS[key]} {schema[key]}" for key in LIMITS if key in schema]
    limits += ["not empty"] if "minLength" in schema else []
    items = f", each {_kind(schema['items'])}" if "items" in schema else ""
    return ", ".join([KINDS[schema["type"]], *limits]) + items


def _found(value: Any) -> str:
    return in_yaml(value) if value is None or isinstance(value, bool | date) else show(value)


def _advice(value: Any, schema: dict[str, Any]) -> str:
    near = get_close_matches(value, schema.get("enum", []), n=1) if isinstance(value, str) else []
    if near:
        return f"; did you mean {near[0]}?"
    texts = [
        choice for choice in schema.get("anyOf", [schema]) if choice.get("type") == "string" and "enum" not in choice
    ]
    return "; put it in quotes" if texts and isinstance(value, int | float | date) else ""


def _meant(name: str, known: list[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else f"; known are {', '.join(known)}" if known else ""
