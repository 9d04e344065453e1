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


@pytest.mark.parametrize(("stage", "point"), WRITING.items())
def test_what_kill_9_or_ctrl_c_ends_is_made_as_in_an_undisturbed_run(disturbed, stage, point):
    code, log = disturbed.ended(signal.SIGINT, stage, point)
    assert (code, "Traceback" in log, disturbed.half_written(), disturbed.leftovers()) == (255, False, set(), [])
    assert f"failed to run: python -m stages.{stage}, exited with 130" in log
    assert "Interrupted. `dvc repro` goes on from here: what is finished is kept." in log

    code, _ = disturbed.ended(signal.SIGKILL, stage, point)
    assert (code, disturbed.half_written()) == (-signal.SIGKILL, set())

    assert stages_run(disturbed.assert_recovers()) == [stage]


@pytest.mark.parametrize(
    ("point", "taken_over"),
    [
        pytest.param("call on_train_batch_begin 30", False, id="inside an epoch"),
        pytest.param("call fresh_start 2", True, id="between repeats"),
    ],
)
def test_after_kill_9_in_training_finished_repeats_are_taken_over(disturbed, point, taken_over):
    code, log = disturbed.ended(signal.SIGKILL, "finetune", point)
    assert (code, disturbed.half_written()) == (-signal.SIGKILL, set())
    assert ("repeat 1 of 2, epoch  2 of 2" in log, "repeat 2 of 2, epoch" in log) == (taken_over, False)
    log = disturbed.assert_recovers()
    assert ("repeat 1 of 2: taken over from a run that was interrupted\n" in log) == taken_over
    assert ("repeat 1 of 2, epoch" in log, "repeat 2 of 2, epoch" in log) == (not taken_over, True)


@pytest.mark.parametrize(
    ("stage", "point"),
    [
        ("split", "import pandas 1"),
        ("tokenize", "import tokenizers 1"),
        ("finetune", "import tensorflow 1"),
        ("finetune", "call on_train_batch_begin 30"),
        ("evaluate", "call read_weights 1"),
    ],
)
def test_ctrl_c_before_anything_is_written_ends_the_stage_at_once_and_without_a_traceback(disturbed, stage, point):
    code, log = disturbed.ended(signal.SIGINT, stage, point)
    assert (code, "Traceback" in log) == (255, False)
    assert f"failed to run: python -m stages.{stage}, exited with 130" in log
    assert disturbed.files().items() < disturbed.expected.items()
    disturbed.assert_recovers()
