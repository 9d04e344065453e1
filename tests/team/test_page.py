"""The commands of docs/team.md that need no pipeline, as the page has them."""

import configparser
import json
import re
from pathlib import Path

import pytest

from tests.clones import Clone

PAGE = Path("docs/team.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
REMOTES = [block for block in BLOCKS if "$ dvc remote" in block]


def repository(folder, url):
    clone = Clone(folder)
    folder.mkdir()
    clone.run("git", "clone", "-q", url, ".")
    return clone


@pytest.fixture
def pair(tmp_path):
    """Two clones of a small DVC repository."""
    folder = tmp_path / "hub.git"
    ann = Clone(tmp_path / "ann")
    ann.folder.mkdir()
    ann.run("git", "init", "-q", "--bare", "-b", "main", str(folder))
    ann.run("git", "init", "-q", "-b", "main")
    ann.run("git", "remote", "add", "origin", str(folder))
    ann.run("dvc", "init", "-q")
    (ann.folder / "params.yaml").write_text("l2: 0.01\n")
    ann.commit()
    ann.run("git", "push", "-q", "-u", "origin", "main")
    return ann, repository(tmp_path / "ben", str(folder))


def test_the_page_has_four_ways_to_add_a_remote():
    assert len(REMOTES) == 4


def test_dvc_takes_every_line_that_configures_a_remote(pair):
    ann, _ = pair
    for block in REMOTES:
        for line in re.findall(r"^\$ (dvc remote .*)$", block, re.MULTILINE):
            ann.run(*line.replace("add", "add -f").split())
        remote = "'remote \"team\"'"
        shared, local = (read(ann.folder / ".dvc" / name, remote) for name in ("config", "config.local"))
        assert shared["url"] in block
        assert not {"user", "keyfile", "access_key_id", "secret_access_key"} & set(shared)
        assert all(value in block for value in {**shared, **local}.values())
        (ann.folder / ".dvc/config.local").unlink(missing_ok=True)
    assert "config.local" in (ann.folder / ".dvc/.gitignore").read_text()


def read(path, section):
    parser = configparser.ConfigParser()
    parser.read(path)
    return dict(parser[section]) if section in parser else {}


def test_two_experiments_of_one_name_do_not_overwrite_each_other(pair):
    ann, ben = pair
    for clone, value in ((ann, 0.1), (ben, 0.5)):
        (clone.folder / "params.yaml").write_text(f"l2: {value}\n")
        clone.run("dvc", "exp", "save", "-n", "same")
    ann.run("dvc", "exp", "push", "--no-cache", "origin", "same")
    for command in ("push", "pull"):
        log = ben.run("dvc", "exp", command, "--no-cache", "origin", "same")
        assert "has diverged from remote experiment with the same name" in log
        assert "re-run with '--force'" in log
    ben.run("dvc", "exp", "rename", "same", "mine")
    ben.run("dvc", "exp", "push", "--no-cache", "origin", "mine")
    ben.run("dvc", "exp", "pull", "--no-cache", "origin", "same")
    assert [ben.run("git", "show", f"{name}:params.yaml") for name in refs(ben)] == ["l2: 0.5\n", "l2: 0.1\n"]
    assert set(ann.run("dvc", "exp", "list", "origin").split()) == {"main:", "same", "mine"}


def refs(clone):
    """The refs of all experiments, by name."""
    return clone.run("git", "for-each-ref", "--format=%(refname)", "refs/exps/*/*/*").split()


def add_remote(clone, folder):
    clone.run("dvc", "remote", "add", "-d", "team", str(folder))
    clone.commit()


def add_stage(clone):
    """A pipeline that copies params.yaml, run and pushed."""
    stage = {"cmd": "cp params.yaml out", "deps": ["params.yaml"], "outs": ["out"]}
    (clone.folder / "dvc.yaml").write_text(json.dumps({"stages": {"copy": stage}}))
    clone.run("dvc", "repro")
    clone.commit()
    clone.run("git", "push", "-q")
    clone.run("dvc", "push")


def test_an_experiment_older_than_the_remote_is_pushed_without_its_data_and_the_page_has_the_way_out(pair, tmp_path):
    ann, ben = pair
    add_remote(ann, tmp_path / "elsewhere")
    add_stage(ann)
    ann.run("dvc", "remote", "remove", "team")
    ann.commit()
    (ann.folder / "params.yaml").write_text("l2: 0.5\n")
    ann.run("dvc", "exp", "run", "-n", "old")
    ann.run("git", "checkout", "-q", ".")
    ann.run("dvc", "checkout")
    add_remote(ann, tmp_path / "shared")
    ann.run("git", "push", "-q")
    ann.run("dvc", "push")
    ann.run("dvc", "exp", "push", "origin", "old")

    def with_todays_remote(clone, command, fails=False):
        clone.run("dvc", "exp", "apply", "old", fails=fails)
        clone.run("git", "checkout", "HEAD", "--", ".dvc/config")
        clone.run("dvc", command)

    ben.run("git", "pull", "-q")
    ben.run("dvc", "exp", "pull", "origin", "old")
    ben.run("dvc", "exp", "apply", "old", fails=True)
    ben.run("git", "restore", "-SW", ".")
    with_todays_remote(ann, "push")
    with_todays_remote(ben, "pull", fails=True)
    assert (ben.folder / "out").read_text() == "l2: 0.5\n"


def test_an_experiment_whose_data_was_not_pushed_is_explained_and_the_next_push_mends_it(pair, tmp_path):
    ann, ben = pair
    add_remote(ann, tmp_path / "shared")
    add_stage(ann)
    (ann.folder / "params.yaml").write_text("l2: 0.5\n")
    ann.run("dvc", "exp", "run", "-n", "half")
    ann.run("dvc", "exp", "push", "--no-cache", "origin", "half")  # as if the line had broken between the two

    ben.run("git", "pull", "-q")
    ben.run("dvc", "pull")
    ben.run("dvc", "exp", "pull", "origin", "half")
    log = ben.run("dvc", "exp", "apply", "half", fails=True)
    assert "Checkout failed for following targets:\nout\nIs your cache up to date?" in log
    ben.run("git", "restore", "-SW", ".")
    ben.run("dvc", "checkout")
    assert (ben.folder / "out").read_text() == "l2: 0.01\n"

    assert "1 file uploaded" in ann.run("dvc", "exp", "push", "origin", "half")
    assert "No experiments to pull." in ben.run("dvc", "exp", "pull", "origin", "half")  # its data come all the same
    ben.run("dvc", "exp", "apply", "half")
    assert (ben.folder / "out").read_text() == "l2: 0.5\n"


def test_dvcs_merge_driver_refuses_dvc_lock_as_the_page_says(pair):
    ann, _ = pair
    lock = "schema: '2.0'\nstages:\n  one:\n    cmd: python -m stages.one\n"
    for name in ("ancestor", "our", "their"):
        (ann.folder / name).write_text(lock)
    driver = ("dvc", "git-hook", "merge-driver", "--ancestor", "ancestor", "--our", "our", "--their", "their")
    assert "extra keys not allowed" in ann.run(*driver, fails=True)
