"""A sweep on one machine, in a real project whose training is pinned work."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from tests.pinned import Pinned, until

GRID = ("-S", "finetune.l2=0,13", "-S", "finetune.freeze=2")


def state(project):
    """What git sees in the workspace, and the hash of every output."""
    return {*project.run("git", "status", "--porcelain", "--ignored").splitlines(), *project.outputs().items()}


@pytest.fixture(scope="module")
def swept(made, tmp_path_factory):
    """A project after a sweep in which one of two experiments fails."""
    folder = tmp_path_factory.mktemp("swept") / "project"
    shutil.copytree(made / "alone", folder, symlinks=True)
    project = Pinned(folder)
    project.before = state(project)
    project.said = project.run("gapwise", "sweep", *GRID, fails=True)
    return project


def test_a_setting_becomes_an_experiment_and_the_workspace_stays_as_it_was(swept):
    (name,) = swept.experiments()
    assert re.fullmatch(r"freeze-2-l2-0-[0-9a-f]{10}", name)
    assert swept.notes("ends") == [name]
    assert state(swept) == swept.before | {"!! .gapwise/"}


def test_one_that_fails_is_said_with_its_reason_after_the_others_have_run(swept):
    assert "0 done before, 2 to run\n" in swept.said
    assert re.search(r"freeze-2-l2-0-\w+: done; 1 of 2, about \d+ (s|min) left\n", swept.said)
    assert re.search(r"freeze-2-l2-13-\w+: failed; 2 of 2 in \d+ (s|min)\n", swept.said)
    headline, said, logs = swept.said.strip().splitlines()[-3:]
    assert headline == "1 of 2 experiments failed; the others are done:"
    assert re.fullmatch(r"  - freeze-2-l2-13-\w+: .*13 brings bad luck", said)
    assert logs == "  - their logs are in .gapwise/sweep"
    log = next((swept.folder / ".gapwise/sweep").glob("freeze-2-l2-13-*.log")).read_text()
    assert "13 brings bad luck" in log


def test_an_experiment_is_the_one_that_dvc_would_make(swept, tmp_path):
    shutil.copytree(swept.folder, tmp_path / "project")
    by_hand = Pinned(tmp_path / "project")
    by_hand.forget()
    by_hand.run("dvc", "exp", "run", "-q", "-n", "by-hand", "-S", "finetune.l2=0", "-S", "finetune.freeze=2")
    assert list(by_hand.experiments().values()) == list(swept.experiments().values())


def test_what_is_done_is_not_run_again_and_its_name_is_printed(swept):
    done = subprocess.run(
        ["gapwise", "sweep", "-S", "finetune.l2=0.0", "-S", "finetune.freeze=2"],
        cwd=swept.folder,
        env=swept.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == list(swept.experiments())
    assert done.stderr == "1 done before, 0 to run\n"


@pytest.mark.slow
def test_settings_that_are_dicts_are_run_too_and_each_has_the_name_of_its_experiment(swept):
    program = (
        "from gapwise.commands.sweep import run_settings; "
        "print(run_settings([{'finetune.l2': 0, 'finetune.freeze': 2}, {'finetune.freeze': 2, 'finetune.l2': 0.0}]))"
    )
    (name,) = swept.experiments()
    assert swept.run("python", "-c", program).splitlines()[0] == str([name, name])


def test_changes_that_are_not_committed_are_refused(swept):
    (swept.folder / "params.yaml").write_text((swept.folder / "params.yaml").read_text() + "\n")
    said = swept.run("gapwise", "sweep", "-S", "finetune.l2=1", fails=True)
    swept.run("git", "checkout", "-q", "params.yaml")
    assert "the workspace has changes that are not.\n  - changed: params.yaml\n" in said
    assert ".gapwise" not in said


@pytest.mark.slow
def test_what_the_git_remote_has_is_brought_and_not_run(shared, tmp_path):
    colleague = Pinned(tmp_path / "colleague")
    colleague.folder.mkdir()
    colleague.run("git", "clone", "-q", str(tmp_path / "hub.git"), ".")
    colleague.run("dvc", "pull", "-q")
    colleague.run("gapwise", "sweep", "-S", "finetune.l2=0")
    (name,) = colleague.experiments()
    colleague.run("git", "push", "-q", "origin", "refs/exps/*:refs/exps/*")
    assert "1 done before, 0 to run" in shared.run("gapwise", "sweep", "-S", "finetune.l2=0")
    assert shared.experiments() == colleague.experiments()
    assert list(shared.experiments()) == [name]
    assert shared.notes("begins") == []


@pytest.mark.slow
def test_a_git_remote_that_is_away_is_said_and_stops_nothing(shared, tmp_path):
    (tmp_path / "hub.git").rename(tmp_path / "away.git")
    said = shared.run("gapwise", "sweep", "-S", "finetune.l2=0")
    assert f"What {tmp_path / 'hub.git'} has is not known: git ls-remote: fatal:" in said
    assert len(shared.experiments()) == 1


@pytest.mark.slow
def test_after_a_kill_the_same_command_goes_on_and_nothing_of_the_killed_run_works_on(pinned):
    (pinned.witness / "hold").touch()
    grid = ["gapwise", "sweep", "-S", "finetune.l2=0,1"]
    sweep = subprocess.Popen(grid, cwd=pinned.folder, env=pinned.environment, stderr=subprocess.PIPE)
    until(lambda: pinned.notes("begins"))
    working = int((pinned.witness / "notes").read_text().split()[2])
    sweep.kill()
    sweep.communicate()
    until(lambda: not alive(working))
    (pinned.witness / "hold").unlink()
    assert "0 done before, 2 to run" in pinned.run(*grid)
    assert len(pinned.notes("begins")) == 3
    assert sorted(pinned.notes("ends")) == sorted(pinned.experiments())
    assert len(set(pinned.experiments().values())) == 2


@pytest.mark.slow
def test_a_commit_that_is_on_no_branch_is_swept_too(pinned):
    for message in ("on none", "on none either"):
        pinned.run("git", "checkout", "-q", "--detach")
        pinned.run("git", "commit", "-q", "--allow-empty", "-m", message)
        assert "0 done before, 1 to run" in pinned.run("gapwise", "sweep", "-S", "finetune.l2=1")
    assert len(pinned.experiments()) == 2


def alive(process):
    try:
        os.kill(process, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    return True
