"""Ctrl-C ends a stage at once and without a traceback, also while it still imports TensorFlow.

An exception would not do: raised in a finalizer or a callback of a library, Python prints and forgets it.
"""

import os
import signal
from pathlib import Path

unfinished: set[Path] = set()
"""What is being written just now, under its temporary name."""

CODE = 130
"""What shells report of a program that Ctrl-C ended."""


def end(signum: int, frame: object) -> None:
    """Removes what is half-written and leaves the process; workers leave when they see it gone."""
    from shutil import rmtree

    for path in list(unfinished):
        rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    os.write(2, b"\nInterrupted. `dvc repro` goes on from here: what is finished is kept.\n")
    os._exit(CODE)


def install() -> None:
    """Handles Ctrl-C from now on. A shell that runs a command in the background has SIGINT ignored, and that stays."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
