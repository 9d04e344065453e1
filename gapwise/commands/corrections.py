"""`gapwise labels --apply`: corrected labels, brought back into the source file."""

import contextlib
import shlex
from pathlib import Path

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import counted
from gapwise.commands.project import Project
from gapwise.disk.atomic import atomic
from gapwise.disk.io import read_params
from gapwise.disk.kept import keep
from gapwise.disk.recorded import outputs
from gapwise.inspecting.corrections import Corrected, correct
from gapwise.texts.encodings import OtherEncodingError
from gapwise.texts.params import PrepareParams
from gapwise.texts.sources import read


def bring_back(file: Path) -> None:
    """Exchanges labels in `prepare.source` and says what has changed.

    Args:
        file: Corrections, as `gapwise labels --out` writes them, with column corrected filled.

    Raises:
        UserError: If anything does not fit; then nothing is written.
    """
    corrections = _corrections(file)
    with Project() as project, contextlib.chdir(project.folder):
        params = read_params(PrepareParams)
        source = Path(params.source)
        _check_kept(source)
        done = correct(_content(source, "prepare.source"), params, corrections, str(file))
        if done.changes:
            with atomic(source) as temporary:  # a new file: a link into DVC's cache is replaced, not written through
                temporary.write_bytes(done.content)
        for line in in_lines(done, source, _pointer(source)):
            print(line)


def _corrections(file: Path) -> pd.DataFrame:
    try:
        return read(_content(file, "--apply"), file.suffix, str(file))
    except OtherEncodingError as error:
        raise UserError(error.headline, [f"run `{error.command}`, and apply {error.mended}"]) from error


def in_lines(done: Corrected, source: Path, by_dvc: Path | None) -> list[str]:
    """Says what has changed, and what comes next.

    Args:
        done: What was corrected.
        source: The file.
        by_dvc: It or its folder, which `dvc add` tracks; None where git tracks it.
    """
    rows = sum(done.changes.values())
    lines = [f"{source}: {counted(rows, 'row')} of {counted(done.texts, 'text')} corrected"]
    lines += [f"  {old} → {new}: {count:,}" for (old, new), count in sorted(done.changes.items())]
    if done.already:
        lines.append(f"  {counted(done.already, 'correction')} were there already")
    if not done.changes:
        return [f"{source} has all {done.already:,} corrections already; it is as it was"]
    lines.append(f"  {done.bytes_changed:,} bytes exchanged; all others are as they were")
    if done.test:
        lines.append(
            f"WARNING: {done.test:,} of the texts are test rows, which were picked by what a model thinks of them. "
            "Compare only revisions that are run after this, and expect scores that are too good."
        )
    track = shlex.join(["git", "add", f"{by_dvc}.dvc" if by_dvc else str(source)])
    track = f"{shlex.join(['dvc', 'add', str(by_dvc)])} && {track}" if by_dvc else track
    return [*lines, f"Next: {track} && git commit -m 'Labels corrected', then dvc repro"]


def _pointer(source: Path) -> Path | None:
    """Gives what `dvc add` tracks: the file, or a folder that holds it."""
    return next((path for path in (source, *source.parents[:-1]) if Path(f"{path}.dvc").is_file()), None)


def _check_kept(source: Path) -> None:
    if source.as_posix() in outputs():
        mine = source.with_stem(f"{source.stem}-corrected")
        raise UserError(
            f"{source} is made by a stage, and `dvc repro` would make it again as it was:",
            [
                f"make it your own: `cp {shlex.quote(str(source))} {shlex.quote(str(mine))} && {keep(str(mine))}`",
                f"set prepare.source to {mine}, and call this again",
            ],
        )
    if source.is_dir():
        raise UserError(
            f"{source} is a folder of several files, which are not corrected in place: correct the rows in them, or "
            "join them to one csv with a column of parts, and name it in prepare.split_column."
        )


def _content(file: Path, what: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{what}: {file} cannot be read: {error.strerror}.") from error
