"""One spelling per text, and one row per text."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

# Control characters that are no white space, halves of characters, and byte order marks left in the middle.
JUNK = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
RANKS = {"test": 0, "validation": 1, "train": 2}  # of parts, from the most sealed


def normalize(text: str) -> str:
    r"""Brings a text into Unicode NFC, makes white space single spaces, and drops control characters.

    Case, punctuation, emoji and HTML entities stay: an encoder may learn from them.

    Returns:
        The text, or nothing if it holds only white space and invisible characters.

    Example:
        >>> normalize(" Cafe\u0301 \x00\n  bar ")
        'Café bar'
    """
    words = " ".join(unicodedata.normalize("NFC", JUNK.sub("", text)).split())
    invisible = all(character == " " or unicodedata.category(character) == "Cf" for character in words)
    return "" if invisible else words


def text_id(text: str) -> str:
    """Names a normalized text by the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Cleaned(NamedTuple):
    """Rows after cleaning; every row of the source is in `agreed`, `conflicting` or `outvoted`.

    Attributes:
        kept: One row of each text of `agreed`: of those in the most sealed part, the first.
        agreed: Rows whose text has one label.
        conflicting: Rows whose text has several labels; nobody knows which is right.
        outvoted: Rows whose label fewer have given to the text than another label.
    """

    kept: pd.DataFrame
    agreed: pd.DataFrame
    conflicting: pd.DataFrame
    outvoted: pd.DataFrame


def deduplicate(rows: pd.DataFrame, majority: bool = False) -> Cleaned:
    """Keeps one row per text, and none of a text that carries several labels.

    A text in several of the given parts stays in test rather than in validation, and there rather than in train: what
    is measured on stays as given, and what leaks into training goes.

    Args:
        rows: Columns `text` and `label`, both normalized, `part`, `annotator` and any others.
        majority: Whether the label that most give to a text is its label; a tie decides nothing.
    """
    lost = _outvoted(rows) if majority else pd.Series(False, index=rows.index)
    outvoted, rows = rows[lost], rows[~lost]
    labels = rows.groupby("text")["label"].transform("nunique")
    agreed = rows[labels == 1]
    rank = agreed["part"].map(RANKS).fillna(len(RANKS))
    kept = agreed.loc[rank.sort_values(kind="stable").index].drop_duplicates("text").sort_index()
    return Cleaned(kept, agreed, rows[labels > 1], outvoted)


def _outvoted(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Finds the rows of fewer votes; each row is one, but several of one annotator for one label are one too."""
    voter = rows["annotator"].where(rows["annotator"].notna(), rows.index.to_series())
    votes = voter.groupby([rows["text"], rows["label"]]).transform("nunique")
    most = votes.groupby(rows["text"]).transform("max")
    return votes < most


def leaks(agreed: pd.DataFrame) -> pd.DataFrame:
    """Finds the rows whose text is in several of the given parts.

    Args:
        agreed: `Cleaned.agreed`; a null part is no different from train, as in `splits`.

    Returns:
        Columns `text` and `part`, the latter without nulls.
    """
    part = agreed["part"].fillna("train")
    several = part.groupby(agreed["text"]).transform("nunique") > 1
    return agreed[["text"]].assign(part=part)[several]


def count_junk(cells: Iterable[object]) -> int:
    """Counts the control characters that `normalize` drops from all cells that are text."""
    return sum(len(JUNK.findall(cell)) for cell in cells if isinstance(cell, str))
