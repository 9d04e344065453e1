"""How many processes may work at once, and work spread over them. No result depends on it."""

import contextlib
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from gapwise.errors import UserError

VARIABLE = "GAPWISE_WORKERS"
Task = TypeVar("Task")
Result = TypeVar("Result")


def count() -> int:
    """Gives the number of processes to work with.

    Returns:
        What the environment variable GAPWISE_WORKERS says; without it, the processors that this process may use.

    Raises:
        UserError: If the variable is not a whole number from 1.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not (given.isascii() and given.isdigit() and int(given) >= 1):
        raise UserError(
            f"{VARIABLE}: must be a whole number, 1 or more; got {given!r}. Unset it to use all processors."
        )
    return int(given)


def spread(function: Callable[[Task], Result], tasks: Sequence[Task], processes: int) -> list[Result]:
    """Calls a function for each task, in processes of their own, which leave when this one does, however it ends.

    Args:
        function: One that can be pickled; its result depends on its task alone.
        tasks: Of the function.
        processes: 1 or more.

    Returns:
        What it gave, in the order of `tasks`.
    """
    # Spawned: a forked process shares the positions of open WordNet files with its parent, and reads nonsense.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_with_parent) as pool:
        with _interrupts_held():
            results = pool.map(function, tasks, chunksize=math.ceil(len(tasks) / processes))
        return list(results)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Delays Ctrl-C for this thread, and for good in the processes it starts: these would print a traceback each."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_with_parent() -> None:
    """Leaves when the parent does, which may have been killed; a pool's process would wait for work for ever."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
