"""What was found, shortened for a message: long values, and long lists of findings."""

from collections.abc import Sequence

MOST = 5
WIDEST = 60  # characters of a value


def in_words(items: Sequence[object], noun: str = "") -> str:
    """Joins the first five items, and counts the rest.

    Args:
        items: At least one.
        noun: Put before them, with an s for several.

    Example:
        >>> in_words([2, 3, 5], "row")
        'rows 2, 3 and 5'
        >>> in_words(range(1, 10))
        '1, 2, 3, 4, 5 and 4 more'
    """
    shown = [str(item) for item in items[:MOST]]
    last = f"{len(items) - MOST} more" if len(items) > MOST else shown.pop()
    words = " and ".join([", ".join(shown), last]) if shown else last
    return f"{noun}{'s' if len(items) > 1 else ''} {words}" if noun else words


def show(value: object) -> str:
    """Writes a value as Python would, cut after 60 characters; nothing in it can move a terminal's cursor.

    Example:
        >>> show("two words")
        "'two words'"
    """
    shown = repr(value[: WIDEST + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= WIDEST + 2 else f"{shown[:WIDEST]}…"


def shorten(problems: Sequence[str], what: str) -> list[str]:
    """Keeps the first five problems of a kind, and counts the rest in one line more.

    Args:
        problems: Any number.
        what: Names the kind, in the plural.
    """
    more = [f"... and {len(problems) - MOST} more {what}"] if len(problems) > MOST else []
    return [*problems[:MOST], *more]
