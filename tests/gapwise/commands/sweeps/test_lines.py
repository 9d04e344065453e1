"""A sweep as lines of shell, run as another engine would."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clones import PROJECT


@pytest.fixture
def lines(shared, tmp_path):
    """The lines of two settings, and what runs them, two at a time."""
    printed = shared.run("gapwise", "sweep", "--print", "-S", "finetune.l2=1,2").splitlines()

    def run(*lines):
        own = {"GAPWISE_ENV": str(Path(sys.executable).parents[1]), "GAPWISE_CLONES": str(tmp_path / "clones")}
        return subprocess.run(
            ["xargs", "-d", "\n", "-P", "2", "-n", "1", "sh", "-c"],
            input="\n".join(lines),
            cwd=tmp_path,
            env=shared.environment | own,
            text=True,
            capture_output=True,
            check=False,
        )

    return printed, run


@pytest.mark.slow
def test_lines_run_each_experiment_once_though_one_is_given_twice_and_again_later(lines, shared):
    (one, other), run = lines
    done = run(one, one, other)
    assert done.returncode == 0, done.stderr
    shared.run("git", "fetch", "-q", "origin", "refs/exps/*:refs/exps/*")
    names = sorted(shared.experiments())
    assert [name.rpartition("-")[0] for name in names] == ["l2-1", "l2-2"]
    assert sorted(shared.notes("begins")) == names
    assert sorted(done.stdout.splitlines()) == sorted(
        [f"{names[0]}: done", f"{names[0]}: done before", f"{names[1]}: done"]
    )
    assert run(one, other).stdout.count("done before") == 2
    shared.run("dvc", "exp", "pull", "-q", "origin", names[0])  # outputs come from the remote
    shared.run("dvc", "exp", "apply", names[0])
    assert (shared.folder / "models/weights").exists()


def test_a_line_needs_nothing_but_a_posix_shell_git_and_flock(lines):
    (one, _), _ = lines
    assert "\n" not in one
    assert subprocess.run(["sh", "-n", "-c", one], check=False).returncode == 0
    assert str(PROJECT) not in one


@pytest.mark.slow
def test_a_line_whose_experiment_fails_hands_nothing_over(shared, lines, tmp_path):
    _, run = lines
    (bad,) = shared.run("gapwise", "sweep", "--print", "-S", "finetune.l2=13").splitlines()
    failed = run(bad)
    assert failed.returncode == 123
    assert "13 brings bad luck" in failed.stderr
    assert shared.run("git", "ls-remote", "origin", "refs/exps/*") == ""
