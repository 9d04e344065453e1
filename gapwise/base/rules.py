"""What a key of a section says of itself beside its type and range: when it is off, and what it goes together with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from gapwise.base.wording import in_yaml


@dataclass(frozen=True)
class Rule:
    """Stands in the annotation of a key: `mixout: Annotated[float, Field(ge=0), Rule(off=0.0)]`.

    Attributes:
        off: The value at which the key has no effect.
        on_trained_layers: Whether the key acts on trained encoder layers, so that it is refused where all are frozen.
        on_batches: Whether the key needs other texts in the batch, so that it is refused where `batch_size` is 1.
        excludes: Other keys that this one works against, each with the reason.
        tried: A value worth trying, in the middle of what its source tried; None for none.
    """

    off: Any
    on_trained_layers: bool = False
    on_batches: bool = False
    excludes: Mapping[str, str] = field(default_factory=dict)
    tried: Any = None


def rules(model: type[BaseModel]) -> dict[str, Rule]:
    """Gives the rule of each key of a section that has one, by key."""
    return {name: rule for name, info in model.model_fields.items() for rule in info.metadata if isinstance(rule, Rule)}


def is_on(section: BaseModel, key: str) -> bool:
    """Tells whether a key that has a rule is not off."""
    return bool(getattr(section, key) != rules(type(section))[key].off)


def broken(section: Any, all_frozen: bool) -> list[str]:
    """Names what the rules of a section's keys refuse.

    Args:
        section: With the keys `freeze` and `batch_size` beside those that have rules.
        all_frozen: Whether the encoder has no trained layer.

    Returns:
        One message each; none if all is well.
    """
    problems = []
    for name, rule in rules(type(section)).items():
        if not is_on(section, name):
            continue
        here = f"{name} ({shown(section, name)})"
        if all_frozen and rule.on_trained_layers:
            problems.append(
                f"{here} acts on the layers that are trained, and freeze ({section.freeze}) leaves none; freeze less, "
                f"or set {name} to {off(section, name)}"
            )
        if rule.on_batches and section.batch_size == 1:
            problems.append(f"{here} needs other texts in the batch, and batch_size is 1; raise it")
        problems += [
            f"{here} and {other} ({shown(section, other)}) exclude each other: {reason}; set {name} to "
            f"{off(section, name)} or {other} to {off(section, other)}"
            for other, reason in rule.excludes.items()
            if is_on(section, other)
        ]
    return problems


def shown(section: BaseModel, key: str) -> str:
    """Writes a key's value as params.yaml does."""
    return in_yaml(getattr(section, key))


def off(section: BaseModel, key: str) -> str:
    """Writes a key's value that has no effect as params.yaml does."""
    return in_yaml(rules(type(section))[key].off)
