"""Checks, cleans and groups the source's texts."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.disk.io import check_params_without_validation, read_params, run, write_json, write_table
from gapwise.disk.kept import keep, require
from gapwise.disk.recorded import check
from gapwise.splitting.params import SplitParams
from gapwise.texts.encodings import OtherEncodingError
from gapwise.texts.params import PrepareParams
from gapwise.texts.parts import join
from gapwise.texts.prepare import counts, in_lines, prepare
from gapwise.texts.samples import NAMES
from gapwise.texts.sources import SUFFIXES, read


def main() -> None:
    """Runs the stage."""
    params, split = read_params(PrepareParams, SplitParams)
    try:
        texts, report = prepare(_table(params.source), params, **_of_split(split))
    except OtherEncodingError as error:
        also = _also(error.utf8, params, split)
        keep_it = f"keep {error.mended} with the project: run `{keep(error.mended)}`"
        raise UserError(error.headline, [*error.problems, *also, keep_it]) from error

    if not (texts["part"] == "validation").any():
        check_params_without_validation()
    write_table("data/dataset.parquet", texts, Texts)
    write_json("metrics/data.json", report)
    write_json("metrics/rows.json", counts(report))
    print(*in_lines(report, params.disagreement), sep="\n", flush=True)


def _of_split(split: SplitParams) -> dict[str, Any]:
    """Gives what the split will need of each class."""
    return {"train_per_class": split.train_per_class, "is_validated": split.validation_fraction > 0}


def _also(utf8: bytes, params: PrepareParams, split: SplitParams) -> Sequence[str]:
    """Finds what else is wrong with a file, once its encoding is mended; of a folder only the encoding is told."""
    path = Path(params.source)
    try:
        if not path.is_dir():
            prepare(read(utf8, path.suffix, params.source), params, **_of_split(split))
    except UserError as error:
        return error.problems or [error.headline]
    return []


def _table(source: str) -> pd.DataFrame:
    check(source)
    require(source)
    path = Path(source)
    if not path.is_dir():
        return read(_content(source), path.suffix, source)
    files = [file for file in sorted(path.iterdir()) if file.name != ".gitignore"]
    return join({file.name: read(_content(file.as_posix()), file.suffix, file.as_posix()) for file in files}, source)


def _content(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"prepare.source: there is no file {source}.", [_advice(source), _there()]) from error
    except OSError as error:
        problems = [f"it must be a file that you may read; found: {error.strerror}", _there()]
        raise UserError(f"prepare.source: {source} cannot be read.", problems) from error


def _advice(source: str) -> str:
    if Path(f"{source}.dvc").exists():
        return f"DVC tracks it and it is not here: run `dvc pull {shlex.quote(source)}`"
    if source in [f"data/raw/{name}.csv" for name in NAMES]:
        return "it is a sample set: run `dvc repro samples`, or `dvc pull`"
    return f"copy your file there and run `{keep(source)}`, so that DVC keeps it and experiments find it"


def _there() -> str:
    names = sorted(path.as_posix() for path in Path("data/raw").glob("*") if path.suffix.lower() in SUFFIXES)
    return f"files in data/raw: {', '.join(names) or 'none'}"


if __name__ == "__main__":
    run(main)
