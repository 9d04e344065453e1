import hashlib
import json
from pathlib import Path

import pytest

from gapwise.runs.timings import record


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A folder in which a training has left its weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    Path("models").mkdir()
    Path("models/repeat-0.safetensors").write_bytes(b"weights")
    return tmp_path


def noted(folder):
    files = (folder / ".gapwise/timings").iterdir()
    return {file.name: json.loads(file.read_text()) for file in files}


NAME = f"{hashlib.md5(b'weights').hexdigest()}.json"


def test_a_training_is_noted_by_the_hash_that_dvc_gives_its_weights(trained):
    record(127.44, 5)
    assert noted(trained) == {NAME: {"seconds": 127.4, "repeats": 5}}


def test_other_trainings_keep_their_notes(trained):
    record(127.44, 5)
    Path("models/repeat-0.safetensors").write_bytes(b"other weights")
    record(30, 2)
    assert noted(trained)[NAME] == {"seconds": 127.4, "repeats": 5}
    assert len(noted(trained)) == 2


def test_a_queued_experiment_leaves_its_note_in_the_project_it_was_queued_in(trained, monkeypatch, tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    monkeypatch.setenv("DVC_ROOT", str(project))
    record(127.44, 5)
    assert list(noted(project)) == [NAME]
    assert not (trained / ".gapwise").exists()
