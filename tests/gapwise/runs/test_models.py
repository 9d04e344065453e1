import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gapwise.base.errors import UserError
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.network.classifier import predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.network.params import NetworkParams
from gapwise.runs.models import read_description, read_weights, write_model
from gapwise.training.recipe import FinetuneParams
from tests.recipes import recipe
from tests.setting import random_tokens

MODEL = Description.of(
    TokenizeParams(preset="a", prefix=None, max_length=8),
    recipe(freeze=1),
    unfrozen_layers=None,
    classes=["no", "yes"],
    repeats=2,
)
OLD = Path(__file__).parents[2] / "fixtures/model-version-1"
WEIGHTS = [
    {"head/kernel": np.full((3, 2), number, np.float32), "head/bias": np.zeros(2, np.float32)} for number in (1, 2)
]


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_models_come_back_as_they_were_written():
    write_model(MODEL, WEIGHTS)
    assert read_description() == MODEL
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
        read_description()


@pytest.mark.parametrize("change", [('"version": 2', '"version": 3'), ('"classes"', '"klasses"'), ("{", "[")])
def test_models_of_a_newer_version_and_damaged_ones_say_what_to_run(change):
    write_model(MODEL, WEIGHTS)
    path = Path("models/model.json")
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(UserError, match=r"is damaged, or a newer version of Gapwise wrote it\. Run `dvc repro -s -f"):
        read_description()


def test_models_of_the_first_version_which_held_the_whole_recipe_predict_what_they_predicted(tmp_path):
    """The folder was written by revision ff43286: LoRA, first token, and one of three layers reached by unfreezing."""
    shutil.copytree(OLD, tmp_path, dirs_exist_ok=True)
    description = read_description()
    cut, network = rebuild(description)
    assert cut.trained_layers == 1
    features = frozen_output(cut, random_tokens())
    expected = json.loads(Path("probabilities.json").read_text())
    for weights, probabilities in zip(read_weights(description), expected, strict=True):
        set_weights(network, weights)
        np.testing.assert_allclose(predict(network, features), probabilities, atol=1e-6)


def test_models_of_before_there_were_prefixes_have_none():
    write_model(MODEL, WEIGHTS)
    path = Path("models/model.json")
    written = json.loads(path.read_text())
    assert written.pop("prefix") is None
    path.write_text(json.dumps(written))
    assert read_description() == MODEL


def test_a_new_key_of_the_recipe_leaves_the_description_as_it_is():
    written = json.loads(MODEL.model_dump_json())
    of_training = set(FinetuneParams.model_fields) - set(NetworkParams.model_fields)
    assert not set(written) & of_training


@pytest.mark.parametrize("bytes_left", [None, 0, 20, -1])
def test_weights_that_are_missing_or_not_whole_are_named(bytes_left):
    write_model(MODEL, WEIGHTS)
    path = Path("models/repeat-1.safetensors")
    path.write_bytes(path.read_bytes()[:bytes_left]) if bytes_left is not None else path.unlink()
    with pytest.raises(UserError, match=r"^models/repeat-1\.safetensors is missing or not whole\. Run `dvc repro`"):
        list(read_weights(MODEL))
