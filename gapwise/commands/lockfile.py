"""What dvc.lock records of a run: params, code and data, by content, whatever lies in the workspace today."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML

from gapwise.comparing.verdicts import flatten

# Each begins in its own line, two spaces deep; DVC writes the file and asks that nobody edits it.
STAGE = re.compile(r"^(?=  [^\s#])", re.MULTILINE)

CODE = ("gapwise/", "stages/")

# Hashes become names of files in the cache, and a lock may come from a colleague.
HASH = re.compile(r"[0-9a-f]{32}(\.dir)?")


@dataclass(frozen=True)
class Lock:
    """The record of one run of the pipeline.

    Attributes:
        params: By stage, then by dotted key as the stage asks for it, for example `finetune` or `split.seed`.
        deps: Hash of each dependency, by stage, then by path.
        outs: Hash of each output, by path.
    """

    params: Mapping[str, Mapping[str, Any]]
    deps: Mapping[str, Mapping[str, str]]
    outs: Mapping[str, str]


def read_lock(text: str) -> Lock:
    """Reads dvc.lock.

    Args:
        text: Of the file. Experiments share most of it, so that each stage's text is parsed once for all of them.
    """
    stages: dict[str, Any] = {}
    for part in STAGE.split(text)[1:]:
        stages |= _parse(part)
    return Lock(
        params={name: stage.get("params", {}).get("params.yaml", {}) for name, stage in stages.items()},
        deps={name: _hashes(stage.get("deps", [])) for name, stage in stages.items()},
        outs={path: md5 for stage in stages.values() for path, md5 in _hashes(stage.get("outs", [])).items()},
    )


@lru_cache(maxsize=1024)
def _parse(stage: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(stage))


def _hashes(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["path"]: entry["md5"] for entry in entries if HASH.fullmatch(str(entry.get("md5")))}


def code(lock: Lock) -> dict[str, str]:
    """Gives the hash of each module or folder of code that some stage ran with, by path."""
    return {path: md5 for deps in lock.deps.values() for path, md5 in deps.items() if is_code(path)}


def is_code(path: str) -> bool:
    """Tells whether a dependency of a stage is the project's code; all other dependencies are data."""
    return path.startswith(CODE)


def interrupted(lock: Lock) -> list[str]:
    """Names the stages that ran on something that another stage has written anew since, in no order of importance."""
    return sorted(
        stage for stage, deps in lock.deps.items() if any(lock.outs.get(path, md5) != md5 for path, md5 in deps.items())
    )


def not_run(lock: Lock, params: Mapping[str, Any]) -> list[str]:
    """Says which params were changed since the run.

    Args:
        lock: Of the run.
        params: What params.yaml holds now.

    Returns:
        One phrase per param, for example "finetune.l2 from 0.01 to 0.1". Those of `evaluate` do not count: they
        change no prediction.
    """
    recorded: dict[str, Any] = {}
    for stage, values in lock.params.items():
        if stage != "evaluate":
            recorded |= flatten(values)
    now = flatten(params)
    # A section that a stage takes whole may have lost or won a key.
    whole = {key for values in lock.params.values() for key in values if isinstance(values[key], dict)}
    won = {key for key in now if key.split(".")[0] in whole - {"evaluate"} and key not in recorded}
    return [
        f"{key} from {_shown(recorded, key)} to {_shown(now, key)}"
        for key in sorted(set(recorded) | won)
        if recorded.get(key, ABSENT) != now.get(key, ABSENT)
    ]


ABSENT = object()


def _shown(values: Mapping[str, Any], key: str) -> str:
    return "null" if key in values and values[key] is None else str(values.get(key, "absent"))
