"""Columns and cells of a source, whatever its format: text, or nothing, or what the contract will refuse."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show


def table(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Makes a table of cells as they are, without the rows that have no filled cell."""
    # As objects: pandas' own text type refuses half characters, which JSON can hold and the cleaning drops.
    rows = pd.DataFrame(dict(columns), dtype=object)
    blank = rows.map(lambda cell: cell is None or (isinstance(cell, str) and not cell.strip())).all(axis=1)
    return rows[~blank].reset_index(drop=True) if len(rows.columns) else rows


def as_text(value: Any) -> Any:
    """Writes a number, a truth value or a date as a csv would hold it, so that 1 and 1.0 are `1`, and true is `true`.

    Returns:
        The text; None for what is empty; lists, objects and bytes as they are.
    """
    match value:
        case None | "":
            return None
        case str() | list() | tuple() | dict() | bytes():
            return value
        case bool():
            return str(value).lower()
        case float() | Decimal() if math.isnan(value):
            return None
        case float() | Decimal() if math.isfinite(value) and value == int(value):
            return str(int(value))
        case _:
            return str(value)


def column_problems(names: Sequence[str]) -> list[str]:
    """Finds names that several columns share.

    Args:
        names: Of all columns, normalized.
    """
    places = {
        name: [place for place, other in enumerate(names, start=1) if other == name] for name in dict.fromkeys(names)
    }
    return [
        f"{in_words(found, 'column')} share the name {show(name)}; rename or remove them"
        for name, found in places.items()
        if len(found) > 1
    ]


def unreadable(name: str, problems: Sequence[str]) -> UserError:
    """Gives the error of a file that cannot be read.

    Args:
        name: Of the file.
        problems: At least one.
    """
    return UserError(f"{name} cannot be read:", problems)
