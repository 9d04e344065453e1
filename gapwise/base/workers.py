"""How many processes may work at once, and work spread over them. No result depends on it."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

from gapwise.base.errors import UserError

VARIABLE = "GAPWISE_WORKERS"
THREADS = "TF_NUM_INTRAOP_THREADS"
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))  # of a container
PROCESS = 1.2 * 2**30  # bytes that one with TensorFlow takes; measured: 0.9 GiB, and 0.6 that all share
Task = TypeVar("Task")
Result = TypeVar("Result")


def count() -> int:
    """Gives the number of processes to work with.

    Returns:
        What the environment variable GAPWISE_WORKERS says; without it, the processors that this process may use, or
        fewer where the memory of the machine or container would not hold so many processes beside this one.

    Raises:
        UserError: If the variable is not a whole number from 1.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return max(1, min(_processors(), int(_memory() / PROCESS) - 1))
    if not (given.isascii() and given.isdigit() and int(given) >= 1):
        raise UserError(
            f"{VARIABLE}: must be a whole number, 1 or more; got {given!r}. Unset it to use all processors."
        )
    return int(given)


def spread(
    prepare: Callable[[], Callable[[Task], Result]], tasks: Sequence[Task], processes: int, *, at_once: int = 1
) -> list[Result]:
    """Does tasks in processes of their own, which share the processors, and leave when this one does, however it ends.

    Args:
        prepare: One that can be pickled. It is called once in each process, and gives the function that does a task;
            what comes of a task depends on nothing else.
        tasks: Of the function.
        processes: 1 or more.
        at_once: Tasks that a process takes at a time.

    Returns:
        What came of them, in the order of `tasks`.

    Raises:
        UserError: If a process was ended from outside.
    """
    # Spawned: a forked process shares the positions of open WordNet files with its parent, and reads nonsense.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(prepare,)) as pool:
        try:
            with _interrupts_held(), _processors_shared(processes):
                results = pool.map(_do, tasks, chunksize=at_once)
            return list(results)
        except BrokenProcessPool as error:
            raise UserError(
                "A worker process was ended from outside, maybe as memory ran out.",
                [f"with {VARIABLE}=1 in the environment one process does all the work, in less memory"],
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after a mistake the others need not go on


_prepare: Callable[[], Callable[[Any], Any]]
_function: Callable[[Any], Any] | None = None


def _begin(prepare: Callable[[], Callable[[Any], Any]]) -> None:
    global _prepare
    _prepare = prepare
    _leave_with_parent()


def _do(task: Any) -> Any:
    global _function
    _function = _function or _prepare()
    return _function(task)


def _processors() -> int:
    import joblib  # only where there is work to spread; it knows the affinity and the quota of a container

    return int(joblib.cpu_count())


def _memory() -> int:
    """Gives the bytes that this machine has, or this container may use."""
    found = [path.read_text().strip() for path in LIMITS if path.is_file()]
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *(int(limit) for limit in found if limit != "max")])


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Delays Ctrl-C for this thread, and for good in the processes it starts: these would print a traceback each."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _processors_shared(processes: int) -> Iterator[None]:
    """Gives TensorFlow in each process that is started its share of threads, unless the user has set their number."""
    given = THREADS in os.environ
    os.environ.setdefault(THREADS, str(max(1, _processors() // processes)))
    try:
        yield
    finally:
        if not given:
            del os.environ[THREADS]


def _leave_with_parent() -> None:
    """Leaves when the parent does, which may have been killed; a pool's process would wait for work for ever."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
