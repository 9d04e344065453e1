"""A real git and DVC project with experiments, whose predictions are drawn and not trained; see drawn/dvc.yaml."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

PROJECT = Path(__file__).parents[3]


class Drawn:
    """The project in a folder, and commands run in it."""

    def __init__(self, folder):
        self.folder = folder
        people = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environment = os.environ | people | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-site"),
        }  # fmt: skip

    def run(self, *command, fails=False):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout if not fails else done.stdout + done.stderr

    def commit(self):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "A commit")

    def experiment(self, name, *settings):
        self.run("dvc", "exp", "run", "-q", "-n", name, *(part for setting in settings for part in ("-S", setting)))
        self.run("git", "checkout", "-q", ".")

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Drawn(folder)


@pytest.fixture(scope="session")
def drawn(once, tmp_path_factory):
    """A project with the branch main and experiments; to be read only, copy it to change it."""
    return Drawn(once("drawn", _make)).copy(tmp_path_factory.mktemp("drawn") / "project")


def _make(folder):
    project = Drawn(folder)
    shutil.copytree(Path(__file__).parent / "drawn", folder, ignore=shutil.ignore_patterns("__pycache__"))
    rows = [{"text": f"text {number}", "label": "good" if number % 3 else "bad"} for number in range(400)]
    pd.DataFrame(rows).to_csv(folder / "mine.csv", index=False)
    pd.DataFrame(rows[:300]).to_csv(folder / "other.csv", index=False)
    (folder / ".gitignore").write_text("__pycache__/\n")
    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "init", "-q")
    shutil.copytree(PROJECT / ".dvc/plots", folder / ".dvc/plots")
    project.run("dvc", "repro", "-q")
    project.commit()
    project.experiment("skilled", "finetune.skill=0.95")
    project.experiment("alike", "finetune.learning_rate=1e-4")
    project.experiment("more-repeats", "split.repeats=4")
    project.experiment("other-data", "prepare.source=other.csv")
    project.experiment("other-rows", "split.seed=2")
    project.run("dvc", "checkout", "-q")
