"""The pipeline as params.yaml has it, which every benchmark starts from."""

import copy
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gapwise.base.validation import SECTIONS

PROJECT = Path(__file__).parents[1]
DOCUMENT = YAML(typ="safe").load(PROJECT / "params.yaml")


def params(section: str, changes: Mapping[str, Any] | None = None) -> Any:
    """Gives a section of params.yaml, validated, with some keys changed.

    Args:
        section: One of `SECTIONS`, for example `finetune`.
        changes: By dotted key, as after `-S finetune.`, for example `early_stopping.patience`.

    Raises:
        KeyError: If the section has no such key.
    """
    found = copy.deepcopy(DOCUMENT[section])
    for key, value in (changes or {}).items():
        *parents, last = key.split(".")
        target = found
        for parent in parents:
            target = target[parent]
        if last not in target:
            raise KeyError(key)
        target[last] = value
    return pkgutil.resolve_name(SECTIONS[section]).model_validate(found)


class NoneFinished(dict):
    """Stands in for the repeats that an interrupted run has finished: there are none."""

    load, save = dict.get, dict.__setitem__
