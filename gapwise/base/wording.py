"""What was found, shortened for a message: long values, and long lists of findings."""

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches

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


def counted(number: int, noun: str) -> str:
    """Writes a number and its noun, with an s for several and for none.

    Example:
        >>> counted(1, "row"), counted(1200, "row")
        ('1 row', '1,200 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def show(value: object) -> str:
    """Writes a value as Python would, cut after 60 characters; nothing in it can move a terminal's cursor.

    Example:
        >>> show("two words")
        "'two words'"
    """
    shown = repr(value[: WIDEST + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= WIDEST + 2 else f"{shown[:WIDEST]}…"


def in_yaml(value: object) -> str:
    """Writes a value as params.yaml holds it; text as it is, without quotes.

    Example:
        >>> in_yaml([True, None, 1e-4, "a"])
        '[true, null, 0.0001, a]'
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(in_yaml, value))}]"
    return value.isoformat() if isinstance(value, date) else str(value)


def no_markup(name: str) -> str:
    """Makes `<` a wide sign that reads the same.

    DVC writes plot data into the script of an HTML page as it is: a class named "</script><script>..." would run. What
    cannot close the script stays text.
    """
    return name.replace("<", "\uff1c")


def shorten(problems: Sequence[str], what: str) -> list[str]:
    """Keeps the first five problems of a kind, and counts the rest in one line more.

    Args:
        problems: Any number.
        what: Names the kind, in the plural.
    """
    more = [f"... and {len(problems) - MOST} more {what}"] if len(problems) > MOST else []
    return [*problems[:MOST], *more]


def nearest(key: str, known: Iterable[str]) -> str:
    """Names the known keys that may be meant: those with these initials, else the one that is spelled or begins alike.

    Args:
        key: As it was written, alone or dotted.
        known: Keys written in the same way.

    Example:
        >>> nearest("finetune.lr", ["finetune.l2", "finetune.learning_rate", "finetune.lora_rank"])
        'finetune.learning_rate or finetune.lora_rank'
        >>> nearest("l2_reg", ["l1", "l2"])
        'l2'
        >>> nearest("seed", ["l1", "l2"])
        ''
    """
    keys = list(known)
    by_initials = [one for one in keys if "_" in one and _initials(one) == key]
    begins = sorted((one for one in keys if key.startswith(one) or one.startswith(key)), key=len, reverse=True)
    return " or ".join(by_initials or get_close_matches(key, keys, n=1) or begins[:1])


def _initials(key: str) -> str:
    section, dot, name = key.rpartition(".")
    return section + dot + "".join(word[:1] for word in name.split("_"))
