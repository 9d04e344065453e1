"""Variants of training texts that `settings/auto` is trained on beside the texts: one for each, in four ways.

- `words`: what the stage augment makes with the four operations of EDA (Wei and Zou 2019).
- `neighbours`: words give way to one of the words whose embedding in the encoder is most like theirs.
- `halves`: the first half of the text, and the second half of another text of its class.
- `names`: the sentence of the text's class, as the stage augment makes it.
"""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmarks.pipeline import params
from benchmarks.quality.sets import SEED, TOKENIZE, Cell
from benchmarks.quality.settings import SENTENCE
from gapwise.augmenting.augment import augment
from gapwise.augmenting.class_sentences import class_sentences
from gapwise.base.seeds import derive
from gapwise.base.tables import parts_of
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.presets import locate, tokenizer_file
from gapwise.encoding.tokenizer import load_tokenizer, tokenize

STRENGTH = 0.2  # share of the words that `words` and `neighbours` change
NEAREST = 5  # words that `neighbours` draws from

Way = Callable[[pd.DataFrame, int], pd.DataFrame]


def words(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Makes variants as the stage augment does."""
    methods = ["synonym", "insert", "swap", "delete"]
    return augment(train, params("augment", {"methods": methods, "strength": STRENGTH}), seed)[0]


def neighbours(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Puts neighbours in the vocabulary in the place of words."""
    near = _near()
    return _each(train, seed, lambda text, rng: _replaced(text.split(), near, rng))


def halves(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Joins halves of two texts of a class."""
    of_class = {label: list(texts) for label, texts in train.groupby("label")["text"]}
    labels = dict(zip(train["text"], train["label"], strict=True))
    return _each(train, seed, lambda text, rng: _joined(text, of_class[labels[text]], rng))


def names(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Makes class sentences as the stage augment does."""
    return class_sentences(train, SENTENCE)


def _each(train: pd.DataFrame, seed: int, make: Callable[[str, np.random.Generator], str]) -> pd.DataFrame:
    made = [
        make(text, np.random.default_rng(derive(seed, "variant", text_id)))
        for text_id, text in zip(train["text_id"], train["text"], strict=True)
    ]
    return pd.DataFrame({"text_id": train["text_id"] + "-0", "source_id": train["text_id"], "text": made})


def _joined(text: str, texts: list[str], rng: np.random.Generator) -> str:
    first, second = text.split(), rng.choice([other for other in texts if other != text]).split()
    return " ".join([*first[: -(-len(first) // 2)], *second[len(second) // 2 :]])


def _replaced(words: list[str], near: dict[str, NDArray[np.object_]], rng: np.random.Generator) -> str:
    known = [place for place, word in enumerate(words) if word.lower() in near]
    wanted = min(len(known), max(1, round(STRENGTH * len(words))))
    for place in rng.permutation(known)[:wanted]:
        words[place] = str(rng.choice(near[words[place].lower()]))
    return " ".join(words)


@functools.cache
def _near() -> dict[str, NDArray[np.object_]]:
    """Gives the nearest words of each word of the vocabulary, by the cosine of their embeddings."""
    file = tokenizer_file(locate(TOKENIZE.preset))
    pieces = {piece: number for piece, number in Tokenizer.from_file(str(file)).get_vocab().items() if _is_word(piece)}
    table = load_encoder(TOKENIZE.preset, TOKENIZE.max_length).token_embedding.embeddings.numpy()[list(pieces.values())]
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    names = np.array(list(pieces), dtype=object)
    found = {}
    for start in range(0, len(names), 1000):
        alike = table[start : start + 1000] @ table.T
        alike[np.arange(len(alike)), start + np.arange(len(alike))] = -1  # not itself
        best = np.argpartition(-alike, NEAREST, axis=1)[:, :NEAREST]
        found |= dict(zip(names[start : start + 1000], names[np.sort(best, axis=1)], strict=True))
    return found


def _is_word(piece: str) -> bool:
    return piece.isascii() and piece.isalpha() and len(piece) > 2


WAYS: dict[str, Way] = {"words": words, "neighbours": neighbours, "halves": halves, "names": names}


def with_variants(cell: Cell, way: str, repeat: int) -> pd.DataFrame:
    """Gives `tables.Tokens` of all texts, and of a variant of each text that a repeat trains on.

    Args:
        cell: The rows.
        way: Of `WAYS`. It sees no other texts than those.
        repeat: Its number.
    """
    parts = parts_of(cell.repeats, repeat)
    train = cell.development[cell.development["text_id"].isin(parts.index[parts == "train"])]
    made = WAYS[way](train, derive(SEED, repeat, "variants"))[["text_id", "source_id", "text"]]
    tokens, _ = tokenize(made, load_tokenizer(TOKENIZE.preset), TOKENIZE)
    return pd.concat([cell.tokens, tokens], ignore_index=True)
