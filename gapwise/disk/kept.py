"""Whether a file is kept, by git or by DVC, so that experiments and colleagues have it."""

import shlex
import subprocess
from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.disk.recorded import outputs


def require(source: str) -> None:
    """Refuses a file that neither git nor DVC keeps: `dvc exp run` would commit it to git, and share it.

    Where there is no git repository, nothing is asked.

    Args:
        source: A file or a folder, from the project's top.

    Raises:
        UserError: With the commands that hand it to DVC.
    """
    if source in outputs() or not _git("rev-parse", "--is-inside-work-tree"):
        return
    pointers = [Path(f"{path}.dvc") for path in (Path(source), *Path(source).parents[:-1])]
    pointer = next((path for path in pointers if path.is_file()), None)
    if _git("ls-files", "--error-unmatch", "--", str(pointer or source)):
        return
    note = pointer or pointers[0]
    add = shlex.join(["git", "add", str(note), str(note.parent / ".gitignore")])
    commands = [add] if pointer else [f"dvc add {shlex.quote(source)}", add]
    what = f"{note} is not in git" if pointer else f"{source} is kept neither by git nor by DVC"
    leak = "" if pointer else ", and `dvc exp run` would commit the file itself to git"
    raise UserError(
        f"prepare.source: {what}.",
        [f"experiments that run in a copy, and colleagues, would lack it{leak}", f"run `{' && '.join(commands)}`"],
    )


def _git(*arguments: str) -> bool:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
