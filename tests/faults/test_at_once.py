"""Several runs at once."""

import subprocess
import time

import pytest


def test_of_two_repros_at_once_one_waits_for_nobody_and_the_other_says_who_is_at_work(disturbed):
    disturbed.forget("finetune")
    first = subprocess.Popen(
        ["dvc", "repro"], cwd=disturbed.folder, env=disturbed.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in first.stdout:
        if line.startswith("Running stage 'finetune'"):
            break
    code, log = disturbed.outcome("dvc", "repro")
    assert code == 255
    assert "is busy, it is being blocked by:" in log
    assert f"(PID {first.pid}): " in log
    output, _ = first.communicate()
    assert first.returncode == 0, output
    disturbed.assert_recovers()


def test_four_queued_experiments_at_once_give_what_each_gives_alone(disturbed):
    disturbed.run("dvc", "exp", "run", "--queue", "-S", "finetune.l2=0.1,0.2", "-S", "finetune.dropout=0.3,0.4")
    disturbed.run("dvc", "queue", "start", "-j", "4")
    states = wait_for_the_queue(disturbed)
    assert states == ["Success"] * 4, disturbed.run("dvc", "queue", "status")
    names = disturbed.run("dvc", "exp", "list", "--name-only").split()
    assert len(names) == 4

    disturbed.run("dvc", "exp", "apply", names[0])
    one = disturbed.outputs()
    assert one["models"] != disturbed.reference.outputs()["models"]
    disturbed.run("dvc", "repro", "--force", "finetune", "evaluate")
    assert disturbed.outputs() == one

    disturbed.run("git", "checkout", "-q", ".")
    disturbed.assert_recovers()


def wait_for_the_queue(clone, minutes=10):
    for _ in range(minutes * 30):
        status = clone.run("dvc", "queue", "status")
        states = [word for word in status.split() if word in {"Queued", "Running", "Success", "Failed"}]
        if not {"Queued", "Running"} & set(states):
            return states
        time.sleep(2)
    pytest.fail(f"the queue has not ended:\n{status}")
