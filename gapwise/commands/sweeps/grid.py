"""From `-S` to the settings of a grid: read as `dvc exp run --queue` reads it, and all checked before anything runs."""

import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides, get_hydra_sweeps, to_hydra_overrides
from hydra.errors import HydraException
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.base.validation import validate
from gapwise.base.wording import in_yaml, nearest
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
        One for each setting; settings that are the same have the same one.

    Raises:
        UserError: With every mistake of every setting.
    """
    committed = _load(params)
    known: dict[str, Job] = {}
    found: list[Job] = []
    problems = Counter[str]()
    for setting in grid:
        document, wrong = _checked(params, committed, setting)
        problems.update(wrong)
        if not wrong:
            name = name_of(commit, document, committed)
            found.append(known.setdefault(name, Job(name, tuple(setting))))
    if problems:
        of_all = f"of {len(grid)} settings"
        lines = [what if count == len(grid) else f"{what} (in {count} {of_all})" for what, count in problems.items()]
        raise UserError(SEVERAL, lines)
    return found


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
        return "{" + ",".join(f"{key}:{_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    return in_yaml(value)


def _unreadable(argument: str) -> str | None:
    try:
        get_hydra_sweeps({PARAMS: [argument]})
    except (HydraException, DvcException) as error:
        return str(error).splitlines()[0]
    return None


def _checked(params: str, committed: Mapping[str, Any], setting: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Gives what params.yaml holds with a setting, as DVC itself writes it, and what is wrong there."""
    document, problems = dict(committed), list[str]()
    try:
        unknown = [one for one in setting if not _known(_required(one), committed)]
        problems += [f"{_required(one)}: unknown key{_meant(_required(one), committed)}" for one in unknown]
        document = _applied(params, [one for one in setting if one not in unknown])
        validate(document)
    except (DvcException, HydraException) as error:
        problems.append(f"{' '.join(setting)}: {str(error.__cause__ or error).splitlines()[0]}")
    except UserError as error:
        problems += error.problems
    return document, problems


def _applied(params: str, setting: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, PARAMS)
        file.write_text(params, encoding="utf-8")
        apply_overrides(file, list(setting))
        return _load(file.read_text(encoding="utf-8"))


def _load(text: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(text))


def _required(override: str) -> str:
    """Gives the key that must be there already; none for `+KEY=` and `++KEY=`, which add one."""
    parsed = to_hydra_overrides([override])[0]
    return "" if parsed.is_add() or parsed.is_force_add() else str(parsed.key_or_group)


def _known(key: str, params: Mapping[str, Any]) -> bool:
    found: Any = params
    for part in filter(None, key.split(".")):
        if not isinstance(found, Mapping) or part not in found:
            return False
        found = found[part]
    return True


def _meant(key: str, params: Mapping[str, Any]) -> str:
    near = nearest(key, flatten(params))
    return f"; did you mean {near}?" if near else f"; {PARAMS} has all that are known"


def _plain(value: Any) -> Any:
    """Writes numbers in one way: 0 and 0.0 are one value."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def name_of(commit: str, setting: Mapping[str, Any], committed: Mapping[str, Any]) -> str:
    """Names an experiment by its commit and its params, so that whoever names it comes to the same.

    Args:
        commit: Full hash.
        setting: What params.yaml holds for it.
        committed: What params.yaml holds at the commit.

    Returns:
        The params that differ, then a hash of the commit and of all params.
    """
    before, after = (flatten(_plain(one)) for one in (committed, setting))
    differing = [key for key in sorted(set(before) | set(after)) if before.get(key) != after.get(key)]
    words = "-".join(f"{key.rpartition('.')[2]}-{in_yaml(after.get(key))}" for key in differing) or "as-committed"
    readable = re.sub(r"[^A-Za-z0-9.]+|\.{2,}", "-", words)[:LONGEST].strip("-.")
    whole = json.dumps([commit, _plain(setting)], sort_keys=True, default=str)
    return f"{readable}-{hashlib.sha256(whole.encode()).hexdigest()[:10]}"
