import pytest

from tests.pinned import share, start


@pytest.fixture
def pinned(tmp_path):
    """A project whose training is pinned work."""
    return start(tmp_path / "project")


@pytest.fixture
def shared(pinned, tmp_path):
    """The same with a bare repository and a DVC remote beside it."""
    share(pinned, tmp_path)
    return pinned
