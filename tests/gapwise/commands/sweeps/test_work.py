"""What a worker hands over, and what it says."""

import subprocess
import sys

import pytest

from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import Job, Origin, StepError, Steps, git, hand_over, perform


def test_who_hands_an_experiment_over_second_changes_nothing(shared, tmp_path):
    hub, reference = str(tmp_path / "hub.git"), "refs/exps/ab/cd/l2-1"
    for message in ("first", "second"):
        shared.run("git", "commit", "-q", "--allow-empty", "-m", message)
        shared.run("git", "update-ref", reference, "HEAD")
        hand_over(shared.folder, hub, reference)
    assert shared.run("git", "log", "-1", "--format=%s").strip() == "second"
    assert git(tmp_path / "hub.git", "log", "-1", "--format=%s", reference).strip() == "first"


def test_who_asks_for_an_experiment_that_is_done_leaves_the_log_of_its_run(shared, tmp_path):
    origin = Repository(shared.folder).remote()
    for _ in range(2):
        perform(Job("l2-1", ("finetune.l2=1",)), origin, tmp_path / "clones")
    assert "$ dvc exp run --name l2-1" in (tmp_path / "clones/l2-1.log").read_text(encoding="utf-8")


def test_a_step_that_fails_says_its_last_words_whatever_the_log_has_before(tmp_path):
    origin = Origin("", "0" * 40, ".", ("t", "t@example.org"), "", shared=False)
    with (tmp_path / "log").open("w", encoding="utf-8") as log, (tmp_path / "lock").open("w") as lock:
        log.write("…" * 1000)
        with pytest.raises(StepError, match="you are not inside of a DVC repository"):
            Steps(tmp_path, origin, log, lock, None).dvc("status")


def test_git_that_fails_ends_a_command_with_what_it_said_and_no_traceback(tmp_path):
    program = (
        "from gapwise.commands.app import explained\n"
        "from gapwise.commands.sweeps.work import git\n"
        "with explained(): git(None, 'ls-remote', '/nowhere')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("\ngit ls-remote: fatal: '/nowhere' does not appear to be a git repository\n")
