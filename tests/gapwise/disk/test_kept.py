"""Sources that git or DVC keeps, in real repositories."""

import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.disk import kept, recorded

LACK = "experiments that run in a copy, and colleagues, would lack it"
ADD = "git add data/raw/mine.csv.dvc data/raw/.gitignore && git commit -m Data"
LEAK = f"{LACK}, and `dvc exp run` would commit the file itself to git"


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recorded.outputs.cache_clear()
    YAML().dump({"stages": {"samples": {"outs": [{"path": "data/raw/tweets.csv", "md5": "0"}]}}}, Path("dvc.lock"))
    Path("data/raw/set").mkdir(parents=True)
    for name in ("mine.csv", "tweets.csv", "set/train.csv"):
        Path("data/raw", name).write_text("text,label\n")
    git("init", "-q")
    yield
    recorded.outputs.cache_clear()


def git(*arguments):
    subprocess.run(["git", *arguments], check=True)


def refusal(source):
    with pytest.raises(UserError) as caught:
        kept.require(source)
    return caught.value.headline, list(caught.value.problems)


def test_a_file_that_nobody_keeps_is_refused_with_the_commands_that_hand_it_to_dvc():
    assert refusal("data/raw/mine.csv") == (
        "prepare.source: data/raw/mine.csv is kept neither by git nor by DVC.",
        [
            LEAK,
            f"run `dvc add data/raw/mine.csv && {ADD}`",
        ],
    )


def test_a_note_of_dvc_that_is_not_in_git_is_refused_with_the_command_that_adds_it():
    Path("data/raw/mine.csv.dvc").touch()
    assert refusal("data/raw/mine.csv") == (
        "prepare.source: data/raw/mine.csv.dvc is not in git.",
        [LACK, f"run `{ADD}`"],
    )
    git("add", "data/raw/mine.csv.dvc")
    kept.require("data/raw/mine.csv")


def test_a_file_in_a_folder_that_dvc_keeps_is_kept():
    Path("data/raw/set.dvc").touch()
    assert refusal("data/raw/set/train.csv")[0] == "prepare.source: data/raw/set.dvc is not in git."
    git("add", "data/raw/set.dvc")
    kept.require("data/raw/set/train.csv")
    kept.require("data/raw/set")


def test_files_of_git_and_outputs_of_stages_are_kept():
    git("add", "data/raw/mine.csv")
    kept.require("data/raw/mine.csv")
    kept.require("data/raw/tweets.csv")


def test_a_folder_without_git_is_asked_nothing(tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("plain"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd().parent))
    kept.require("data/raw/mine.csv")
