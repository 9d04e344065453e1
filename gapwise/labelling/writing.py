"""Labelled rows, written a few at a time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gapwise.base.errors import UserError
from gapwise.disk.atomic import atomic

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")


class Writer(Protocol):
    """Writes tables of the same columns one below the other."""

    def __call__(self, table: pd.DataFrame) -> None:
        """Writes one more."""


def require_suffix(path: Path) -> None:
    """Checks that a file's name says how to write it.

    Raises:
        UserError: If it does not end in one of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"--out must end in one of {', '.join(SUFFIXES)}; got {path}.")


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Gives the writer of a file, which has its name only once all is written.

    Args:
        path: Ends in one of `SUFFIXES`.

    Raises:
        UserError: If it cannot be written.
    """
    suffix = path.suffix.lower()
    try:
        with atomic(path) as temporary:
            if suffix == ".parquet":
                with _Parquet(temporary) as writer:
                    yield writer
            else:
                with temporary.open("w", encoding="utf-8", newline="") as stream:
                    yield to_stream(stream, suffix)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def to_stream(stream: IO[str], suffix: str) -> Writer:
    """Gives the writer of an open text file.

    Args:
        stream: The file.
        suffix: `.csv`, `.tsv` or `.jsonl`.
    """
    if suffix == ".jsonl":
        return lambda table: stream.writelines(_objects(table))
    header = True

    def write(table: pd.DataFrame) -> None:
        nonlocal header
        _flat(table).to_csv(
            stream, index=False, header=header, sep="\t" if suffix == ".tsv" else ",", lineterminator="\n"
        )
        header = False

    return write


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Writes as JSON what is no single value, and truth values as JSON does."""
    nested = [name for name in table.columns if table[name].dtype == object]
    return table.assign(**{name: table[name].map(_cell) for name in nested})


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool) else value


def _objects(table: pd.DataFrame) -> Iterator[str]:
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


class _Parquet:
    """Writes with the types of the first table; what is text there stays text where a later table has none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Parquet":
        return self

    def __exit__(self, *_: Any) -> None:
        if self.file is not None:
            self.file.close()

    def __call__(self, table: pd.DataFrame) -> None:
        if self.file is None:
            fields = [pa.field(name, _type(table[name])) for name in table.columns]
            self.file = pq.ParquetWriter(self.path, pa.schema(fields))
        self.file.write_table(pa.Table.from_pandas(_flat(table), schema=self.file.schema, preserve_index=False))


def _type(column: pd.Series) -> pa.DataType:
    if isinstance(column.dtype, pd.ArrowDtype):
        return column.dtype.pyarrow_dtype
    return pa.string() if column.dtype == object or isinstance(column.dtype, pd.StringDtype) else pa.float64()
