"""Whether a file is kept, by git or by DVC, so that experiments and colleagues have it."""

import os
import shlex
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.repo import Repo

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
    in_git = None if source in outputs() else _tracked_by_git()
    if in_git is None:
        return
    pointers = [Path(f"{path}.dvc") for path in (Path(source), *Path(source).parents[:-1])]
    pointer = next((path for path in pointers if path.is_file()), None)
    wanted = (pointer or Path(source)).as_posix()
    if wanted in in_git or any(path.startswith(f"{wanted}/") for path in in_git):
        return
    command = _commit(pointer) if pointer else keep(source)
    what = f"{pointer} is not in git" if pointer else f"{source} is kept neither by git nor by DVC"
    leak = "" if pointer else ", and `dvc exp run` would commit the file itself to git"
    raise UserError(
        f"prepare.source: {what}.",
        [f"experiments that run in a copy, and colleagues, would lack it{leak}", f"run `{command}`"],
    )


def keep(source: str) -> str:
    """Gives the command that hands a file to DVC, and its pointer to git."""
    return f"dvc add {shlex.quote(source)} && {_commit(Path(f'{source}.dvc'))}"


def _commit(pointer: Path) -> str:
    # A commit: `dvc exp run` takes out of the index what is only staged.
    add = shlex.join(["git", "add", str(pointer), str(pointer.parent / ".gitignore")])
    return f"{add} && git commit -m Data"


def _tracked_by_git() -> set[str] | None:
    """Lists what git tracks, staged or committed, from the project's top; None outside of a repository."""
    try:
        repository = Repo.discover()
    except NotGitRepository:
        return None
    with repository:
        here = os.path.relpath(Path.cwd(), repository.path)
        paths = (os.fsdecode(path) for path in repository.open_index())
        return {os.path.relpath(path, here) for path in paths}
