"""Files that a user asks a command for."""

import sys
from pathlib import Path

from gapwise.base.errors import UserError


def refuse_unwritable(file: Path) -> None:
    """Tries to write to a file that a long command writes at its end, and leaves it as it is.

    Raises:
        UserError: If it cannot be written.
    """
    made = [one for one in (file, *file.absolute().parents) if not one.exists()]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a"):
            pass
        for one in made:
            one.unlink() if one == file else one.rmdir()
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error


def write_file(file: Path, text: str) -> None:
    """Writes a file as UTF-8, its folder too where it is missing, and says so on stderr.

    Raises:
        UserError: If it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")  # not through `atomic`, which would replace a folder of this name
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"Wrote {file}", file=sys.stderr)
