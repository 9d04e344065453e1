"""Git hooks of `make hooks`, set off by git itself."""

import sys

import pytest

from tests.clones import copy_project

MESSY = "import os\n\nx = {'a':1}\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with hooks, a file of one's own, a git remote and a DVC remote."""
    folder = tmp_path_factory.mktemp("hooks")
    clone = copy_project(folder / "clone", XDG_CACHE_HOME=str(folder))
    (clone.folder / ".venv").symlink_to(sys.prefix)
    (clone.folder / "dvc.yaml").unlink()  # whose results are not here to be checked out
    clone.run("git", "init", "-q", "-b", "main")
    (clone.folder / ".git/info/exclude").write_text(".venv\n")
    put(clone, "first")
    clone.run("git", "init", "-q", "--bare", str(folder / "remote.git"))
    clone.run("git", "remote", "add", "origin", str(folder / "remote.git"))
    clone.run("dvc", "remote", "add", "-q", "-d", "team", str(folder / "dvc"))
    clone.commit()
    clone.log = clone.run("make", "hooks", "STAMP=README.md")  # .venv is complete
    return clone


def put(clone, content):
    """Puts a file of one's own under DVC."""
    path = clone.folder / "data/raw/mine.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(content)
    clone.run("dvc", "add", "-q", "data/raw/mine.csv")


def test_make_hooks_installs_three(clone):
    for name in ("pre-commit", "post-checkout", "pre-push"):
        assert f"pre-commit installed at .git/hooks/{name}" in clone.log
        assert (clone.folder / ".git/hooks" / name).stat().st_mode & 0o100


def test_a_commit_with_a_lint_error_is_refused_and_its_layout_is_mended(clone):
    path = clone.folder / "gapwise/messy.py"
    path.write_text(MESSY)
    clone.run("git", "add", "gapwise/messy.py")
    log = clone.run("git", "commit", "-m", "Messy", fails=True)
    assert "F401" in log
    assert "files were modified by this hook" in log
    assert path.read_text() == MESSY.replace("'a':1", '"a": 1')
    path.write_text('"""A module."""\n')
    clone.run("git", "add", "gapwise/messy.py")
    assert "Failed" not in clone.run("git", "commit", "-m", "Tidy")


def test_data_follow_a_checkout(clone):
    path = clone.folder / "data/raw/mine.csv"
    clone.run("git", "checkout", "-b", "other")
    put(clone, "second")
    clone.run("git", "commit", "-qam", "Other data")
    clone.run("git", "checkout", "main")
    assert path.read_text() == "first"
    clone.run("git", "checkout", "other")
    assert path.read_text() == "second"
    clone.run("git", "checkout", "main")


def test_data_are_pushed_before_commits(clone):
    remote = clone.folder.parent / "dvc"
    assert not remote.exists()
    clone.run("git", "push", "origin", "main")
    assert "first" in [path.read_text() for path in remote.rglob("*") if path.is_file()]


def test_commits_without_their_data_are_not_pushed(clone):
    clone.run("git", "checkout", "-b", "lost")
    put(clone, "third")
    clone.run("dvc", "remote", "modify", "team", "url", "/proc/nowhere")
    clone.run("git", "commit", "-qam", "A remote that is not there")
    log = clone.run("git", "push", "origin", "lost", fails=True)
    assert "dvc push" in log
    assert "Failed" in log
    assert "ERROR" in log
    assert "lost" not in clone.run("git", "ls-remote", "origin")
