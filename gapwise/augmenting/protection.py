"""Which parts of a text must never change: numbers, negations, and what the user names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

NEGATIONS = (
    *("no", "not", "nor", "non", "none", "nope", "never", "neither", "nobody", "nothing", "nowhere", "without"),
    *("cannot", "hardly", "scarcely", "barely", "rarely", "seldom", "unable"),
    # as written in haste
    *("aint", "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hasnt", "havent", "isnt", "shouldnt"),
    *("wasnt", "werent", "wont", "wouldnt"),
)
NEGATION = re.compile(rf"(?<!\w)(?:{'|'.join(NEGATIONS)}|\w*n['’]t)(?!\w)", re.IGNORECASE)
# With all that hangs on the digits: $3.2bn, 5%, 1,000, (2010).
NUMBER = re.compile(r"\S*\d\S*")
# Spaces; abbreviations with points; words with inner apostrophes and hyphens; anything else.
TOKEN = re.compile(r"\s+|(?:[^\W\d_]\.){2,}|\w+(?:['’-]\w+)*|[^\w\s]+")


class Piece(NamedTuple):
    """A stretch of a text.

    Attributes:
        text: A word, a mark or a run of them, white space, or a protected stretch that may hold several of these.
        free: Whether it is a word that may change.
    """

    text: str
    free: bool


def compile_protect(entries: Sequence[str]) -> list[re.Pattern[str]]:
    """Compiles the entries of `augment.protect`.

    Args:
        entries: Words and phrases, protected in any case where they stand as whole words; or regular expressions
            between slashes, as they are: `/Q[1-4]/`, `/(?i)net (profit|loss)/`.

    Raises:
        ValueError: With every entry that is empty or not a valid pattern.
    """
    patterns, problems = [], []
    for entry in entries:
        is_pattern = len(entry) > 1 and entry.startswith("/") and entry.endswith("/")
        source = entry[1:-1] if is_pattern else entry.strip()
        try:
            if not source:
                raise re.error("it is empty")
            patterns.append(
                re.compile(source) if is_pattern else re.compile(rf"(?<!\w){re.escape(source)}(?!\w)", re.IGNORECASE)
            )
        except re.error as error:
            problems.append(f"{entry!r} is not a valid {'pattern' if is_pattern else 'word'}: {error}")
    if problems:
        raise ValueError("; ".join(problems))
    return patterns


def cut(text: str, protect: Sequence[re.Pattern[str]]) -> list[Piece]:
    """Cuts a text into what may change and what may not.

    Args:
        text: Any text.
        protect: From `compile_protect`; numbers and negations are protected beside them.

    Returns:
        Pieces that joined give the text. A token that a protected match touches is protected whole, and so is what
        lies between the tokens of one match.
    """
    patterns = (NUMBER, NEGATION, *protect)
    spans = [match.span() for pattern in patterns for match in pattern.finditer(text) if match.group()]
    pieces: list[Piece] = []
    for match in TOKEN.finditer(text):
        start, end = match.span()
        token = match.group()
        if any(first < start < last for first, last in spans):
            pieces[-1] = Piece(pieces[-1].text + token, free=False)
        else:
            touched = any(first < end and start < last for first, last in spans)
            pieces.append(Piece(token, free=not touched and (token[0].isalnum() or token[0] == "_")))
    return pieces


def is_protected(text: str, protect: Sequence[re.Pattern[str]]) -> bool:
    """Tells whether a negation or a match of `protect` is in a text."""
    return any(match.group() for pattern in (NEGATION, *protect) for match in pattern.finditer(text))
