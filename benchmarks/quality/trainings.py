"""The tables of the quality benchmark: one row per training, appended as it is done."""

import fcntl
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.scoring.summary import scores

KEYS = ["set", "size", "column", "repeat"]
SCORES = [f"{part}_{score}" for part in ("test", "validation") for score in ("accuracy", "macro_f1", "log_loss")]
COLUMNS = [*KEYS, *SCORES, "cpu_seconds", "setting", "right"]


def row(
    key: tuple[str, str, str, int], predictions: pd.DataFrame, cpu_seconds: float, setting: str
) -> dict[str, object]:
    """Scores one training.

    Args:
        key: The set, size, column and repeat.
        predictions: Rows of `tables.Predictions` of this repeat: test, and validation where it was predicted.
        cpu_seconds: Of training and prediction, of this process and its children.
        setting: What was set, in words.

    Returns:
        A row of the file. `right` has one bit per test text, in the order of `text_id`: whether it was predicted right.
    """
    parts = dict(list(predictions.groupby("part")))
    measured = {
        f"{part}_{score}": value
        for part in ("test", "validation")
        if part in parts
        for score, value in scores(parts[part].assign(repeat=key[-1])).items()
    }
    test = parts["test"].sort_values("text_id")
    right = _packed((test["label"] == test["predicted"]).to_numpy(bool))
    named = dict(zip(KEYS, key, strict=True))
    return (
        named
        | {name: measured.get(name) for name in SCORES}
        | {
            "cpu_seconds": cpu_seconds,
            "setting": setting,
            "right": right,
        }
    )


def _packed(bits: NDArray[np.bool_]) -> str:
    return f"{len(bits)}:{np.packbits(bits).tobytes().hex()}"


def right(packed: str) -> NDArray[np.bool_]:
    """Unpacks a cell of `right`."""
    number, _, bits = packed.partition(":")
    return np.unpackbits(np.frombuffer(bytes.fromhex(bits), np.uint8))[: int(number)].astype(bool)


def append(path: Path, rows: list[dict[str, object]]) -> None:
    """Adds rows; two processes may do so at once."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    with path.open("a", encoding="utf-8", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        table.to_csv(file, index=False, header=file.tell() == 0, lineterminator="\n", float_format="%.6g")


def read(path: Path) -> pd.DataFrame:
    """Reads all rows, in the order of their keys; none if there is no file."""
    table = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=COLUMNS)
    return table.drop_duplicates(KEYS, keep="last").sort_values(KEYS, ignore_index=True)


def drop_superseded(path: Path) -> None:
    """Removes rows whose training was done again; the bytes of all others stay."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    kept = table.drop_duplicates(KEYS, keep="last")
    if len(kept) < len(table):
        kept.to_csv(path, index=False, lineterminator="\n")


def missing(path: Path, cell: tuple[str, str, str], repeats: int, again: bool = False) -> list[int]:
    """Tells which repeats of a set, size and column are not there; with `again`, all of them."""
    rows = read(path)
    done = rows.loc[(rows[KEYS[:-1]] == list(cell)).all(axis=1), "repeat"]
    return [repeat for repeat in range(repeats) if again or repeat not in set(done)]
