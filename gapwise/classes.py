"""Labels that name too many classes, or too few."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from gapwise.cleaning import normalize
from gapwise.wording import in_words, shorten


def find_lookalikes(labels: Sequence[Any], column: str) -> list[str]:
    """Finds labels that differ only in case or spaces, which would become classes of their own.

    Args:
        labels: Of each row, as in the source; what is no text is passed over.
        column: Its name in the source, for messages.

    Returns:
        One problem per label that is spelt in several ways, with rows counted from 1.
    """
    spellings: dict[str, dict[str, list[int]]] = {}
    for row, label in enumerate(labels, start=1):
        if isinstance(label, str) and normalize(label):
            spellings.setdefault(_fold(label), {}).setdefault(label, []).append(row)
    problems = [
        f"column {column!r} spells one label in {len(ways)} ways that differ only in case or spaces; keep one of "
        + in_words([f"{label!r} ({in_words(rows, 'row')})" for label, rows in ways.items()])
        for ways in spellings.values()
        if len(ways) > 1
    ]
    return shorten(problems, "such labels")


def check_classes(valid: pd.Series, kept: pd.Series, train_per_class: int | None) -> list[str]:
    """Checks that there is a choice of classes, and enough rows of each.

    Args:
        valid: Labels of all rows that break no rule.
        kept: Labels of the rows that are left after cleaning.
        train_per_class: Rows of each class that the split is to train on; null for one at least. One more is needed to
            validate, and one to test.

    Returns:
        The problems. Labels that differ only in case or spaces count as one.
    """
    train = train_per_class or 1
    names = valid.groupby(valid.map(_fold)).first()
    if len(names) < 2:
        return [f"there must be at least 2 classes; every row has label {names.iloc[0]!r}"]
    rows = kept.map(_fold).value_counts().reindex(names.index, fill_value=0)
    few = [f"{name!r} ({count})" for name, count in zip(names, rows, strict=True) if count < train + 2]
    need = f"each class needs at least {train + 2} distinct texts: {train} to train on, 1 to validate and 1 to test"
    less = f", or lower split.train_per_class from {train_per_class}" if train > 1 else ""
    return [f"{need}; too few of {in_words(few)}; add rows or leave the class out{less}"] if few else []


def _fold(label: str) -> str:
    return normalize(label).casefold().replace(" ", "")
