"""The one place that knows nlpaug (Ma 2019): which of its classes does what, and how it is kept in bounds."""

import contextlib
import functools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import nlpaug.augmenter.char as nac
import nlpaug.augmenter.word as naw
import numpy as np

from gapwise.augmenting import wordnet

MARK = "\0"  # stands where a word is to be deleted
SHORTEST = 4  # letters of a word that misprints may change


class _WordNet:
    """What SynonymAug asks of a dictionary. nlpaug's own would download what it does not find."""

    @staticmethod
    def pos_tag(words: Sequence[str]) -> list[tuple[str, str]]:
        return wordnet.tag(words)

    @staticmethod
    def predict(word: str, pos: str) -> list[str]:
        return list(wordnet.synonyms(word, pos))


class _ContentSynonyms(naw.SynonymAug):  # type: ignore[misc]  # nlpaug has no types
    """Takes words that have a synonym and stand in their base form; nlpaug's own also takes names and "it"."""

    def skip_aug(self, token_idxes: list[int], tokens: list[tuple[str, str]]) -> list[int]:
        parts = {index: wordnet.BASE_FORMS.get(tokens[index][1]) for index in token_idxes}
        return [index for index, part in parts.items() if part and wordnet.synonyms(tokens[index][0], part)]

    @classmethod
    def get_model(cls, *_: object) -> _WordNet:
        return _WordNet()


def _spelling() -> Any:
    augmenter = naw.SpellingAug(include_reverse=False)
    known = {word.lower() for word in augmenter.model.dict}
    for word, misspellings in augmenter.model.dict.items():
        # Sorted, because nlpaug brings them in the order of a set; without words of their own, as "lock" for "luck".
        wrong = (new for new in misspellings if new.isalpha() and new.lower() not in known)
        augmenter.model.dict[word] = sorted(wrong)
    return augmenter


# One letter of a word, and no capitals, digits or signs from the row above.
_ONE_LETTER = {"min_char": SHORTEST, "aug_char_min": 1, "aug_char_max": 1}
_BUILDERS: dict[str, Callable[[], Any]] = {
    "synonym": _ContentSynonyms,
    "insert": _ContentSynonyms,
    "spelling": _spelling,
    "swap": lambda: naw.RandomWordAug(action="swap"),
    "delete": lambda: naw.RandomWordAug(action="substitute", target_words=[MARK]),
    "keyboard": lambda: nac.KeyboardAug(
        include_special_char=False, include_numeric=False, include_upper_case=False, **_ONE_LETTER
    ),
    "ocr": lambda: nac.OcrAug(**_ONE_LETTER),
    "split": lambda: naw.SplitAug(min_char=SHORTEST),
}


@functools.cache
def _augmenter(method: str) -> Any:
    return _BUILDERS[method]()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seeds the two global generators that nlpaug draws from, and puts them back afterwards."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 -- it is this one that nlpaug uses
    try:
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def change(words: Sequence[str], free: Sequence[bool], method: str, count: int) -> list[str]:
    """Lets nlpaug change words of one sentence, drawing from the global generators (see `seeded`).

    Args:
        words: The sentence's words and marks, without white space.
        free: For each, whether it may change.
        method: One of `augmentation.METHODS`.
        count: How many to change; fewer if fewer can be.

    Returns:
        For each word what takes its place: itself, another word or phrase, two halves with a space between them
        (`split`), or nothing (`delete`). For `insert`, the synonym that is to be put in elsewhere.
    """
    augmenter = _augmenter(method)
    for limit in ("aug_min", "aug_max", "aug_word_min", "aug_word_max"):
        setattr(augmenter, limit, count)
    augmenter.stopwords = {word for word, may_change in zip(words, free, strict=True) if not may_change}
    augmenter.tokenizer = lambda _: list(words)
    augmenter.reverse_tokenizer = list
    result = augmenter.augment(" ".join(words))[0]
    if isinstance(result, str):  # nlpaug's answer where nothing could be changed
        return list(words)
    changed = _halves_joined(words, result) if method == "split" else result
    return ["" if word == MARK else word for word in changed]


def _halves_joined(words: Sequence[str], halves: Sequence[str]) -> list[str]:
    rest = iter(halves)
    return [half if half == word else f"{half} {next(rest)}" for word, half in zip(words, rest, strict=False)]
