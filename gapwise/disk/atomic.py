"""Files and folders that appear under their names whole, or not at all."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.disk.interrupt import unfinished

FULL = "free some space, then run the same command again: finished stages are kept"
FORBIDDEN = "make it writable for the user who runs DVC, then run the same command again"
FAILING = "look after the disk, then run the same command again"
ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.EBUSY), FORBIDDEN),
    errno.EIO: FAILING,
}


@contextlib.contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Gives a temporary name to write to; once the block has ended well, what is there gets the final name.

    What a killed process left under the temporary name is removed first.

    Args:
        path: The final name of a file or a folder. What has this name is replaced.

    Yields:
        The temporary name; nothing is there yet, and its folder exists.

    Raises:
        UserError: If the disk is full, fails, or may not be written.
    """
    final, temporary, old = Path(path), temporary_name(path), temporary_name(f"{path}.old")
    unfinished.add(temporary)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (temporary, old):
            _remove(leftover)
        yield temporary
        if final.is_dir():  # a rename replaces a file, but no folder
            final.replace(old)
        temporary.replace(final)
        _remove(old)
    except OSError as error:
        explained = explain(error, f"{path} cannot be written")
        if explained is None:
            raise
        raise explained from error
    finally:
        with contextlib.suppress(OSError):  # on a read-only disk; the error that led here says more
            _remove(temporary)
        unfinished.discard(temporary)


def temporary_name(path: str | Path) -> Path:
    """Returns the temporary name, for callers that need it before the block opens."""
    return Path(path).with_name(f".{Path(path).name}.partial")


def explain(error: OSError, what: str) -> UserError | None:
    """Says what the machine refused, and what to do about it; None if it looks like a mistake of ours.

    Args:
        error: From the operating system.
        what: Could not be done.
    """
    advice = ADVICE.get(error.errno or 0)
    return UserError(f"{what}: {os.strerror(error.errno or 0)}.", [advice]) if advice else None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()
