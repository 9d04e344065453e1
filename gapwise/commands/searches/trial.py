"""One training of a search, in a clone: its params, and the finished repeats that it need not train again.

A worker of a cluster runs it as a program, before `dvc exp run`: `python -m gapwise.commands.searches.trial JSON`.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.commands.lockfile import read_lock
from gapwise.commands.project import Project
from gapwise.disk.atomic import atomic
from gapwise.searching.space import replaced

LAST = "finetune"  # the stage that a training ends with
EVALUATED = ("baseline", "evaluate")  # the stages that read test rows
FINISHED = Path(".gapwise/finished")


@dataclass(frozen=True)
class Trial:
    """A training of a setting.

    Attributes:
        experiment: Its name.
        changes: Values by dotted key, in place of those of the commit.
        repeats: To have.
    """

    experiment: str
    changes: Mapping[str, Any]
    repeats: int


def lay_out(folder: Path, changes: Mapping[str, Any], repeats: int) -> None:
    """Writes the params of a training, and takes away the test figures of another setting.

    Args:
        folder: A clone of the project, as committed.
        changes: Values by dotted key, in place of those of the commit.
        repeats: To train.
    """
    file = folder / "params.yaml"
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 4096
    document = yaml.load(file.read_text(encoding="utf-8"))
    # Only what differs, so that the comments and the writing of all else stay.
    with atomic(file) as temporary:
        yaml.dump(replaced(document, {**changes, "split.repeats": repeats}), temporary)
    without_test(folder)


def without_test(folder: Path) -> None:
    """Removes what dvc.lock has of the stages that read test rows, and their files."""
    file = folder / "dvc.lock"
    if not file.is_file():
        return
    yaml = YAML()
    lock = yaml.load(file.read_text(encoding="utf-8"))
    for stage in EVALUATED:
        for out in lock["stages"].pop(stage, {}).get("outs", []):
            path = folder / out["path"]
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    with atomic(file) as temporary, temporary.open("w", encoding="utf-8") as stream:
        yaml.dump(lock, stream)


def take_over(project: Project, experiment: str, folder: Path) -> None:
    """Lays the repeats of an experiment where finetune finds them; where their files are gone, it trains them again.

    Args:
        project: That has the experiment.
        experiment: Its name; the same setting with fewer repeats than params.yaml says.
        folder: A clone of the project, with tokenize run.
    """
    revision = project.resolve(experiment)
    outs = read_lock(project.text(revision, "dvc.lock") or "").outs
    finished, epochs = folder.absolute() / FINISHED, "metrics/plots/epochs.csv"
    shutil.rmtree(finished, ignore_errors=True)
    (finished / "metrics/plots").mkdir(parents=True)
    try:
        for path in ("models", "metrics/training"):
            project.copy_folder(revision, path, outs[path], finished / path)
        (finished / epochs).write_bytes(project.data(revision, epochs, outs[epochs]))
        networks().hand_over(folder, finished)
    except UserError as error:
        print(f"The repeats of {experiment} are trained again: {error}", file=sys.stderr, flush=True)
    shutil.rmtree(finished)


def networks() -> Any:
    """Imports TensorFlow, late and without a GPU, which the trainings need."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from gapwise.commands.searches import validating

    return validating


def main(changes: Mapping[str, Any], repeats: int, follows: str) -> None:
    """Prepares the clone that it is run in; `follows` names the experiment to take repeats from, empty for none."""
    with Project() as project, contextlib.chdir(project.folder):
        lay_out(project.folder, changes, repeats)
        if follows:
            subprocess.run([sys.executable, "-m", "dvc", "repro", "tokenize"], check=True)
            take_over(project, follows, project.folder)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
