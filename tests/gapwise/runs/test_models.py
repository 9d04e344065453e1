from pathlib import Path

import numpy as np
import pytest

from gapwise.base.errors import UserError
from gapwise.encoding.params import TokenizeParams
from gapwise.network.description import Model
from gapwise.runs.models import read_model, read_weights, write_model
from tests.recipes import recipe

MODEL = Model(
    tokenize=TokenizeParams(preset="a", max_length=8),
    preset_sha256={"config.json": "0" * 64},
    finetune=recipe(freeze=1),
    classes=["no", "yes"],
    repeats=2,
)
WEIGHTS = [
    {"head/kernel": np.full((3, 2), number, np.float32), "head/bias": np.zeros(2, np.float32)} for number in (1, 2)
]


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_models_come_back_as_they_were_written():
    write_model(MODEL, WEIGHTS)
    assert read_model() == MODEL
    for read, written in zip(read_weights(MODEL), WEIGHTS, strict=True):
        assert read.keys() == written.keys()
        assert all(np.array_equal(read[name], written[name]) for name in written)


def test_the_same_models_give_the_same_bytes():
    write_model(MODEL, WEIGHTS)
    first = {path.name: path.read_bytes() for path in Path("models").iterdir()}
    write_model(MODEL, WEIGHTS)
    assert {path.name: path.read_bytes() for path in Path("models").iterdir()} == first
    assert set(first) == {"model.json", "repeat-0.safetensors", "repeat-1.safetensors"}


def test_what_fails_halfway_leaves_no_folder_of_models():
    with pytest.raises(AttributeError):
        write_model(MODEL, [WEIGHTS[0], {"head/kernel": "no array"}])
    assert not Path("models").exists()


def test_missing_models_say_how_to_get_them():
    with pytest.raises(UserError, match=r"models/model\.json is missing\. Run `dvc repro`"):
        read_model()


def test_models_of_another_version_say_what_to_run():
    write_model(MODEL, WEIGHTS)
    path = Path("models/model.json")
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(UserError, match=r"written by another version of Gapwise"):
        read_model()


@pytest.mark.parametrize("bytes_left", [None, 0, 20, -1])
def test_weights_that_are_missing_or_not_whole_are_named(bytes_left):
    write_model(MODEL, WEIGHTS)
    path = Path("models/repeat-1.safetensors")
    path.write_bytes(path.read_bytes()[:bytes_left]) if bytes_left is not None else path.unlink()
    with pytest.raises(UserError, match=r"^models/repeat-1\.safetensors is missing or not whole\. Run `dvc repro`"):
        list(read_weights(MODEL))
