import pytest

from tests.faults.disturbed import Disturbed


@pytest.fixture
def disturbed(tmp_path, reference):
    return Disturbed(tmp_path / "clone", reference)
