"""A stage that is killed, or interrupted by Ctrl-C, at a chosen point."""

import signal

import pytest

from tests.clones import stages_run

# The stage, and the point: an event of Python (or a call), a part of an argument (or the function's name), its number.
WRITING = {
    "samples": "os.rename amazon-reviews.csv 1",
    "prepare": "os.rename dataset.parquet 1",
    "split": "os.rename development.parquet 1",
    "augment": "os.rename augmented.parquet 1",
    "tokenize": "os.rename test.parquet 1",
    "finetune": "os.rename models 1",
    "baseline": "os.rename baseline_predictions.parquet 1",
    "evaluate": "os.rename confusion.csv 1",
}
TRAINING = {
    "inside the first epoch": "call on_train_batch_begin 5",
    "inside the first epoch of the second repeat": "call on_train_batch_begin 41",
    "between repeats": "call fresh_start 2",
    "while a finished repeat is kept": "os.rename .repeat-0.partial 1",
}
POINTS = [
    *(pytest.param(stage, point, id=f"{stage}-writing") for stage, point in WRITING.items()),
    *(pytest.param("finetune", point, id=f"finetune-{name}") for name, point in TRAINING.items()),
]


@pytest.mark.parametrize(("stage", "point"), POINTS)
def test_what_kill_9_or_ctrl_c_ends_is_made_as_in_an_undisturbed_run(disturbed, stage, point):
    code, log = disturbed.ended(signal.SIGINT, stage, point)
    assert (code, "Traceback" in log, disturbed.half_written(), disturbed.leftovers()) == (255, False, set(), [])
    assert f"failed to run: python -m stages.{stage}, exited with 130" in log
    assert "Interrupted. `dvc repro` goes on from here: what is finished is kept." in log

    code, _ = disturbed.ended(signal.SIGKILL, stage, point)
    assert (code, disturbed.half_written()) == (-signal.SIGKILL, set())

    assert stages_run(disturbed.assert_recovers()) == [stage]


@pytest.mark.parametrize(
    ("stage", "point"),
    [
        ("split", "import pandas 1"),
        ("finetune", "import tensorflow 1"),
        ("finetune", "import keras_hub 1"),
        ("finetune", "open params.yaml 1"),
        ("evaluate", "call read_weights 1"),
    ],
)
def test_ctrl_c_before_anything_is_written_ends_the_stage_at_once_and_without_a_traceback(disturbed, stage, point):
    code, log = disturbed.ended(signal.SIGINT, stage, point)
    assert (code, "Traceback" in log) == (255, False)
    assert f"failed to run: python -m stages.{stage}, exited with 130" in log
    assert disturbed.files().items() < disturbed.expected.items()
    disturbed.assert_recovers()
