import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gapwise.base import workers
from gapwise.base.errors import UserError


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
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setattr(workers, "PROCESS", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert workers.count() == 3


def test_unset_it_is_what_joblib_counts_which_knows_the_quota_of_a_container(monkeypatch):
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert workers.count() == 1


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("max\n", 3),
        ("9223372036854771712\n", 3),  # how the older kind of container says that there is no limit
        (f"{8 * 2**30}\n", 3),
        (f"{4 * 2**30}\n", 2),  # two and the one that started them
        (f"{3 * 2**30}\n", 1),
        (f"{2**30}\n", 1),
        (None, 3),
    ],
)
def test_unset_there_are_no_more_than_the_memory_of_a_container_holds(monkeypatch, tmp_path, limit, expected):
    if limit:
        (tmp_path / "memory.max").write_text(limit)
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    monkeypatch.setattr(workers, "LIMITS", [tmp_path / "memory.max"])
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**22}.get)  # 16 GiB
    monkeypatch.setattr(workers, "_processors", lambda: 3)
    assert workers.count() == expected


def test_the_number_that_is_set_holds_whatever_the_memory(monkeypatch):
    monkeypatch.setenv("GAPWISE_WORKERS", "7")
    monkeypatch.setattr("os.sysconf", lambda _: 1)
    assert workers.count() == 7


def prepare_to_tell():
    """Prepares a function that tells the task, the process and what it was prepared with."""
    prepared = os.urandom(8)
    return lambda task: (task, os.getpid(), prepared, os.environ[workers.THREADS])


def test_work_comes_back_in_the_order_of_its_tasks_from_processes_that_prepare_once():
    done = workers.spread(prepare_to_tell, range(8), processes=2)
    assert [task for task, *_ in done] == list(range(8))
    pids, prepared = ({one[place] for one in done} for place in (1, 2))
    assert len(prepared) == len(pids) <= 2
    assert os.getpid() not in pids


@pytest.mark.parametrize(
    ("set_by_user", "processors", "expected"), [(None, 2, "1"), (None, 9, "4"), (None, 1, "1"), ("3", 8, "3")]
)
def test_processes_share_the_processors_unless_the_user_has_set_threads(monkeypatch, set_by_user, processors, expected):
    monkeypatch.delenv(workers.THREADS, raising=False)
    if set_by_user:
        monkeypatch.setenv(workers.THREADS, set_by_user)
    monkeypatch.setattr(workers, "_processors", lambda: processors)
    ((_, _, _, threads),) = workers.spread(prepare_to_tell, [0], processes=2)
    assert threads == expected
    assert os.environ.get(workers.THREADS) == set_by_user


def prepare_to_be_killed():
    return lambda task: os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_a_message():
    with pytest.raises(UserError) as raised:
        workers.spread(prepare_to_be_killed, [1, 2], processes=2)
    assert str(raised.value) == (
        "A worker process was ended from outside, maybe as memory ran out.\n"
        "  - with GAPWISE_WORKERS=1 in the environment one process does all the work, in less memory"
    )


def prepare_to_refuse():
    raise UserError("Not like this:", ["change it"])


def test_a_mistake_of_the_user_comes_back_as_the_message_it_is():
    with pytest.raises(UserError) as raised:
        workers.spread(prepare_to_refuse, [1], processes=1)
    assert str(raised.value) == "Not like this:\n  - change it"


# Two processes sleep, then say so, each in a file of its own.
SLEEPERS = """
import os, signal, sys, time
from pathlib import Path
from gapwise.base.workers import spread
from gapwise.disk.interrupt import end

def sleep(name):
    Path(name).write_text(str(os.getpid()))
    time.sleep(600)

def prepare():
    return sleep

if __name__ == "__main__":
    signal.signal(signal.SIGINT, end)  # as in a stage
    spread(prepare, sys.argv[1:], processes=2)
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
