"""Files and folders that appear under their names whole, or not at all."""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from gapwise.errors import UserError
from stages import unfinished

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Gives a temporary name to write to; once the block has ended well, what is there gets the final name.

    A temporary name is the final one with a dot before and `.partial` behind. What a killed process left under it is
    removed first.

    Args:
        path: The final name of a file or a folder. What has this name is replaced.

    Yields:
        The temporary name; nothing is there yet, and its folder exists.

    Raises:
        UserError: If the disk is full, or may not be written.
    """
    final = Path(path)
    temporary, old = (final.with_name(f".{final.name}.{state}") for state in ("partial", "old.partial"))
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
        raise explain(error, f"{path} cannot be written") from error
    finally:
        with contextlib.suppress(OSError):  # on a read-only disk; the error that led here says more
            _remove(temporary)
        unfinished.discard(temporary)


def explain(error: OSError, what: str) -> UserError:
    """Says what the machine refused, and what to do about it.

    Args:
        error: From the operating system.
        what: Could not be done.
    """
    reason = error.strerror or str(error)
    if error.errno in FULL:
        advice = "free some space, then run `dvc repro` again: finished stages are kept"
    elif error.errno in FORBIDDEN:
        advice = "make it writable for the user who runs DVC, then run `dvc repro` again"
    else:
        advice = "see to it, then run `dvc repro` again"
    return UserError(f"{what}: {reason}.", [advice])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()
