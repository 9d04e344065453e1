"""Whether texts are English: the methods and the protected negations are made for no other language."""

import re
from collections.abc import Iterable

from gapwise.base.errors import UserError

# Frequent in English, and hardly ever words of other languages that are written in Latin letters.
_COMMON = "the and that with this have they you your from been are to it its for but was which would"
COMMON = frozenset(_COMMON.split())
WORD = re.compile(r"[^\W\d_]+")
ENOUGH = 200  # words, below which nothing is said
# Share of COMMON among all words: 15 to 24 % in the four sample sets; German and Spanish sentences in tests/ have none.
LEAST = 0.03


def require_english(texts: Iterable[str]) -> None:
    """Refuses texts that are not English.

    Args:
        texts: All that would be varied.

    Raises:
        UserError: If of 200 words or more hardly any is a common English one.
    """
    words = [word for text in texts for word in WORD.findall(text.lower())]
    share = sum(word in COMMON for word in words) / max(1, len(words))
    if len(words) >= ENOUGH and share < LEAST:
        raise UserError(
            "augment.methods: they are made for English, and these texts are not.",
            [
                f"common English words are {share:.1%} of the words, where English has some 15 %",
                "negations of another language would be deleted and its words replaced; set augment.methods to []",
            ],
        )
