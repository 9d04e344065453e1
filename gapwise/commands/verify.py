"""`gapwise verify`: looks for damage that DVC does not look for.

DVC trusts a read-only object in its cache, and a file that it has once checked out.
"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from dvc.exceptions import DvcException, NotDvcRepoError
from dvc.repo import Repo

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words
from gapwise.disk.recorded import md5

MERGE = "if a merge is under way, settle its conflicts first (docs/team.md)"
HASH = re.compile(r"[0-9a-f]{30}(\.dir)?")  # what an object is named by, below a folder of its first two digits


def run() -> bool:
    """Moves damaged objects out of the cache, and makes DVC look anew at outputs that are not as recorded.

    Returns:
        Whether all that is here is as recorded. What is not here is said, and is no damage.
    """
    with _opened() as repo:
        cache, aside = Path(repo.cache.local.path), Path(repo.tmp_dir) / "damaged"
        try:
            recorded = {Path(out.fs_path): (out.hash_info.value, out.stage.is_data_source) for out in repo.index.outs}
        except DvcException as error:
            raise UserError("DVC cannot read the project:", [str(error), MERGE]) from error
    findings = [_move(path, aside) for path in _objects(cache) if md5(path) != _name(path)]
    for path, (value, is_source) in sorted(recorded.items()):
        if value and path.exists() and md5(path) != value:
            findings.append(_source(path) if is_source else _output(path))
    missing = [_shown(path) for path, (value, _) in sorted(recorded.items()) if value and not path.exists()]
    print("\n".join([*(findings or [_whole(missing)]), *_missing(missing)]))
    return not findings


def _objects(cache: Path) -> list[Path]:
    """Lists the objects of a cache, and no file that DVC is about to make one, or was when it was killed."""
    return sorted(path for path in cache.glob("??/*") if HASH.fullmatch(path.name))


def _whole(missing: Sequence[str]) -> str:
    return f"All files {'that are here ' if missing else ''}are as DVC recorded them."


def _missing(missing: Sequence[str]) -> list[str]:
    cure = "`dvc checkout` brings what the cache has, `dvc pull` what a remote has, `dvc repro` makes the rest"
    return [f"Not here: {in_words(missing)}; {cure}."] if missing else []


def _opened() -> Repo:
    try:
        return Repo()
    except NotDvcRepoError as error:
        raise UserError("This folder is in no DVC project. Run the command in the project.") from error


def _name(path: Path) -> str:
    """Gives the hash that an object of the cache is named by."""
    return path.parent.name + path.name.removesuffix(".dir")


def _move(path: Path, aside: Path) -> str:
    aside.mkdir(parents=True, exist_ok=True)
    target = aside / (path.parent.name + path.name)
    shutil.move(path, target)  # the cache may be on another disk
    return f"{_shown(path)}: damaged, moved to {_shown(target)}"


def _output(path: Path) -> str:
    for file in (path, *path.rglob("*")):
        os.utime(file)  # DVC hashes again what has another time
    return f"{_shown(path)}: not as recorded; `dvc repro` makes it again"


def _source(path: Path) -> str:
    # Left as it is: `dvc repro` would record what it finds.
    name = _shown(path)
    return f"{name}: not as {name}.dvc says; run `dvc add {name}` to keep it, or delete it and run `dvc pull {name}`"


def _shown(path: Path) -> str:
    return os.path.relpath(path)
