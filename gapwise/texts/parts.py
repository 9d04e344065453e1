"""A source of several files, each of which is a part: train.csv, test.csv and perhaps validation.csv in one folder."""

from collections.abc import Mapping
from pathlib import PurePath

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show

PARTS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
COLUMN = "part, by the name of the file"


def join(tables: Mapping[str, pd.DataFrame], folder: str) -> pd.DataFrame:
    """Joins the files of a folder into one table, with the part of each in `COLUMN`.

    Args:
        tables: From `sources.read`, by the name of the file.
        folder: Its name, for messages.

    Raises:
        UserError: If a name is of no part, or two are of one.
    """
    parts = {file: _part(file) for file in tables}
    problems = [f"{file}: its name must be one of {_allowed()}" for file, part in parts.items() if part is None]
    for part in PARTS:
        files = [file for file in parts if parts[file] == part]
        problems += [f"{in_words(files)} are both {part}; keep one"] if len(files) > 1 else []
    problems += [] if tables else [f"it holds no file; its files must be named {_allowed()}"]
    if problems:
        raise UserError(f"prepare.source: {folder} is a folder that cannot be read:", problems)
    ordered = sorted(tables, key=lambda file: list(PARTS).index(str(parts[file])))
    return pd.concat([tables[file].assign(**{COLUMN: parts[file]}) for file in ordered], ignore_index=True)


def _part(file: str) -> str | None:
    stem = PurePath(file).stem.lower()
    return next((part for part, names in PARTS.items() if stem in names), None)


def _allowed() -> str:
    return f"{in_words([show(names[0]) for names in PARTS.values()])}, and a suffix"
