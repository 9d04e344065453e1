"""Clones of the project, and commands run in them, as users and teammates do it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[1]
SETTINGS = {
    "prepare": {"source": "data/raw/mine.csv"},
    "split": {"train_size": 60, "repeats": 2},
    "augment": {"methods": ["synonym", "delete", "spelling"], "variants": 2},
    "tokenize": {"preset": "presets/tiny", "max_length": 32},
    "finetune": {"freeze": 1, "epochs": 2},
}


class Clone:
    """A folder of the project with a DVC site cache of its own, and what is done in it."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "DVC_SITE_CACHE_DIR": str(folder.parent / f"{folder.name}-site"),
            "SHELL": shutil.which("bash") or "/bin/sh",  # DVC's own choice, dash, hides a stage's exit code on Ctrl-C
            **{f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            **environment,
        }

    def run(self, *command, fails=False):
        """Runs a command that must succeed, or must fail; gives what it printed."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        return output

    def copy(self, folder, **environment):
        """Copies all of it, its cache and its experiments too."""
        subprocess.run(["cp", "-a", f"{self.folder}/.", folder], check=True)
        return type(self)(folder, **environment)

    def commit(self, message="A commit"):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message)

    def set_params(self, settings):
        yaml = YAML()
        params = yaml.load(self.folder / "params.yaml")
        for section, values in settings.items():
            params[section].update(values)
        yaml.dump(params, self.folder / "params.yaml")

    def outputs(self):
        """The hash of every output that dvc.lock records."""
        stages = YAML(typ="safe").load(self.folder / "dvc.lock")["stages"]
        return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}

    def table(self, name):
        return pd.read_parquet(self.folder / "data" / f"{name}.parquet")


def stages_run(log):
    """The stages that DVC ran, in order, by what it printed."""
    return [line.split("'")[1] for line in log.splitlines() if line.startswith("Running stage")]


def copy_project(folder, **environment):
    """Makes a clone of the project as it lies here, with changes not yet committed, without results."""
    files = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, text=True)
    for name in filter(lambda name: (PROJECT / name).is_file(), files.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    # The results of the default run are not those of this one.
    (folder / "dvc.lock").unlink(missing_ok=True)
    shutil.rmtree(folder / "metrics", ignore_errors=True)
    return Clone(folder, **environment)


def start(folder, source, preset, settings=SETTINGS, **environment):
    """Makes a clone with a user's own file and encoder, as the README tells a user to."""
    clone = copy_project(folder, **environment)
    shutil.copytree(preset, folder / "presets" / "tiny")
    (folder / "data" / "raw").mkdir(parents=True, exist_ok=True)
    source.to_csv(folder / "data" / "raw" / "mine.csv", index=False)
    clone.set_params(settings)
    clone.run("git", "init", "-q", "-b", "main")
    clone.run("dvc", "add", "-q", "data/raw/mine.csv")
    clone.commit()
    return clone


def some_articles(samples, count=40):
    """The texts of the first articles of the bundled editorials."""
    texts = samples["nyt-editorials"]
    return texts[texts["group"].isin(texts["group"].drop_duplicates()[:count])]
