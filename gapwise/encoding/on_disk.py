"""Arrays in files without a name: for what does not fit in memory, and for what several processes read.

Such a file has no name from the start, so nothing is left of it, whatever ends the process.
"""

import os
import tempfile
import weakref
from multiprocessing import reduction
from typing import Any

import numpy as np


class OnDisk(np.memmap[Any, np.dtype[np.float32]]):
    """A float32 array of zeros in a file in the working folder; folders for temporary files are often memory.

    Given to a process that is being spawned, it is the same array there, and no copy.

    Raises:
        OSError: If the disk is full: now, and not with a crash while it is used.
    """

    descriptor: int  # of the file; what is cut out of the array has none

    def __new__(cls, shape: tuple[int, ...]) -> "OnDisk":
        """Makes an array of zeros, and takes its room on the disk."""
        with tempfile.TemporaryFile(dir=".") as file:
            size = int(np.prod(shape)) * np.dtype(np.float32).itemsize
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            return _open(os.dup(file.fileno()), shape)

    def __reduce__(self) -> Any:
        """Hands over the open file; of what is cut out of it, a copy."""
        descriptor = getattr(self, "descriptor", None)
        return super().__reduce__() if descriptor is None else (_received, (reduction.DupFd(descriptor), self.shape))


def _open(descriptor: int, shape: tuple[int, ...]) -> OnDisk:
    with os.fdopen(descriptor, "r+b", closefd=False) as file:
        array = np.memmap.__new__(OnDisk, file, np.float32, "r+", shape=shape)
    assert isinstance(array, OnDisk)
    array.descriptor = descriptor
    weakref.finalize(array, os.close, descriptor)
    return array


def _received(duplicate: Any, shape: tuple[int, ...]) -> OnDisk:
    return _open(duplicate.detach(), shape)
