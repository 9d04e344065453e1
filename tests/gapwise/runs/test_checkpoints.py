import copy
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gapwise.encoding.params import TokenizeParams
from gapwise.network.description import Description
from gapwise.runs import checkpoints
from gapwise.runs.checkpoints import Checkpoints, digest
from gapwise.runs.progress import curves
from gapwise.training.trainer import Trained
from tests.recipes import recipe

RECIPE = recipe(freeze=1)
MODEL = Description.of(
    TokenizeParams(preset="a", prefix=None, max_length=8),
    RECIPE,
    unfrozen_layers=None,
    classes=["no", "yes"],
    repeats=2,
)
TEXTS = pd.DataFrame({"text_id": ["a", "b"], "label": ["no", "yes"], "group": ["a", "b"]})
REPEATS = pd.DataFrame({"repeat": [0, 0], "text_id": ["a", "b"], "part": ["train", "validation"]})
TOKENS = pd.DataFrame(
    {"text_id": ["a", "b"], "source_id": ["a", "b"], "token_ids": [np.array([1, 2], np.int32), np.array([3], np.int32)]}
)
TRAINED = Trained(
    weights={"head/kernel": np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)},
    epochs=pd.DataFrame({"epoch": [1, 2], "train_log_loss": [1 / 3, 0.1], "validation_log_loss": [2 / 3, np.pi]}),
    best_epoch=1,
)


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def kept():
    """Repeat 0 as it was kept; DVC has deleted its curves since."""
    (curves(0) / "plots").mkdir(parents=True)
    (curves(0) / "plots" / "loss.tsv").write_text("step\tloss\n0\t0.3333333333333333\n")
    store = Checkpoints("one")
    store.save(0, TRAINED)
    shutil.rmtree("metrics")
    return store


def test_a_finished_repeat_comes_back_to_the_bit_with_its_curves(kept):
    taken = kept.load(0)
    assert taken.weights["head/kernel"].tobytes() == TRAINED.weights["head/kernel"].tobytes()
    pd.testing.assert_frame_equal(taken.epochs, TRAINED.epochs, check_exact=True)
    assert taken.best_epoch == 1
    assert (curves(0) / "plots" / "loss.tsv").read_text() == "step\tloss\n0\t0.3333333333333333\n"


def test_curves_of_an_interrupted_epoch_do_not_mix_with_those_taken_over(kept):
    curves(0).mkdir(parents=True)
    (curves(0) / "stale.tsv").touch()
    kept.load(0)
    assert [path.name for path in curves(0).iterdir()] == ["plots"]


def test_a_repeat_of_another_digest_or_number_is_not_taken(kept):
    assert kept.load(1) is None
    assert Checkpoints("other").load(0) is None


@pytest.mark.parametrize("name", ["weights.safetensors", "trained.json"])
@pytest.mark.parametrize("bytes_left", [0, 20])
def test_a_damaged_repeat_is_not_taken_and_can_be_kept_again(kept, name, bytes_left):
    path = Path(".gapwise/checkpoints/one/repeat-0") / name
    path.write_bytes(path.read_bytes()[:bytes_left])
    assert kept.load(0) is None
    curves(0).mkdir(parents=True)
    kept.save(0, TRAINED)
    assert kept.load(0).best_epoch == 1


def test_what_was_killed_while_it_was_written_is_not_taken(kept):
    folder = Path(".gapwise/checkpoints/one/repeat-0")
    folder.rename(folder.with_name("repeat-0.partial"))
    assert kept.load(0) is None


def test_a_run_with_other_settings_removes_what_is_left(kept):
    Checkpoints("two").remove_others()
    assert kept.load(0) is None
    Checkpoints("two").remove_others()


def test_after_the_stage_nothing_is_left(kept):
    kept.remove()
    assert not Path(".gapwise/checkpoints").exists()
    kept.remove()


def same():
    return {
        "description": MODEL,
        "recipe": RECIPE,
        "development": TEXTS,
        "repeats": REPEATS,
        "tokens": TOKENS,
        "seed": 1,
    }


def test_the_same_inputs_have_the_same_digest():
    assert digest(**copy.deepcopy(same())) == digest(**same())


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"recipe": RECIPE.model_copy(update={"l2": 1e-9})},
        {"description": MODEL.model_copy(update={"preset_sha256": {"config.json": "1" * 64}})},
        {"development": TEXTS.assign(label=["yes", "no"])},
        {"development": TEXTS.assign(group=["a", "a"])},
        {"repeats": REPEATS.assign(part=["validation", "train"])},
        {"tokens": TOKENS.assign(token_ids=[np.array([1, 2], np.int32), np.array([4], np.int32)])},
        {"tokens": TOKENS.assign(token_ids=[np.array([1], np.int32), np.array([2, 3], np.int32)])},
        {"tokens": TOKENS[::-1]},
    ],
)
def test_whatever_determines_the_networks_changes_the_digest(change):
    assert digest(**(same() | change)) != digest(**same())


def test_another_version_of_a_package_changes_the_digest(monkeypatch):
    before = digest(**same())
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0")
    assert digest(**same()) != before


def test_the_digest_sees_all_of_the_code():
    assert len(checkpoints.code()) > 80


@pytest.mark.parametrize(
    "edited", ["gapwise/training/trainer.py", "gapwise/training/regularizers/mixup.py", "stages/finetune.py"]
)
def test_an_edit_of_the_code_changes_the_digest(tmp_path, monkeypatch, edited):
    for folder in ("gapwise", "stages"):
        shutil.copytree(checkpoints.PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(checkpoints, "PROJECT", tmp_path)
    assert digest(**same()) == digest(**same())
    before = digest(**same())
    (tmp_path / edited).write_text((tmp_path / edited).read_text() + "\n# edited\n")
    assert digest(**same()) != before
