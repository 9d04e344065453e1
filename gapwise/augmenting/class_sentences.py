"""Sentences with the name of a class, trained on beside each text of the class.

A name such as `negative` tells an encoder that has read much what to look for, where a handful of texts hardly does.
SetFit trains on such sentences where it has no texts (Tunstall et al. 2022, Efficient Few-Shot Learning Without
Prompts).
"""

import re
from collections.abc import Sequence

import pandas as pd

from gapwise.augmenting.params import PLACE
from gapwise.base.tables import CLASS_SENTENCE
from gapwise.base.wording import in_words, show

METHOD = "class_sentence"
WORD = re.compile(r"[^\W\d_]+")


def class_sentence(template: str, name: str) -> str:
    """Puts the name of a class into a sentence; an underscore in either is a space.

    Example:
        >>> class_sentence("This text is about {}.", "credit_cards")
        'This text is about credit cards.'
    """
    return template.replace(PLACE, name).replace("_", " ")


def class_sentences(texts: pd.DataFrame, template: str, number: int = 0) -> pd.DataFrame:
    """Gives each text the sentence of its class as a variant.

    Args:
        texts: Table of `text_id` and `label`; other columns are ignored.
        template: See `class_sentence`.
        number: Of the variant.

    Returns:
        The `tables.Variants` table, in the order of `texts`.
    """
    table = pd.DataFrame(
        {
            "text_id": texts["text_id"] + CLASS_SENTENCE,
            "source_id": texts["text_id"],
            "variant": number,
            "method": METHOD,
            "text": [class_sentence(template, name) for name in texts["label"]],
        }
    )
    kinds = {"text_id": "str", "source_id": "str", "variant": "int64", "method": "str", "text": "str"}
    return table.astype(kinds).reset_index(drop=True)


def are_words(names: Sequence[str]) -> bool:
    """Tells whether names differ by more than digits and single letters, as `0` and `1` or `class A` and `class B` do.

    Example:
        >>> are_words(["good", "bad"]), are_words(["LABEL_0", "LABEL_1"])
        (True, False)
    """
    words = [
        tuple(word for word in WORD.findall(name.replace("_", " ")) if len(word) > 1 or not word.isascii())
        for name in names
    ]
    return all(words) and len(set(words)) == len(names)


def note(template: str, names: Sequence[str]) -> str:
    """Says which sentences there are, so that a user sees whether the names say anything."""
    if not are_words(names):
        differ = "the names of the classes differ by no words, which an encoder could know"
        return f"No class sentences: {differ} ({in_words([show(name) for name in names])})"
    sentences = [show(class_sentence(template, name)) for name in names]
    return f"Beside each text stands the sentence of its class: {in_words(sentences)}"
