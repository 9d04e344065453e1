import shutil
from pathlib import Path

import pytest

from tests.pinned import Pinned, push, start


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with a project whose training is pinned work, and its remotes; to be copied."""
    folder = tmp_path_factory.mktemp("made")
    project = start(folder / "project")
    shutil.copytree(project.folder, folder / "alone")
    project.run("git", "init", "-q", "--bare", "-b", "main", str(folder / "hub.git"))
    push(project, str(folder / "hub.git"), str(folder / "store"))
    return folder


@pytest.fixture
def pinned(made, tmp_path):
    """A project without remotes."""
    shutil.copytree(made / "alone", tmp_path / "project", symlinks=True)
    return Pinned(tmp_path / "project")


@pytest.fixture
def shared(made, tmp_path):
    """A project with a bare repository and a DVC remote beside it."""
    for name in ("project", "hub.git", "store"):
        shutil.copytree(made / name, tmp_path / name, symlinks=True)
    project = Pinned(tmp_path / "project")
    config = Path(project.folder, ".dvc/config")
    config.write_text(config.read_text().replace(str(made), str(tmp_path)))
    project.run("git", "remote", "set-url", "origin", str(tmp_path / "hub.git"))
    project.commit("Remotes that were moved")
    project.run("git", "push", "-q")
    return project
