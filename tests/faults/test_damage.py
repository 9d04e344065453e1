"""Files that a disk, a person or an older version has changed."""

import json
import shutil

import pandas as pd
import pytest
from ruamel.yaml import YAML


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def damage_object(clone, name, change):
    """Changes the object of an output in DVC's cache, which stays as read-only as DVC made it; gives the object."""
    tracked = clone.folder / f"{name}.dvc"
    md5 = YAML(typ="safe").load(tracked)["outs"][0]["md5"] if tracked.exists() else clone.outputs()[name]
    path = clone.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    if md5.endswith(".dir"):
        md5 = json.loads(path.read_text())[-1]["md5"]
        path = clone.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    path.chmod(0o644)
    change(path)
    path.chmod(0o444)
    return path


def lose(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    ("change", "name", "reader"),
    [
        (flip, "data/dataset.parquet", "split"),
        (truncate, "data/test.parquet", "evaluate"),
        (empty, "models", "evaluate"),
    ],
)
def test_a_damaged_object_of_the_cache_is_found_before_it_is_used_and_made_again(disturbed, change, name, reader):
    damage_object(disturbed, name, change)
    lose(disturbed.folder / name)
    disturbed.run("dvc", "checkout")  # DVC trusts its cache
    assert disturbed.half_written()

    log = disturbed.run("dvc", "repro", "--force", "--single-item", reader, fails=True)
    assert f"\n{name} is not what DVC recorded.\n" in log
    assert "run `gapwise verify`, then `dvc repro`" in log
    assert "Traceback" not in log

    log = disturbed.run("python", "-m", "gapwise", "verify", fails=True)
    assert "damaged, moved to .dvc/tmp/damaged/" in log
    assert f"{name}: not as recorded; `dvc repro` makes it again" in log
    disturbed.assert_recovers()
    assert disturbed.run("python", "-m", "gapwise", "verify") == "All files are as DVC recorded them.\n"


def test_a_damaged_file_of_ones_own_is_refused_and_comes_back_from_a_colleague(disturbed, tmp_path):
    disturbed.run("dvc", "remote", "add", "-q", "-d", "shared", str(tmp_path / "shared"))
    disturbed.run("dvc", "push", "-q", "data/raw/mine.csv")
    damage_object(disturbed, "data/raw/mine.csv", flip)
    lose(disturbed.folder / "data/raw/mine.csv")
    disturbed.run("dvc", "checkout", "-q", "data/raw/mine.csv")
    log = disturbed.run("dvc", "repro", "--force", "--single-item", "prepare", fails=True)
    assert "\ndata/raw/mine.csv is not what DVC recorded.\n" in log
    assert (
        "data/raw/mine.csv: not as data/raw/mine.csv.dvc says; run `dvc add data/raw/mine.csv` to keep it, "
        "or delete it and run `dvc pull data/raw/mine.csv`\n"
    ) in disturbed.run("python", "-m", "gapwise", "verify", fails=True)
    lose(disturbed.folder / "data/raw/mine.csv")
    disturbed.run("dvc", "pull", "-q", "data/raw/mine.csv")
    disturbed.assert_recovers()


def edit_test_labels(clone):
    path = clone.folder / "data/test.parquet"
    table = pd.read_parquet(path)
    table.assign(label=table["label"].to_numpy()[::-1].copy()).to_parquet(path, index=False)


def leave_no_table(clone):
    (clone.folder / "data/repeats.parquet").write_text("repeat,text_id\n")


def leave_another_table(clone):
    (clone.folder / "data/test.parquet").write_bytes((clone.folder / "data/augmented.parquet").read_bytes())


def edit_metrics(clone):
    path = clone.folder / "metrics/evaluate.json"
    path.write_text(path.read_text().replace("0.", "1."))


def leave_models_of_a_newer_version(clone):
    path = clone.folder / "models/model.json"
    path.write_text(path.read_text().replace('"version": 2', '"version": 3'))
    (clone.folder / "models/repeat-1.safetensors").unlink()


def leave_half_of_a_model(clone):
    truncate(clone.folder / "models/repeat-1.safetensors")


AGAIN = "Run `dvc repro`, which makes it again"


@pytest.mark.parametrize(
    ("edit", "stage", "message"),
    [
        (leave_no_table, "augment", f"data/repeats.parquet is not a table as its stage writes it. {AGAIN}."),
        (leave_another_table, "baseline", f"data/test.parquet is not a table as its stage writes it. {AGAIN}."),
        (leave_models_of_a_newer_version, "evaluate", "models/model.json is damaged, or a newer version of Gapwise"),
        (leave_half_of_a_model, "evaluate", f"models/repeat-1.safetensors is missing or not whole. {AGAIN}"),
    ],
)
def test_a_changed_output_is_a_message_to_a_stage_run_by_hand_and_is_made_again(disturbed, edit, stage, message):
    edit(disturbed)
    log = disturbed.run("python", "-m", f"stages.{stage}", fails=True)
    assert f"\n{message}" in log
    assert "Traceback" not in log
    disturbed.assert_recovers()


def test_edited_labels_and_metrics_do_not_survive(disturbed):
    edit_test_labels(disturbed)
    edit_metrics(disturbed)
    assert disturbed.half_written() == {"data/test.parquet", "metrics/evaluate.json"}
    disturbed.assert_recovers()


def test_every_output_edited_by_hand_is_made_again(disturbed):
    for name in disturbed.expected:
        flip(disturbed.folder / name)
    assert disturbed.half_written() == set(disturbed.expected)
    disturbed.assert_recovers()


def test_a_lock_that_dvc_was_writing_when_it_ended_is_said_and_may_be_deleted(disturbed):
    disturbed.forget("split")
    lock = disturbed.folder / ".dvc/tmp/rwlock"
    empty(lock)
    assert "Unable to read RWLock-file '.dvc/tmp/rwlock'." in disturbed.run("dvc", "repro", fails=True)
    lock.unlink()
    disturbed.assert_recovers()
