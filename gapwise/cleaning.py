"""One spelling per text, and one row per text."""

import hashlib
import re
import unicodedata
from typing import NamedTuple

import pandas as pd

from gapwise.wording import in_words, shorten

# Control characters that are no white space, halves of characters, and byte order marks left in the middle.
JUNK = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")


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
    """Rows after cleaning; every row of the source is in `agreed` or in `conflicting`.

    Attributes:
        kept: The first row of each text of `agreed`.
        agreed: Rows whose text has one label.
        conflicting: Rows whose text has several labels; nobody knows which is right.
    """

    kept: pd.DataFrame
    agreed: pd.DataFrame
    conflicting: pd.DataFrame


def deduplicate(rows: pd.DataFrame) -> Cleaned:
    """Keeps one row per text, and none of a text that carries several labels.

    Args:
        rows: Columns `text` and `label`, both normalized, and any others.
    """
    labels = rows.groupby("text")["label"].transform("nunique")
    agreed = rows[labels == 1]
    return Cleaned(agreed.drop_duplicates("text"), agreed, rows[labels > 1])


def check_parts(agreed: pd.DataFrame) -> list[str]:
    """Checks that no text is in two of the given parts.

    Args:
        agreed: `Cleaned.agreed`, with column `part`; null is no different from train, as in `splits`.

    Returns:
        One problem per text, with its rows.
    """
    part = agreed["part"].fillna("train")
    several = part.groupby(agreed["text"]).transform("nunique") > 1
    problems = [
        f"one text is in several parts; keep one of {in_words([f'row {row} ({name})' for row, name in rows.items()])}"
        for _, rows in part[several].groupby(agreed["text"], sort=False)
    ]
    return shorten(problems, "texts in several parts")
