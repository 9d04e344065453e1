"""Files that a user asks a command for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gapwise.base.errors import UserError


def refuse_unwritable(file: Path) -> None:
    """Tries to write to a file that a long command writes at its end, and leaves it as it is.

    Raises:
        UserError: If it cannot be written.
    """
    made = [one for one in (file, *file.absolute().parents) if not one.exists()]
    with _in_its_folder(file):
        with file.open("a"):
            pass
        for one in made:
            one.unlink() if one == file else one.rmdir()


def write_file(file: Path, text: str) -> None:
    """Writes a file as UTF-8, its folder too where it is missing, and says so on stderr.

    Raises:
        UserError: If it cannot be written.
    """
    with _in_its_folder(file):
        file.write_text(text, encoding="utf-8")  # not through `atomic`, which would replace a folder of this name
    print(f"Wrote {file}", file=sys.stderr)


@contextmanager
def _in_its_folder(file: Path) -> Iterator[None]:
    """Makes the folder of a file where it is missing, and says what the machine refuses of both."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
