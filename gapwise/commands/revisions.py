"""From the names a user gives to settings that can be compared, or to one message with all that is in the way."""

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.errors import SchemaError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gapwise.base.errors import UserError
from gapwise.base.tables import Predictions, Texts
from gapwise.base.wording import in_words
from gapwise.commands.comparable import Run, notes, other_data, other_repeats
from gapwise.commands.lockfile import interrupted, is_code, not_run, read_lock
from gapwise.commands.project import WORKSPACE, Project
from gapwise.disk.recorded import md5
from gapwise.searching.space import SCREENING

PREDICTIONS = "data/predictions.parquet"
TEST = "data/test.parquet"
MODELS = "models"
METRICS_FILE = "metrics/evaluate.json"
EPOCHS = ("metrics/plots/epochs.csv", "metrics/training/epochs.csv")  # today, and before
NOTHING = (
    "There is nothing to compare. Name two revisions or more, the baseline first; `dvc exp list --all-commits` shows "
    "experiments, and `dvc exp run -S finetune.l2=1 -n strong` makes one."
)
NOTHING_BESIDE = (
    "Nothing can be compared with {}. Where the others belong together, name one of them first: "
    "`gapwise compare {} --all`."
)


@dataclass(frozen=True)
class Loaded:
    """One revision, ready to be compared.

    Attributes:
        run: What was run.
        predictions: `tables.Predictions`.
        notes: What a reader must know about it alone, as sentences.
    """

    run: Run
    predictions: pd.DataFrame
    notes: list[str]


def load(project: Project, names: Sequence[str], forgiving: Sequence[str] = ()) -> tuple[list[Loaded], list[str]]:
    """Reads settings and checks that they can be compared.

    Args:
        project: Where they are.
        names: Revisions, the baseline first.
        forgiving: More revisions; of those, what cannot be compared is left out, and a note says why.

    Returns:
        The settings, the baseline first, and what a reader must know, as sentences.

    Raises:
        UserError: If a revision of `names` is unknown, was not run, is given twice, is not comparable with the
            baseline, or lacks its predictions. All that is wrong is in the message.
    """
    loaded: dict[str, Loaded] = {}
    refused: list[str] = []
    left_out: list[str] = []
    for place, name in enumerate([*names, *forgiving]):
        try:
            if place and name in [*names, *forgiving][:place]:
                raise UserError("is given twice")
            one = read(project, name)
            _check_beside(project, one, loaded, names[0])
            if place >= len(names) and names[0] in loaded and _is_again(one.run, loaded[names[0]].run):
                raise UserError(f"is {names[0]} once more, with the same params and predictions")
            loaded[name] = one
        except UserError as error:
            (refused if place < len(names) else left_out).append(f"{name}: {in_a_line(error)}")
    if refused:
        raise UserError("These revisions cannot be compared:", refused)
    if len(loaded) < 2:
        raise UserError(NOTHING_BESIDE.format(names[0], forgiving[0]) if left_out else NOTHING, left_out)
    settings = list(loaded.values())
    own = [note for one in settings for note in one.notes]
    return settings, [*notes([one.run for one in settings]), *own, *(f"Left out: {why}." for why in left_out)]


def in_a_line(error: UserError) -> str:
    """Gives a message with all its problems as one line."""
    return " ".join([error.headline, *error.problems])


def _check_beside(project: Project, one: Loaded, others: Mapping[str, Loaded], baseline: str) -> None:
    """Checks a revision against those before it; if the baseline itself was refused, it can only be their twin."""
    for name, other in others.items():
        if other.run.revision == one.run.revision:
            raise UserError(f"is the same revision as {name}; name one of them")
    if baseline in others:
        first = others[baseline]
        why = other_data(one.run, first.run, lambda path: alike(project, [one.run, first.run], path))
        why = why or other_repeats(one.run, one.predictions, first.run, first.predictions)
        if why:
            raise UserError(why)


def _is_again(run: Run, baseline: Run) -> bool:
    """Tells whether a run is the baseline's under another name, as a sweep over its own values makes one."""
    outs = (one.lock.outs[PREDICTIONS] for one in (run, baseline))
    return run.params == baseline.params and len(set(outs)) == 1


def alike(project: Project, runs: Sequence[Run], path: str) -> bool:
    """Tells whether two runs have a table of the same rows; not where one of the tables is out of reach."""
    with suppress(UserError, KeyError, ValueError):
        one, other = (
            pd.read_parquet(io.BytesIO(project.data(run.revision, path, run.lock.outs[path]))) for run in runs
        )
        return one.equals(other)
    return False


def read(project: Project, name: str) -> Loaded:
    """Reads one revision.

    Raises:
        UserError: If it is unknown, was not run as its params.yaml says, or its predictions are out of reach.
    """
    revision = project.resolve(name)
    run = Run(name, revision, params_of(project, revision), read_lock(project.text(revision, "dvc.lock") or ""))
    _check_whole(project, run)
    said = _check_files(project, run) if revision == WORKSPACE else []
    return Loaded(run, table(project, run, PREDICTIONS, Predictions), said)


