"""Labels that name too many classes, or too few."""

import re
import unicodedata
from typing import Any

import pandas as pd

from gapwise.base.wording import in_words, shorten, show
from gapwise.texts.cleaning import normalize
from gapwise.texts.exports import joined

# 1.0 is 1 as some program has saved it. 01 is no 1, as in a postal code, and 1.10 is no 1.1, as in a chapter.
WHOLE = re.compile(r"([+-]?(?:0|[1-9][0-9]*))\.0+")
MANY = 20  # labels; with fewer, few rows are the likelier mistake


def find_lookalikes(labels: "pd.Series[Any]", column: str) -> list[str]:
    """Finds labels that differ only in case, spaces, invisible characters or a final .0: they would be several classes.

    Args:
        labels: As in the source, by the number of the row; what is no text is passed over.
        column: Its name in the source, for messages.

    Returns:
        One problem per label that is spelt in several ways.
    """
    spellings: dict[str, dict[str, list[int]]] = {}
    for row, label in zip(labels.index.tolist(), labels, strict=True):
        if isinstance(label, str) and normalize(label):
            spellings.setdefault(_fold(label), {}).setdefault(label, []).append(row)
    problems = [
        f"column {show(column)} spells one label in {len(ways)} ways that differ only in case, spaces, invisible "
        "characters or a final .0; keep one of "
        + in_words([f"{show(label)} ({in_words(rows, 'row')})" for label, rows in ways.items()])
        for ways in spellings.values()
        if len(ways) > 1
    ]
    return shorten(problems, "such labels")


def find_joined(labels: "pd.Series[Any]", column: str) -> list[str]:
    """Finds labels that are several of the other labels in one cell.

    Args:
        labels: Normalized, by the number of the row; what is no text is passed over.
        column: Its name in the source, for messages.
    """
    texts = labels[labels.map(lambda label: isinstance(label, str))]
    problems = [
        f"column {show(column)} holds several labels for one text, as {show(label)} in "
        f"{in_words(texts.index[texts == label].tolist(), 'row')}: {in_words([show(part) for part in parts])} are "
        "labels too; keep one of them"
        for label, parts in joined(set(texts)).items()
    ]
    return shorten(problems, "such labels")


def check_classes(
    valid: pd.Series, kept: pd.Series, train_per_class: int | None, *, is_validated: bool = True
) -> list[str]:
    """Checks that there is a choice of classes, and enough rows of each.

    Args:
        valid: Labels of all rows that break no rule.
        kept: Labels of the rows that are left after cleaning.
        train_per_class: Rows of each class that the split is to train on; null for one at least. One more is needed to
            test.
        is_validated: Whether another one is needed to validate.

    Returns:
        The problems. Labels that `find_lookalikes` takes for one count as one.
    """
    train = train_per_class or 1
    needed = train + 1 + is_validated
    folded = valid.map(_fold)
    names = valid.groupby(folded).first()
    if len(names) < 2:
        found = show(names.iloc[0])
        return [f"there must be at least 2 classes, and every row has label {found}; check prepare.label_column"]
    if len(names) > max(MANY, len(valid) / 2):
        found = f"{len(names)} different labels in {len(valid)} rows, as of texts or measurements"
        return [f"each class needs at least {needed} texts, and there are {found}; check prepare.label_column"]
    table = pd.DataFrame({"name": names, "read": folded.value_counts(), "kept": kept.map(_fold).value_counts()})
    table = table.fillna({"kept": 0})
    few = table[table["kept"] < needed]
    return [_too_few(few, train, needed)] if len(few) else []


def _too_few(few: pd.DataFrame, train: int, needed: int) -> str:
    shown = in_words([f"{show(name)} ({kept:.0f} of {read} rows)" for name, read, kept in few.itertuples(index=False)])
    lost = (
        "; equal texts count once, and a text with several labels not at all"
        if (few["kept"] < few["read"]).any()
        else ""
    )
    less = f", or lower split.train_per_class from {train}" if train > 1 else ""
    purposes = [f"{train} to train on", *["1 to validate"] * (needed - train - 1), "1 to test"]
    return (
        f"each class needs at least {needed} distinct texts: {in_words(purposes)}; too "
        f"few are of {shown}{lost}; add rows or leave the class out{less}"
    )


def _fold(label: str) -> str:
    visible = "".join(character for character in normalize(label) if unicodedata.category(character) != "Cf")
    folded = visible.casefold().replace(" ", "")
    whole = WHOLE.fullmatch(folded)
    return whole.group(1) if whole else folded
