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
import psutil
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


STAGE = ["-m", "stages.finetune"]
# Two processes, though one would do so little work alone.
IN_TWO = [
    "-c",
    "from gapwise.training import repeats; repeats.WORTH_A_PROCESS = 1e-9\n"
    "from stages import finetune; finetune.run(finetune.main)",
]


def begin(folder, command=STAGE):
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "TF_NUM_INTRAOP_THREADS": "1", "GAPWISE_WORKERS": "2"}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def finish(folder, command=STAGE):
    process = begin(folder, command)
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
    assert "fitted anew" not in log
    return folder


@pytest.mark.slow
def test_whoever_has_the_head_fitted_anew_is_told_whose_figures_are_shown(start, tmp_path):
    note = "the figures by epoch are of a head that is fitted anew in the end: its log loss may be far worse\n"
    folder = shutil.copytree(start, tmp_path / "project")
    document = YAML(typ="safe").load(folder / "params.yaml")
    document["finetune"]["head_refit"] = True
    YAML().dump(document, folder / "params.yaml")
    assert finish(folder).startswith(note + "repeat 1 of 3")


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


@pytest.mark.slow
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
    assert not (killed / ".gapwise/timings").exists()  # of a part of the training only


@pytest.mark.slow
def test_two_processes_write_the_outputs_of_one(start, undisturbed, tmp_path):
    folder = shutil.copytree(start, tmp_path / "project")
    log = finish(folder, IN_TWO)
    assert all(f"repeat {repeat} of 3, epoch  3 of 3" in log for repeat in (1, 2, 3))
    assert outputs(folder) == outputs(undisturbed)
    assert not (folder / ".gapwise/checkpoints").exists()


def kill_at_the_third_repeat(folder, kill):
    """Begins the stage in two processes, and has some killed when one of them trains the last repeat.

    Args:
        folder: Of the project.
        kill: Is given the first process and its workers, once.

    Returns:
        Exit code, what was printed, and the workers.
    """
    lines, workers = [], []
    with begin(folder, IN_TWO) as process:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("repeat 3 of 3, epoch  1"):
                children = psutil.Process(process.pid).children(recursive=True)
                workers += [child for child in children if "spawn_main" in str(child.cmdline())]
                kill(process, workers)
    assert len(workers) == 2
    return process.returncode, "".join(lines), workers


@pytest.mark.slow
def test_two_processes_leave_with_their_parent_and_finished_repeats_are_taken_over(start, undisturbed, tmp_path):
    folder = shutil.copytree(start, tmp_path / "project")
    _, _, workers = kill_at_the_third_repeat(folder, lambda parent, workers: parent.kill())
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert "of 3: taken over from a run that was interrupted\n" in finish(folder)
    assert outputs(folder) == outputs(undisturbed)


@pytest.mark.slow
def test_a_process_that_is_killed_is_a_message_and_finished_repeats_are_kept(start, undisturbed, tmp_path):
    folder = shutil.copytree(start, tmp_path / "project")
    code, log, _ = kill_at_the_third_repeat(folder, lambda parent, workers: workers[0].kill())
    assert (code, "Traceback" in log) == (1, False), log
    assert "A worker process was ended from outside, maybe as memory ran out.\n  - with GAPWISE_WORKERS=1 in" in log
    assert "of 3: taken over from a run that was interrupted\n" in finish(folder)
    assert outputs(folder) == outputs(undisturbed)


def test_the_time_of_a_training_is_noted_beside_the_outputs(undisturbed):
    (note,) = (undisturbed / ".gapwise/timings").iterdir()
    noted = json.loads(note.read_text())
    assert noted["repeats"] == 3
    assert 0.1 < noted["seconds"] < 300


def test_nothing_of_finished_repeats_is_left_after_the_stage(undisturbed):
    assert not (undisturbed / ".gapwise/checkpoints").exists()