def params_of(project: Project, revision: str) -> Mapping[str, Any]:
    """Reads the params.yaml of a revision, from `Project.resolve`."""
    text = project.text(revision, "params.yaml")
    if text is None:
        raise UserError("has no params.yaml: there was no pipeline yet")
    try:
        return dict(YAML(typ="safe").load(text))
    except (YAMLError, TypeError) as error:
        raise UserError("its params.yaml is not valid; `dvc repro` says where") from error


def _check_whole(project: Project, run: Run) -> None:
    if PREDICTIONS not in run.lock.outs:
        raise UserError(f"was not run: its dvc.lock knows no {PREDICTIONS}; {_rerun(project, run.name)}")
    changed = not_run(run.lock, run.params)
    if changed:
        raise UserError(f"its params were changed after the run ({in_words(changed)}); {_rerun(project, run.name)}")
    stages = interrupted(run.lock)
    if stages:
        since = f"what {in_words(stages)} ran on has changed since"
        raise UserError(f"its run is not whole: {since}; {_rerun(project, run.name)}")


def _check_files(project: Project, run: Run) -> list[str]:
    """Looks in the workspace for files that DVC would run stages again for; changed code is only a note."""
    recorded = {path: md5 for deps in run.lock.deps.values() for path, md5 in deps.items()}
    files = {path: project.folder / path for path in recorded}
    there = {path: file for path, file in files.items() if file.is_file() or (is_code(path) and file.is_dir())}
    changed = [path for path, file in there.items() if md5(file) != recorded[path]]
    data = sorted(path for path in changed if not is_code(path))
    if data:
        raise UserError(f"its files were changed after the run ({in_words(data)}); {_rerun(project, run.name)}")
    code = sorted(set(changed))
    return [f"{run.name} is of code that was changed after the run ({in_words(code)})."] if code else []


def _fetch(project: Project, run: Run) -> str:
    if run.revision in (WORKSPACE, project.head):
        return "run `dvc repro`, or `dvc pull` after `dvc push` where it was run"
    if project.is_experiment(run.name):
        return f"run `dvc exp pull origin {run.name}`, after `dvc exp push origin {run.name}` where it was run"
    return "run `dvc fetch --all-branches --all-tags`, after `dvc push` where it was run"


def groups(project: Project, setting: Loaded) -> "pd.Series[str]":
    """Gives the group of each test text, by `text_id`."""
    return table(project, setting.run, TEST, Texts).set_index("text_id")["group"]


def table(project: Project, run: Run, path: str, contract: type[Any]) -> pd.DataFrame:
    """Reads a table that a stage of the run wrote.

    Raises:
        UserError: If the run has none, it is out of reach or damaged.
    """
    if path not in run.lock.outs:
        raise UserError(f"its dvc.lock knows no {path}; {_rerun(project, run.name)}")
    try:
        file = project.data(run.revision, path, run.lock.outs[path])
    except UserError as error:
        raise UserError(f"{error}; {_fetch(project, run)}") from error
    return table_of(file, path, contract)


def _rerun(project: Project, name: str) -> str:
    """Says how a revision is run again."""
    if name == WORKSPACE:
        return "run `dvc repro`"
    if name.startswith(SCREENING):
        return "it is the training by which a search has screened a setting, on other rows than the others"
    if project.is_experiment(name):
        return f"run `dvc exp apply {name}`, then `dvc exp run` under a new name"
    return "check it out, run `dvc repro` and commit"


def table_of(file: bytes, path: str, contract: type[Any]) -> pd.DataFrame:
    """Reads a Parquet file and checks it against its contract; `path` is its name in a message."""
    try:
        return pd.DataFrame(contract.validate(pd.read_parquet(io.BytesIO(file))))
    except (ValueError, SchemaError) as error:  # ValueError: what PyArrow raises for what is no Parquet file
        why = str(error).splitlines()[0]
        raise UserError(f"{path} is damaged, or another version of Gapwise wrote it: {why}") from error


def epochs(project: Project, setting: Loaded) -> pd.DataFrame | None:
    """Gives the losses of each epoch, see `curves.by_epoch`; None where they were not recorded or are not here."""
    run = setting.run
    for path in EPOCHS:
        text = project.text(run.revision, path)
        if text is None and path in run.lock.outs:
            with suppress(UserError):
                text = project.data(run.revision, path, run.lock.outs[path]).decode()
        if text is not None:
            return pd.read_csv(io.StringIO(text))
    return None


def models_of(project: Project, revision: str, folder: Path) -> None:
    """Writes the models/ of a revision to a folder, from the cache or from the remote.

    Args:
        project: Where it is.
        revision: From `Project.resolve`.
        folder: New.

    Raises:
        UserError: If the revision was not run, or its models are out of reach.
    """
    lock = read_lock(project.text(revision, "dvc.lock") or "")
    if MODELS not in lock.outs:
        raise UserError("was not run: its dvc.lock knows no models; run `dvc repro` there and commit")
    project.copy_folder(revision, MODELS, lock.outs[MODELS], folder)
