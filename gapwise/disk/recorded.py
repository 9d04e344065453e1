"""Whether a file is the one that DVC recorded.

DVC takes the objects in its cache at their word: one that a disk or a person has changed is checked out and passes for
whole, as checked with DVC 3.67. A stage that would read it says so instead.
"""

import functools
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gapwise.base.errors import UserError

COMPILED = ".pyc"  # .dvcignore names it


def check(path: str) -> None:
    """Compares an input with what DVC recorded of it; a stage that is run by hand may read what it likes.

    Args:
        path: A file or a folder, from the project's top.

    Raises:
        UserError: If DVC runs the stage and the input is another one.
    """
    if "DVC_STAGE" not in os.environ:
        return
    expected = outputs().get(path) or _tracked(path)
    if expected is not None and Path(path).exists() and (found := md5(Path(path))) != expected:
        problems = [
            f"MD5 {found}, recorded {expected}",
            "if you did not change it, a disk or the cache is damaged: run `gapwise verify`, then `dvc repro`",
            "if you did: `dvc repro` without --single-item makes an output again, `dvc add` records a file of your own",
        ]
        raise UserError(f"{path} is not what DVC recorded.", problems)


def md5(path: Path) -> str:
    """Hashes a file, or a folder with all its files but those that .dvcignore names, as DVC does."""
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.is_file() and file.suffix != COMPILED)
        files = sorted((file.relative_to(path).as_posix(), file) for file in found)
        entries = [{"md5": md5(file), "relpath": name} for name, file in files]
        return hashlib.md5(json.dumps(entries).encode()).hexdigest() + ".dir"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


@functools.cache
def outputs() -> dict[str, str]:
    """Reads the hash of each output from dvc.lock."""
    stages = _load("dvc.lock").get("stages", {}).values()
    return {out["path"]: out["md5"] for stage in stages for out in stage.get("outs", []) if "md5" in out}


def _tracked(path: str) -> str | None:
    """Reads the hash of what `dvc add` has recorded beside a file.

    DVC 2 wrote no `hash: md5`, and hashed texts with their line ends changed: its hashes are not compared.
    """
    return next((out.get("md5") for out in _load(f"{path}.dvc").get("outs", []) if out.get("hash") == "md5"), None)


def _load(path: str) -> dict[str, Any]:
    return YAML(typ="safe").load(Path(path)) if Path(path).is_file() else {}
