"""One variant of one text: nlpaug proposes changed words, and only free places of the text take them."""

import random
import re
from collections.abc import Sequence

from gapwise.augmenting import nlpaug_adapter
from gapwise.augmenting.protection import Piece, cut, is_protected
from gapwise.base.seeds import derive


def vary(text: str, method: str, strength: float, protect: Sequence[re.Pattern[str]], seed: int) -> str:
    """Makes one variant of a text.

    Protected pieces survive in their order by construction: they keep their places, and changes are put into the
    places of free words alone. A change that would bring in a negation or a match of `protect` is left out.

    Args:
        text: The text, with single spaces.
        method: One of `augmentation.METHODS`.
        strength: Share of the words to change, in (0, 1]; at least one word.
        protect: From `protection.compile_protect`.
        seed: Of this text and variant.

    Returns:
        The variant; the text itself where nothing could be changed.

    Raises:
        UserError: If the method needs WordNet and it is not installed.
    """
    pieces = cut(text, protect)
    words = [index for index, piece in enumerate(pieces) if not piece.text.isspace()]
    free = [index for index in words if pieces[index].free]
    count = _count(len(text.split()), len(free), method, strength)
    if count < 1:
        return text
    with nlpaug_adapter.seeded(seed):
        # nlpaug does not ask whether the neighbour that a word is swapped with may move, so it sees free words only.
        changes = _changes(pieces, free if method == "swap" else words, method, count)
    kept = {index: new for index, new in changes.items() if pieces[index].free and not is_protected(new, protect)}
    if method == "insert":
        return _insert(pieces, kept, free, random.Random(derive(seed, "places")))
    return _replace(pieces, kept)


def _count(words: int, free: int, method: str, strength: float) -> int:
    wanted = max(1, round(strength * words))
    match method:
        case "swap":
            return min((wanted + 1) // 2, free // 2)  # each swap changes two words
        case "delete":
            return min(wanted, free - 1)  # one word stays
        case _:
            return min(wanted, free)


def _changes(pieces: Sequence[Piece], shown: Sequence[int], method: str, count: int) -> dict[int, str]:
    old = [pieces[index].text for index in shown]
    new = nlpaug_adapter.change(old, [pieces[index].free for index in shown], method, count)
    return {index: after for index, before, after in zip(shown, old, new, strict=True) if after != before}


def _replace(pieces: Sequence[Piece], changes: dict[int, str]) -> str:
    texts = [changes.get(index, piece.text) for index, piece in enumerate(pieces)]
    for index in (index for index, new in changes.items() if not new):
        # With a deleted word goes the space before it, or after it at the start.
        near = [beside for beside in (index - 1, index + 1) if 0 <= beside < len(texts) and texts[beside].isspace()]
        if near:
            texts[near[0]] = ""
    return "".join(texts)


def _insert(pieces: Sequence[Piece], synonyms: dict[int, str], free: Sequence[int], rng: random.Random) -> str:
    texts = [piece.text for piece in pieces]
    for synonym in synonyms.values():
        place = rng.choice(free)
        texts[place] = f"{synonym.lower()} {texts[place]}"
    return "".join(texts)
