"""Checks, cleans and groups the source's texts."""

from gapwise.disk import interrupt

if __name__ == "__main__":
    interrupt.install()  # before the imports, which take seconds


import shlex
from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.disk.io import read_params, run, write_json, write_table
from gapwise.disk.recorded import check
from gapwise.splitting.params import SplitParams
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import in_lines, prepare
from gapwise.texts.samples import NAMES
from gapwise.texts.sources import SUFFIXES, read


def main() -> None:
    """Runs the stage."""
    params, split = read_params(PrepareParams, SplitParams)
    raw = read(_content(params.source), Path(params.source).suffix, params.source)

    texts, report = prepare(raw, params, split.train_per_class)

    write_table("data/dataset.parquet", texts, Texts)
    write_json("metrics/data.json", report)
    print(*in_lines(report), sep="\n", flush=True)


def _content(source: str) -> bytes:
    check(source)
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
    return f"copy your file there and run `dvc add {shlex.quote(source)}`, so that DVC keeps it and experiments find it"


def _there() -> str:
    names = sorted(path.as_posix() for path in Path("data/raw").glob("*") if path.suffix.lower() in SUFFIXES)
    return f"files in data/raw: {', '.join(names) or 'none'}"


if __name__ == "__main__":
    run(main)
