"""From `-S` to the settings of a grid: read as `dvc exp run --queue` reads it, and all checked before anything runs."""

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides, get_hydra_sweeps, to_hydra_overrides
from hydra.errors import HydraException
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.base.validation import validate
from gapwise.base.wording import in_yaml
from gapwise.commands.sweeps.work import Job
from gapwise.comparing.verdicts import flatten

PARAMS = "params.yaml"
LONGEST = 60  # characters of a name before its hash
SEVERAL = "Nothing was run: the grid has mistakes."


def jobs(params: str, commit: str, grid: Sequence[Sequence[str]]) -> list[Job]:
    """Names the experiments of a grid, and checks each setting.

    Args:
        params: The text of params.yaml at the commit.
        commit: Full hash.
        grid: For each setting, what `dvc exp run -S` is given: `KEY=VALUE`.

    Returns:
        One for each setting, but for those that are the same as one before.

    Raises:
        UserError: With every mistake of every setting.
    """
    committed = _load(params)
    found: dict[str, Job] = {}
    problems: dict[str, int] = {}
    for overrides in grid:
        try:
            setting = _applied(params, committed, overrides)
            validate(setting)
        except UserError as error:
            for problem in error.problems or (error.headline,):
                problems[problem] = problems.get(problem, 0) + 1
        else:
            name = name_of(commit, setting, committed)
            found.setdefault(name, Job(name, tuple(overrides)))
    if problems:
        of_all = f" settings of {len(grid)})"
        raise UserError(
            SEVERAL, [f"{what} (in {count}{of_all}" if len(grid) > 1 else what for what, count in problems.items()]
        )
    return list(found.values())


def read(arguments: Sequence[str]) -> list[tuple[str, ...]]:
    """Makes the settings of a grid of what `-S` was given.

    Args:
        arguments: As `dvc exp run --queue` takes them, for example `finetune.l2=0,0.1`.

    Returns:
        The product: for each setting, one override for each argument.

    Raises:
        UserError: If there is none, or it cannot be read.
    """
    if not arguments:
        raise UserError(
            "There is nothing to sweep over. Give values, for example `-S finetune.l2=0,0.1 -S finetune.freeze=1,4`"
        )
    by_file = to_path_overrides(arguments)
    others = [path for path in by_file if path != PARAMS]
    if others:
        raise UserError(SEVERAL, [f"{path}: params are in {PARAMS} alone; write -S KEY=VALUES" for path in others])
    problems = [f"{argument}: {why}" for argument in arguments if (why := _unreadable(argument))]
    if problems:
        raise UserError(SEVERAL, problems)
    return [tuple(one[PARAMS]) for one in get_hydra_sweeps(by_file)]


def overrides(setting: Mapping[str, object]) -> tuple[str, ...]:
    """Writes a setting as `dvc exp run -S` takes it.

    Args:
        setting: Values of params by dotted key, for example `{"finetune.l2": 0.1}`.

    Example:
        >>> overrides({"finetune.l2": 0.1, "finetune.class_weight": None, "augment.methods": ["swap"]})
        ('finetune.l2=0.1', 'finetune.class_weight=null', "augment.methods=['swap']")
    """
    return tuple(
        f"{'++' if isinstance(value, Mapping) else ''}{key}={_written(value)}" for key, value in setting.items()
    )


def _written(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_written(str(key))}:{_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    return in_yaml(value)


def _unreadable(argument: str) -> str | None:
    try:
        get_hydra_sweeps({PARAMS: [argument]})
    except (HydraException, DvcException) as error:
        return str(error).splitlines()[0]
    return None


def _applied(params: str, committed: Mapping[str, Any], overrides: Sequence[str]) -> Any:
    """Gives what params.yaml holds with overrides, as DVC itself writes it."""
    unknown = [
        f"{key}: unknown key{_nearest(key, committed)}" for key in _changed(overrides) if not _known(key, committed)
    ]
    if unknown:
        raise UserError(SEVERAL, unknown)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, PARAMS)
        file.write_text(params, encoding="utf-8")
        try:
            apply_overrides(file, list(overrides))
        except DvcException as error:
            why = str(error.__cause__ or error).splitlines()[0]
            raise UserError(SEVERAL, [f"{' '.join(overrides)}: {why}"]) from error
        return _load(file.read_text(encoding="utf-8"))


def _load(text: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(text))


def _changed(overrides: Sequence[str]) -> list[str]:
    """Gives the keys that must be there already; `+KEY` and `++KEY` add one."""
    parsed = to_hydra_overrides(list(overrides))
    return [one.key_or_group for one in parsed if not one.is_add() and not one.is_force_add()]


def _known(key: str, params: Mapping[str, Any]) -> bool:
    found: Any = params
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return False
        found = found[part]
    return True


def _nearest(key: str, params: Mapping[str, Any]) -> str:
    near = get_close_matches(key, flatten(params), n=1)
    return f"; did you mean {near[0]}?" if near else f"; {PARAMS} has all that are known"


def name_of(commit: str, setting: Mapping[str, Any], committed: Mapping[str, Any]) -> str:
    """Names an experiment by its commit and its params, so that whoever names it comes to the same.

    Args:
        commit: Full hash.
        setting: What params.yaml holds for it.
        committed: What params.yaml holds at the commit.

    Returns:
        The params that differ, then a hash of the commit and of all params.
    """
    before, after = flatten(committed), flatten(setting)
    differing = [key for key in sorted(set(before) | set(after)) if before.get(key) != after.get(key)]
    words = "-".join(f"{key.rpartition('.')[2]}-{in_yaml(after.get(key))}" for key in differing) or "as-committed"
    readable = re.sub(r"[^A-Za-z0-9.]+|\.{2,}", "-", words)[:LONGEST].strip("-.")
    whole = json.dumps([commit, setting], sort_keys=True, default=str)
    return f"{readable}-{hashlib.sha256(whole.encode()).hexdigest()[:10]}"
