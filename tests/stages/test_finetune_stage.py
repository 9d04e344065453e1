"""The stage on a tiny encoder, undisturbed and killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def start(tmp_path_factory, tiny_bert):
    """A folder with all that the stage reads: 24 texts of two classes, of random tokens, and 3 repeats."""
    folder, rng = tmp_path_factory.mktemp("start"), np.random.default_rng(0)
    document = YAML(typ="safe").load(PROJECT / "params.yaml")
    document["tokenize"] |= {"preset": "tiny", "max_length": 16}
    document["finetune"] |= {"freeze": 1, "epochs": 3, "batch_size": 4}
    YAML().dump(document, folder / "params.yaml")
    shutil.copytree(tiny_bert, folder / "tiny")
    (folder / "data/tokens").mkdir(parents=True)
    ids = [f"{number:016x}" for number in range(24)]
    development = pd.DataFrame({"text_id": ids, "row": range(1, 25), "text": "a text", "label": ["a", "b"] * 12})
    development = development.assign(group=ids, part=pd.Series([None] * 24, dtype="str"))
    development.to_parquet(folder / "data/development.parquet", index=False)
    repeats = [
        (repeat, text_id, "validation" if number % 3 == repeat else "train")
        for repeat in range(3)
        for number, text_id in enumerate(ids)
    ]
    pd.DataFrame(repeats, columns=["repeat", "text_id", "part"]).to_parquet(folder / "data/repeats.parquet")
    tokens = [rng.integers(5, 20, length).astype(np.int32) for length in rng.integers(3, 9, 24)]
    table = pd.DataFrame({"text_id": ids, "source_id": ids, "token_ids": tokens})
    table.to_parquet(folder / "data/tokens/development.parquet", index=False)
    return folder


def begin(folder):
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "TF_NUM_INTRAOP_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "stages.finetune"],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def finish(folder):
    process = begin(folder)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output


def outputs(folder):
    paths = (path for out in ("models", "metrics") for path in (folder / out).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def undisturbed(start, tmp_path_factory):
    folder = shutil.copytree(start, tmp_path_factory.mktemp("undisturbed") / "project")
    log = finish(folder)
    assert "taken over" not in log
    return folder


@pytest.fixture
def killed(start, tmp_path):
    """A run that was killed while it trained the second repeat, after which DVC has deleted its outs."""
    folder = shutil.copytree(start, tmp_path / "project")
    with begin(folder) as process:
        for line in process.stdout:
            if line.startswith("repeat 2 of 3, epoch  1"):
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    for out in ("models", "metrics/training"):
        shutil.rmtree(folder / out, ignore_errors=True)
    return folder


def test_after_a_kill_only_unfinished_repeats_are_trained_and_all_outputs_are_those_of_an_undisturbed_run(
    killed, undisturbed
):
    log = finish(killed)
    assert "repeat 1 of 3: taken over from a run that was interrupted\n" in log
    assert "repeat 1 of 3, epoch" not in log
    assert "repeat 2 of 3, epoch  1" in log
    expected = outputs(undisturbed)
    assert outputs(killed) == expected
    assert {f"models/repeat-{repeat}.safetensors" for repeat in range(3)} < set(expected)
    assert {f"metrics/training/repeat-{repeat}/plots/metrics/eval/log_loss.tsv" for repeat in range(3)} < set(expected)


def test_the_time_of_a_training_is_noted_beside_the_outputs_unless_part_of_it_is_missing(undisturbed, killed):
    (note,) = (undisturbed / ".gapwise/timings").iterdir()
    noted = json.loads(note.read_text())
    assert noted["repeats"] == 3
    assert 0.1 < noted["seconds"] < 300
    finish(killed)
    assert not (killed / ".gapwise").exists()


def test_nothing_of_finished_repeats_is_left_after_the_stage(undisturbed):
    assert not (undisturbed / ".gapwise/finished").exists()
