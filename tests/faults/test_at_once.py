"""Several runs at once."""

import os
import signal
import time

from tests.faults.ending import at


def test_a_second_repro_says_who_is_at_work_and_the_first_ends_well(disturbed):
    disturbed.forget("samples")
    first = disturbed.begun("dvc", "repro", **at(signal.SIGSTOP, "os.rename amazon-reviews.csv 1"))
    try:
        wait_until((disturbed.folder / "data/raw/.amazon-reviews.csv.partial").exists)
        code, log = disturbed.outcome("dvc", "repro")
        assert (code, "Traceback" in log) == (255, False)
        assert "is busy, it is being blocked by:\n" in log
        assert f"(PID {first.pid}): " in log
        os.killpg(first.pid, signal.SIGCONT)
        output, _ = first.communicate(timeout=600)
    except BaseException:
        os.killpg(first.pid, signal.SIGKILL)
        raise
    assert first.returncode == 0, output
    disturbed.assert_recovers()


def test_two_queued_experiments_at_once_give_what_each_gives_alone(disturbed):
    disturbed.run("dvc", "exp", "run", "--queue", "-S", "finetune.dropout=0.3,0.4")
    disturbed.run("dvc", "queue", "start", "-j", "2")
    states = wait_for_the_queue(disturbed)
    assert states == ["Success"] * 2, disturbed.run("dvc", "queue", "status")
    names = disturbed.run("dvc", "exp", "list", "--name-only").split()
    assert len(names) == 2

    disturbed.run("dvc", "exp", "apply", names[0])
    one = disturbed.outputs()
    assert one["models"] != disturbed.reference.outputs()["models"]
    disturbed.run("dvc", "repro", "--force", "--single-item", "finetune", "evaluate")
    assert disturbed.outputs() == one

    disturbed.run("git", "checkout", "-q", ".")
    disturbed.assert_recovers()


def wait_for_the_queue(clone):
    def states():
        words = clone.run("dvc", "queue", "status").split()
        return [word for word in words if word in {"Queued", "Running", "Success", "Failed"}]

    wait_until(lambda: not {"Queued", "Running"} & set(states()), step=2)
    return states()


def wait_until(ready, step=0.1, seconds=900):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(step)
