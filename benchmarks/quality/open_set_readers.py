"""Readers of the open sets' files: each makes a table of `text` and `label` from files as their authors left them."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

Reader = Callable[[list[Path]], pd.DataFrame]
WINDOWS = "cp1252"  # of texts that were gathered before UTF-8 was common


def questions(paths: list[Path]) -> pd.DataFrame:
    """Reads `COARSE:fine the question` per line; the coarse type is the label."""
    lines = [line.partition(" ") for path in paths for line in _lines(path, WINDOWS)]
    return _table((text, kind.partition(":")[0]) for kind, _, text in lines)


def file_per_class(paths: list[Path]) -> pd.DataFrame:
    """Reads a text per line; the ending of the file's name is the label."""
    return _table((line, path.suffix[1:]) for path in paths for line in _lines(path, WINDOWS))


def side_by_side(name: Callable[[str], str]) -> Reader:
    """Reads pairs of files, one with a text per line, one with the label of each.

    Args:
        name: Gives the name of a class from the label in the file.
    """

    def read(paths: list[Path]) -> pd.DataFrame:
        pairs = zip(paths[::2], paths[1::2], strict=True)
        rows = [row for texts, labels in pairs for row in zip(_lines(texts), _lines(labels), strict=True)]
        return _table((text, name(label)) for text, label in rows)

    return read


def intents(paths: list[Path]) -> pd.DataFrame:
    """Reads `[text, intent]` of every part and the intents of each domain; the domain is the label.

    Queries out of all domains are left out.
    """
    parts, domains = (json.loads(path.read_bytes()) for path in paths)
    domain = {intent: name for name, members in domains.items() for intent in members}
    rows = [row for part, rows in parts.items() if not part.startswith("oos") for row in rows]
    return _table((text, domain[intent]) for text, intent in rows)


def label_first(paths: list[Path]) -> pd.DataFrame:
    """Reads a label, a tab and a text per line."""
    lines = [line.partition("\t") for path in paths for line in _lines(path)]
    return _table((text, label) for label, _, text in lines)


def label_last(paths: list[Path]) -> pd.DataFrame:
    """Reads a text, an @ and a label per line."""
    lines = [line.rpartition("@") for path in paths for line in _lines(path)]
    return _table((text, label) for text, _, label in lines)


def columns(text: str, label: str, mended: Mapping[str, str]) -> Reader:
    """Reads CSV files with a header.

    Args:
        text: Name of the column.
        label: Name of the column.
        mended: What stands in texts for what, where a file was encoded twice.
    """

    def read(paths: list[Path]) -> pd.DataFrame:
        table = _csv(paths)
        for wrong, right in mended.items():
            table[text] = table[text].str.replace(wrong, right, regex=False)
        return _table(zip(table[text], table[label], strict=True))

    return read


def numbered(text: str, number: str, name: str) -> Reader:
    """Reads a CSV file whose labels are numbers, and a last one that names them.

    Args:
        text: Name of the column.
        number: Name of the column, in both files.
        name: Name of the column, in the last file.
    """

    def read(paths: list[Path]) -> pd.DataFrame:
        names = _csv(paths[-1:]).set_index(number)[name]
        table = _csv(paths[:-1])
        return _table(zip(table[text], table[number].map(names), strict=True))

    return read


def _csv(paths: list[Path]) -> pd.DataFrame:
    tables = [pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8") for path in paths]
    return pd.concat(tables, ignore_index=True)


def _lines(path: Path, encoding: str = "utf-8-sig") -> list[str]:
    # Not splitlines(), which also splits at signs that stand within texts.
    with path.open(encoding=encoding, newline="") as file:
        lines = file.read().split("\n")
    return [line.removesuffix("\r") for line in lines[: None if lines[-1] else -1]]


def _table(rows: Iterable[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["text", "label"], dtype="str")
