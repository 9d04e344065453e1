import pytest

from tests.clones import some_articles, start
from tests.faults.disturbed import Disturbed


@pytest.fixture(scope="session")
def reference(tmp_path_factory, samples, tiny_bert):
    """A clone in which the pipeline has run undisturbed."""
    clone = start(tmp_path_factory.mktemp("reference") / "clone", some_articles(samples), tiny_bert)
    clone.log = clone.run("dvc", "repro")
    clone.commit()
    return clone


@pytest.fixture
def disturbed(tmp_path, reference):
    return Disturbed(tmp_path / "clone", reference)
