"""The runs that a learning curve is made of: those that exist, and those that DVC still has to run as experiments."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pydantic import ValidationError

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.base.wording import in_words
from gapwise.commands.comparable import Run, other_data, require_one_test
from gapwise.commands.lockfile import Lock, not_run, read_lock
from gapwise.commands.project import WORKSPACE, Project
from gapwise.commands.revisions import Loaded, alike, in_a_line, params_of, read, table
from gapwise.comparing.verdicts import flatten
from gapwise.splitting.draws import draw_repeats
from gapwise.splitting.params import SplitParams

DEVELOPMENT = "data/development.parquet"
NOT_WHOLE = "The learning curve is not whole:"
SIZES = ("split.train_size", "split.train_per_class")


@dataclass(frozen=True)
class Setting:
    """The setting whose curve is wanted, and the rows that it can be trained on.

    Attributes:
        here: The workspace: its params and what its dvc.lock records.
        split: Section `split` of the params.
        development: `tables.Texts`.
        left: Rows that each repeat can train on beside its validation, shape (repeats,).
    """

    here: Run
    split: SplitParams
    development: pd.DataFrame
    left: Sequence[int]

    def draws(self, size: int | None) -> pd.DataFrame:
        """Gives the `tables.Repeats` of a size, None for all rows that are left."""
        changed = self.split.model_copy(update={"train_size": size, "train_per_class": None})
        return draw_repeats(self.development, changed)

    def wanted(self, size: int | None) -> dict[str, Any]:
        """Gives the params of a size, see `plain`."""
        return self.plain(self.here.params) | dict(zip(SIZES, (size, None), strict=True))

    def plain(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Gives params by dotted key, with null for a size that is more than there is.

        Those of `evaluate` change no prediction and are left out.
        """
        flat = {key: value for key, value in flatten(params).items() if not key.startswith("evaluate.")}
        size = flat.get(SIZES[0])
        return flat | {SIZES[0]: None} if isinstance(size, int) and size >= max(self.left) else flat


@dataclass(frozen=True)
class Missing:
    """A size to run.

    Attributes:
        size: Rows, None for all that are left.
        name: Of the experiment.
    """

    size: int | None
    name: str


def read_setting(project: Project) -> Setting:
    """Reads the setting of the workspace.

    Raises:
        UserError: If its rows were not prepared and split with these params.
    """
    params = params_of(project, WORKSPACE)
    require_one_test(params, "A learning curve", "set split.rotate to null, run `dvc repro` and commit")
    lock = read_lock(project.text(WORKSPACE, "dvc.lock") or "")
    _check_split(lock, params)
    here = Run(WORKSPACE, WORKSPACE, params, lock)
    development = table(project, here, DEVELOPMENT, Texts)
    try:
        split = SplitParams.model_validate(params["split"])
    except ValidationError as error:
        raise UserError("params.yaml has mistakes in split; `dvc repro split` says which.") from error
    setting = Setting(here, split, development, [])
    everything = setting.draws(None)
    counts = everything[everything["part"] == "train"].groupby("repeat").size()
    return replace(setting, left=counts.tolist())


def _check_split(lock: Lock, params: Mapping[str, Any]) -> None:
    headline = "A learning curve needs rows that were prepared and split:"
    if DEVELOPMENT not in lock.outs:
        raise UserError(headline, [f"dvc.lock knows no {DEVELOPMENT}; run `dvc repro`, which also makes a first point"])
    only = Lock({stage: lock.params[stage] for stage in ("prepare", "split") if stage in lock.params}, {}, {})
    changed = [one for one in not_run(only, params) if not one.startswith(SIZES)]
    if changed:
        raise UserError(headline, [f"params were changed since ({in_words(changed)}); run `dvc repro split`"])


def find(project: Project, setting: Setting, sizes: Sequence[int | None]) -> tuple[dict[int | None, Loaded], list[str]]:
    """Finds the runs that exist: in the workspace, in the current commit and among its experiments.

    Returns:
        By size, and a sentence for each run of a size that cannot be used.
    """
    by_params = {size: setting.wanted(size) for size in sizes}
    found: dict[int | None, Loaded] = {}
    notes = []
    for name in [project.here(), *project.experiments(), WORKSPACE]:
        own = _params(project, setting, name)
        for size in (size for size, params in by_params.items() if params == own and size not in found):
            try:
                found[size] = load_size(project, setting, size, name)
            except UserError as error:
                notes.append(f"{name} is not used: it {in_a_line(error)}.")
    return found, notes


def _params(project: Project, setting: Setting, name: str) -> dict[str, Any] | None:
    try:
        return setting.plain(params_of(project, project.resolve(name)))
    except UserError:
        return None


def load_size(project: Project, setting: Setting, size: int | None, name: str) -> Loaded:
    """Reads the run of a size.

    Raises:
        UserError: If it was not run as its params say, or on other rows than this size has here. Those of a smaller
            size are a part of those of a larger one, as they are drawn so.
    """
    one = read(project, name)
    why = other_data(one.run, setting.here, lambda path: alike(project, [one.run, setting.here], path))
    if why:
        raise UserError(f"has {why}")
    drawn = one.predictions[one.predictions["part"] != "test"]
    if not _in_order(drawn).equals(_in_order(setting.draws(size))):
        raise UserError(
            "trained or validated on other rows than are drawn now, as the code that draws them has changed"
        )
    return one


def load_new(project: Project, setting: Setting, one: Missing) -> Loaded:
    """Reads a size that was just run; see `load_size`."""
    try:
        return load_size(project, setting, one.size, one.name)
    except UserError as error:
        raise UserError(NOT_WHOLE, [f"{one.name} {in_a_line(error)}"]) from error


def _in_order(draws: pd.DataFrame) -> pd.DataFrame:
    return draws[["repeat", "text_id", "part"]].sort_values(["repeat", "text_id"], ignore_index=True)


def missing(
    project: Project, setting: Setting, sizes: Sequence[int | None], found: Mapping[int | None, Loaded]
) -> list[Missing]:
    """Lists the sizes to run, each with a name that no experiment of the current commit has."""
    taken = set(project.experiments())
    return [Missing(size, _name(setting, size, taken)) for size in sizes if size not in found]


def _name(setting: Setting, size: int | None, taken: set[str]) -> str:
    plain = f"curve-{'all' if size is None else size}"
    digest = hashlib.sha256(repr(sorted(setting.wanted(size).items(), key=str)).encode()).hexdigest()
    return next(
        name for name in (plain, *(f"{plain}-{digest[:digits]}" for digits in range(4, 65))) if name not in taken
    )


def run_experiment(one: Missing, setting: Setting) -> None:
    """Runs a size as an experiment, in a copy of the project that DVC makes, so that the workspace stays as it is.

    Raises:
        UserError: If it fails.
    """
    changes = {"split.train_size": "null" if one.size is None else str(one.size)}
    if setting.split.train_per_class is not None:
        changes["split.train_per_class"] = "null"
    arguments = [part for key, value in changes.items() for part in ("-S", f"{key}={value}")]
    command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", "-n", one.name, *arguments]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        shown = " ".join(["dvc", *command[3:]])
        raise UserError(
            NOT_WHOLE,
            [f"`{shown}` failed, its message is above; mend it and run the same command: what has run is kept"],
        )
