"""Parquet, with the names of classes that Hugging Face `datasets` keeps in it."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gapwise.texts.cells import as_text, column_problems, table, unreadable
from gapwise.texts.cleaning import normalize
from gapwise.texts.encodings import refuse_pointer


def read_parquet(content: bytes, name: str) -> pd.DataFrame:
    """Reads a table.

    Args:
        content: The file, as bytes.
        name: Of the file, for messages.

    Returns:
        Class numbers of `datasets` are the names that the file has for them.

    Raises:
        UserError: If it is no whole parquet file, or columns share a name.
    """
    refuse_pointer(content, name)
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = [normalize(column) for column in file.schema_arrow.names]
        problems = column_problems(names)
        columns = file.read().columns if not problems else []
    except (pa.ArrowException, OSError) as error:
        raise unreadable(name, [f"it is not a whole parquet file ({error}); write or copy it again"]) from error
    if problems:
        raise unreadable(name, problems)
    classes = _class_names(file.schema_arrow)
    cells = [
        [_named(value, classes[column]) if column in classes else as_text(value) for value in _values(values)]
        for column, values in zip(file.schema_arrow.names, columns, strict=True)
    ]
    return table(dict(zip(names, cells, strict=True)))


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):  # a time that Python cannot hold, as the end of the year 9999 in the west
        return list(pc.cast(column, pa.string()).to_pylist())


def _class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Reads the names of classes that Hugging Face `datasets` writes beside columns of class numbers, by column."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        kinds = {column: kind.get("feature", kind) for column, kind in features.items()}  # the feature of a list
        return {column: list(kind["names"]) for column, kind in kinds.items() if kind.get("_type") == "ClassLabel"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(number: Any, classes: Sequence[str]) -> Any:
    """Gives the name of a class number, or of each in a list; -1 and nothing stand for a row without a label."""
    if isinstance(number, list):
        return [_named(one, classes) for one in number]
    return classes[number] if isinstance(number, int) and 0 <= number < len(classes) else None
