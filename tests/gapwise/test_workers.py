import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gapwise import workers
from gapwise.errors import UserError


@pytest.mark.parametrize(("given", "expected"), [("1", 1), ("16", 16), (" 3 ", 3)])
def test_the_environment_says_how_many_processes_work(monkeypatch, given, expected):
    monkeypatch.setenv("GAPWISE_WORKERS", given)
    assert workers.count() == expected


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "٣", "1e3"])
def test_what_is_not_a_whole_number_from_one_is_refused(monkeypatch, given):
    monkeypatch.setenv("GAPWISE_WORKERS", given)
    with pytest.raises(UserError, match=f"GAPWISE_WORKERS: must be a whole number, 1 or more; got '{given}'"):
        workers.count()


@pytest.mark.parametrize("given", [None, "", " "])
def test_unset_it_is_the_processors_that_this_process_may_use(monkeypatch, given):
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    if given is not None:
        monkeypatch.setenv("GAPWISE_WORKERS", given)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert workers.count() == 3


def test_where_the_system_cannot_tell_it_is_all_processors(monkeypatch):
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert workers.count() == 7


def test_work_comes_back_in_the_order_of_its_tasks():
    assert workers.spread(abs, [-3, 2, -1], processes=2) == [3, 2, 1]


# Two processes sleep, then say so, each in a file of its own.
SLEEPERS = """
import os, signal, sys, time
from pathlib import Path
from gapwise.workers import spread
from stages import end

def sleep(name):
    Path(name).write_text(str(os.getpid()))
    time.sleep(600)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, end)  # as in a stage
    spread(sleep, sys.argv[1:], processes=2)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_leave_without_a_word_when_their_parent_is_ended(tmp_path, number):
    (tmp_path / "sleepers.py").write_text(SLEEPERS)
    files = [tmp_path / "first", tmp_path / "second"]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "sleepers.py", *map(str, files)]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        pids = [int(wait_for(file.read_text, file.exists)) for file in files]
        os.killpg(parent.pid, number) if number == signal.SIGINT else parent.send_signal(number)
        wait_for(lambda: None, lambda: not any(map(psutil.pid_exists, pids)))
        assert "Traceback" not in parent.stderr.read()


def wait_for(give, ready, seconds=60):
    deadline = time.monotonic() + seconds
    while not (ready() and (value := give()) != ""):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value
