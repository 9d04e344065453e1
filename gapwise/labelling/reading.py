"""Rows to label, read a few at a time, so that a file of any length fits into memory."""

import contextlib
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gapwise.base.errors import UserError
from gapwise.base.wording import counted, in_words, show
from gapwise.texts.cells import column_problems, unreadable
from gapwise.texts.cleaning import normalize
from gapwise.texts.delimited import DELIMITERS, EMPTY, delimiter_of
from gapwise.texts.encodings import OtherEncodingError, cells_up_to, check_start, foreign_byte
from gapwise.texts.json_objects import read_object
from gapwise.texts.sources import read, require_suffix

LONGEST_CELL = 2**30  # characters


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        table: Their cells, with the columns of the file.
        rows: Number of each row in the file, counted from 1, below the header.
        broken: What is wrong with rows that were left out, as sentences.
    """

    table: pd.DataFrame
    rows: list[int]
    broken: list[str] = field(default_factory=list)


def read_chunks(stream: BinaryIO, suffix: str, name: str, at_once: int) -> Iterator[Chunk]:
    """Reads a file, some rows at a time.

    A row that cannot be read is left out and described. Of csv, tsv, jsonl and parquet only the rows of one chunk are
    in memory; json and xlsx are read as a whole. Parquet and JSON keep their types, all else is
    text.

    Args:
        stream: The file; of parquet it must be one that can seek.
        suffix: One of `sources.SUFFIXES`.
        name: Of the file, for messages.
        at_once: Rows per chunk, 1 or more.

    Raises:
        UserError: If the file cannot be read at all: of another kind, empty, without a header.
    """
    suffix = suffix.lower()
    require_suffix(suffix, name)
    if suffix == ".parquet":
        return _of_parquet(stream, name, at_once)
    if suffix in DELIMITERS:
        return _in_chunks(_of_delimited(stream, suffix, name), at_once)
    if suffix == ".jsonl":
        return _in_chunks(_of_lines(stream, name), at_once)
    table = read(stream.read(), suffix, name)
    return iter(
        Chunk(part, [row + 1 for row in range(start, start + len(part))])
        for start in range(0, len(table), at_once)
        for part in [table.iloc[start : start + at_once].reset_index(drop=True)]
    )


Row = tuple[int, dict[str, Any] | str]  # its number, and its cells or what is wrong with it


def _in_chunks(rows: Iterator[Row], at_once: int) -> Iterator[Chunk]:
    columns: list[str] = []
    with cells_up_to(LONGEST_CELL):
        while some := list(islice(rows, at_once)):
            good = [(number, row) for number, row in some if isinstance(row, dict)]
            broken = [f"row {number}: {row}" for number, row in some if isinstance(row, str)]
            columns = columns or list(dict.fromkeys(key for _, row in good for key in row))
            known = set(columns)
            for number, row in good:
                if unknown := [key for key in row if key not in known]:
                    broken.append(f"row {number}: {in_words([show(key) for key in unknown])} is in no earlier row")
            kept = [(number, row) for number, row in good if known.issuperset(row)]
            table = pd.DataFrame({key: [row.get(key) for _, row in kept] for key in columns}, dtype=object)
            yield Chunk(table, [number for number, _ in kept], broken)


def _of_delimited(stream: BinaryIO, suffix: str, name: str) -> Iterator[Row]:
    lines = _text(stream, name)
    first = list(islice(lines, 2))
    delimiter, skipped = delimiter_of("".join(first), suffix)
    reader = csv.reader(
        chain(first[1:] if skipped else first, lines), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    header: list[str] | None = None
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            number += 1
            yield number, f"its quotes do not match ({error})"
            continue
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [normalize(cell) for cell in cells]
            if problems := column_problems(header):
                raise unreadable(name, [f"header: {problem}" for problem in problems])
            continue
        number += 1
        if len(cells) != len(header):
            yield number, f"the header has {counted(len(header), 'cell')}, this row {len(cells)}"
        elif problem := foreign_byte("".join(cells)):
            yield number, problem
        else:
            yield number, {key: cell or None for key, cell in zip(header, cells, strict=True)}
    if header is None:
        raise UserError(EMPTY.format(name))


def _of_lines(stream: BinaryIO, name: str) -> Iterator[Row]:
    filled = (line for line in _text(stream, name) if line.strip())
    for number, line in enumerate(filled, start=1):
        try:
            if problem := foreign_byte(line):
                yield number, problem
                continue
            yield number, read_object(line, int)
        except (ValueError, RecursionError) as error:
            yield number, f"it must hold one JSON object; {error}"


def _text(stream: BinaryIO, name: str) -> Iterator[str]:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    start = buffered.peek()
    if not start.strip():
        raise UserError(EMPTY.format(name))
    try:
        check_start(start, name)
    except OtherEncodingError as error:
        raise UserError(error.headline, [f"run `{error.command}`, and label {error.mended}"]) from error
    lines = io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from lines
    finally:
        with contextlib.suppress(ValueError):  # whoever opened the file may have closed it
            lines.detach()  # or it would close the file


def _of_parquet(stream: BinaryIO, name: str, at_once: int) -> Iterator[Chunk]:
    try:
        file = pq.ParquetFile(stream)
        if problems := column_problems([normalize(column) for column in file.schema_arrow.names]):
            raise unreadable(name, problems)
        first = 1
        for batch in file.iter_batches(batch_size=at_once):
            table = pa.Table.from_batches([batch]).to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
            table.columns = [normalize(column) for column in table.columns]
            yield Chunk(table, list(range(first, first + len(table))))
            first += len(table)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(name, [f"it is not a whole parquet file ({error}); write or copy it again"]) from error
