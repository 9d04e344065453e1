"""Sentences with the name of a class, trained on beside each text of the class.

A name such as `negative` tells an encoder that has read much what to look for, where a handful of texts hardly does.
SetFit trains on such sentences where it has no texts (Tunstall et al. 2022, Efficient Few-Shot Learning Without
Prompts).
"""

from collections.abc import Sequence

import pandas as pd

from gapwise.augmenting.params import PLACE
from gapwise.base.wording import in_words, show

METHOD = "class_sentence"


def class_sentence(template: str, name: str) -> str:
    """Puts the name of a class into a sentence; an underscore in it is a space.

    Example:
        >>> class_sentence("This text is about {}.", "credit_cards")
        'This text is about credit cards.'
    """
    return template.replace(PLACE, name.replace("_", " "))


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
            "text_id": texts["text_id"] + f"-{number}",
            "source_id": texts["text_id"],
            "variant": number,
            "method": METHOD,
            "text": [class_sentence(template, name) for name in texts["label"]],
        }
    )
    kinds = {"text_id": "str", "source_id": "str", "variant": "int64", "method": "str", "text": "str"}
    return table.astype(kinds).reset_index(drop=True)


def note(template: str, names: Sequence[str]) -> str:
    """Says which sentences are trained on, so that a user sees whether the names say anything."""
    sentences = [show(class_sentence(template, name)) for name in names]
    return f"Beside each text stands the sentence of its class: {in_words(sentences)}"
