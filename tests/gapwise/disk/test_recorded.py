import hashlib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.disk import recorded

FILE = hashlib.md5(b"whole").hexdigest()
LOCK = {"stages": {"split": {"outs": [{"path": "a", "md5": FILE}]}, "other": {"outs": [{"path": "etag", "etag": "x"}]}}}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_STAGE", "evaluate")
    recorded.outputs.cache_clear()
    YAML().dump(LOCK, Path("dvc.lock"))
    YAML().dump({"outs": [{"path": "mine", "md5": FILE, "hash": "md5"}]}, Path("mine.dvc"))
    yield
    recorded.outputs.cache_clear()


@pytest.mark.parametrize("name", ["a", "mine", "etag", "unknown"])
def test_what_is_as_recorded_or_not_recorded_is_read(name):
    Path(name).write_text("whole")
    recorded.check(name)


@pytest.mark.parametrize("name", ["a", "mine"])
def test_what_is_not_as_recorded_is_refused_with_both_ways_out(name):
    Path(name).write_text("whale")
    found = hashlib.md5(b"whale").hexdigest()
    with pytest.raises(UserError) as caught:
        recorded.check(name)
    assert str(caught.value) == (
        f"{name} is not what DVC recorded.\n"
        f"  - MD5 {found}, recorded {FILE}\n"
        "  - if you did not change it, a disk or the cache is damaged: run `gapwise verify`, then `dvc repro`\n"
        "  - if you did: `dvc repro` without --single-item makes an output again, `dvc add` records a file of your own"
    )


def test_a_missing_file_has_a_message_of_its_own_elsewhere():
    recorded.check("a")


def test_a_stage_that_is_run_by_hand_reads_what_it_likes(monkeypatch):
    monkeypatch.delenv("DVC_STAGE")
    Path("a").write_text("edited")
    recorded.check("a")


def test_before_the_first_run_nothing_is_recorded():
    Path("dvc.lock").unlink()
    Path("a").write_text("anything")
    recorded.check("a")


def test_a_folder_is_hashed_as_dvc_does_whatever_order_its_files_were_made_in():
    for name in ("b/2", "b/sub/1", "b/1"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    # From dvc add of this folder, DVC 3.67.
    assert recorded.md5(Path("b")) == "a9e345f8bca3196f5bb0473503853956.dir"


def test_a_file_that_dvc_2_recorded_is_read_as_its_hash_is_of_another_kind():
    Path("old.csv").write_bytes(b"text\r\n")
    YAML().dump({"outs": [{"path": "old.csv", "md5": hashlib.md5(b"text\n").hexdigest()}]}, Path("old.csv.dvc"))
    recorded.check("old.csv")
