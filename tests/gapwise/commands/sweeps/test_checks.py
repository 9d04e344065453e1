"""What must hold before an experiment runs elsewhere, tried on real repositories."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gapwise.base.errors import UserError
from gapwise.commands.app import app
from gapwise.commands.sweeps.checks import shared_origin
from gapwise.commands.sweeps.lock import locked, required
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import git, other_versions


def problems(project):
    with pytest.raises(UserError, match=r"Experiments cannot run elsewhere, and nothing was run:") as caught:
        shared_origin(Repository(project.folder))
    return list(caught.value.problems)


def test_a_project_whose_remotes_take_results_is_an_origin_and_nothing_is_left_there(shared, tmp_path):
    origin = shared_origin(Repository(shared.folder))
    commit = shared.run("git", "rev-parse", "HEAD").strip()
    assert (origin.url, origin.commit, origin.inside) == (str(tmp_path / "hub.git"), commit, ".")
    assert git(tmp_path / "hub.git", "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    assert not list((tmp_path / "store").glob("probe*"))


def test_without_remotes_both_are_named_with_what_makes_them(pinned):
    one, other = problems(pinned)
    assert one.startswith("there is no git remote, which carries code and experiments: git remote add origin URL")
    assert other.startswith(
        "the commit knows no DVC remote, which carries data and outputs: dvc remote add -d team URL"
    )


def test_a_dvc_remote_that_is_not_committed_is_none(shared):
    commit = shared.run("git", "rev-list", "--max-parents=0", "HEAD").strip()
    shared.run("git", "checkout", "-q", commit)
    (said,) = problems(shared)
    assert said.startswith("the commit knows no DVC remote")


def test_a_commit_that_was_not_pushed_is_said(shared, tmp_path):
    shared.run("git", "commit", "-q", "--allow-empty", "-m", "Not pushed")
    assert problems(shared) == [f"the commit is on no branch of {tmp_path / 'hub.git'}: git push"]


def test_a_commit_below_what_a_colleague_has_pushed_is_there(shared, tmp_path):
    git(tmp_path, "clone", "-q", "hub.git", "colleague")
    for name in ("user.name", "user.email"):
        git(tmp_path / "colleague", "config", name, "t")
    git(tmp_path / "colleague", "commit", "-q", "--allow-empty", "-m", "News")
    git(tmp_path / "colleague", "push", "-q")
    assert shared_origin(Repository(shared.folder)).commit == shared.run("git", "rev-parse", "HEAD").strip()


def test_remotes_that_take_nothing_are_said_both(shared, tmp_path):
    refusing = tmp_path / "hub.git/hooks/pre-receive"
    refusing.write_text("#!/bin/sh\necho you may only read; exit 1\n")
    refusing.chmod(0o755)
    shared.run("dvc", "remote", "modify", "--local", "team", "url", "/proc/nowhere")
    on_git, on_dvc = problems(shared)
    assert on_git.startswith(
        f"{tmp_path / 'hub.git'} takes no experiments from here: git push: remote: you may only read"
    )
    assert re.match(r"the DVC remote takes nothing from here: .*/proc/nowhere", on_dvc)


def test_a_git_remote_that_is_away_is_said(shared, tmp_path):
    (tmp_path / "hub.git").rename(tmp_path / "away.git")
    (said,) = problems(shared)
    assert said.startswith(f"{tmp_path / 'hub.git'} cannot be read: git ls-remote: fatal:")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "No Ray cluster answers at 127.0.0.1:1."),
        pytest.param(
            *("no.such.machine.invalid:6379", "No Ray cluster answers at no.such.machine.invalid:6379."),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_address_without_a_cluster_is_said_before_any_work(shared, address, said):
    assert said in shared.run("gapwise", "sweep", "--ray", address, "-S", "finetune.l2=1", fails=True)
    assert shared.notes("begins") == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ray", "somewhere"], "--ray must be HOST:PORT of the head node, or local; got somewhere."),
        (["--ray", "local", "--cpus", "0"], "--cpus must be 1 or more; got 0."),
        (["--memory", "3"], "--memory needs --ray, which names a cluster, or local for one of this machine."),
        (["--cpus", "2", "--gpus", "0.5"], "--cpus and --gpus need --ray, which names a cluster"),
    ],
)
@pytest.mark.parametrize("command", [["search"], ["sweep", "-S", "finetune.l2=1"]], ids=lambda command: command[0])
def test_what_an_experiment_takes_of_a_cluster_is_checked_before_the_project_is_looked_at(command, options, said):
    done = CliRunner().invoke(app, [*command, *options])
    assert done.exit_code == 1
    assert said in done.output


def test_another_version_than_the_locks_is_said_and_what_is_not_needed_may_be_missing():
    hashed = " \\\n    --hash=sha256:00\n"
    lock = f"numpy==1.0{hashed}no-such-package==1.0 ; python_version >= '3.11'{hashed}"
    found = other_versions(locked(lock), required('[project]\ndependencies = ["NumPy>=1"]'))
    assert [re.sub(r"is [\d.]+,", "is X,", one) for one in found] == ["numpy is X, requirements.lock has 1.0"]
    needed = required('[project]\ndependencies = ["no_such.package"]')
    assert other_versions({"no-such-package": "1.0"}, needed) == [
        "no-such-package is missing, requirements.lock has 1.0"
    ]


def test_the_lock_of_this_project_is_read_for_this_platform():
    lock = locked(Path("requirements.lock").read_text(encoding="utf-8"))
    assert len(lock) > 150
    assert set(required(Path("pyproject.toml").read_text(encoding="utf-8"))) <= set(lock)
    assert "pywin32" not in lock
