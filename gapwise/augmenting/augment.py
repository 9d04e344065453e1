"""Variants of training texts: more data from little data, for the models to be regularized by.

What each method does, and the class of nlpaug that does it:

| method | change | nlpaug |
|---|---|---|
| synonym | a word gives way to a synonym of WordNet, of its part of speech and most frequent sense | SynonymAug |
| insert | a synonym of a word is put in before a random word | SynonymAug, placed here |
| swap | two neighbouring free words change places | RandomWordAug |
| delete | a word is left out | RandomWordAug |
| spelling | a word gives way to a common misspelling of it | SpellingAug |
| keyboard | a letter gives way to its neighbour on the keyboard | KeyboardAug |
| ocr | a letter gives way to one that a scanner takes for it | OcrAug |
| split | a word is split in two | SplitAug |

The first four are the operations of EDA (Wei and Zou 2019). This module imports nlpaug only when it makes variants:
with `methods: []` nothing has to wait for it.
"""

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein

from gapwise.augmenting.class_sentences import METHOD, are_words, class_sentences
from gapwise.augmenting.params import AugmentParams
from gapwise.augmenting.protection import compile_protect
from gapwise.base.seeds import derive
from gapwise.base.workers import spread

Task = tuple[str, str, int]  # id of a text, the text, number of the variant
DROPPED = ("same_as_source", "same_as_other")
EXAMPLES = 5
TEXTS_PER_PROCESS = 2000  # for fewer, starting a process and reading WordNet in it costs more than it brings


def augment(
    texts: pd.DataFrame, params: AugmentParams, seed: int, workers: int = 1, known: Iterable[str] = ()
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Makes `params.variants` variants of each text, and the sentence of its class as one more.

    Each (text, variant) draws from its own seed, so it is the same alone or among others, in one process or in many.
    Its method is drawn too: a text starts anywhere in `params.methods` and goes through them in turn, so that
    its variants differ in method and one variant per text still uses all methods alike.

    Args:
        texts: Table of `text_id` (unique), `text` and, for class sentences, `label`; other columns are ignored.
        params: The `augment` section.
        seed: `split.seed`.
        workers: Processes to use at most; the result does not depend on it.
        known: Further texts that no variant may equal, such as rows that are only validated on.

    Returns:
        The `tables.Variants` table, in the order of `texts`, class sentences at its end, and what metrics/augment.json
        says of it: sources, variants made, dropped by reason, mean share of words changed, made by method, five
        examples. A variant is dropped if it differs in case and spaces alone from its source (`same_as_source`), or
        from another text or an earlier variant (`same_as_other`). Class sentences are neither changed words nor
        dropped; there are none where the names of the classes are no words.

    Raises:
        UserError: If a method needs WordNet and it is not installed.
    """
    sources = dict(zip(texts["text_id"], texts["text"], strict=True))
    tasks = [(text_id, text, variant) for text_id, text in sources.items() for variant in _numbers(params)]
    made = list(_map(functools.partial(_maker, params, seed), tasks, workers))
    reasons = list(_reasons([task[1] for task in tasks], [text for _, text in made], [*sources.values(), *known]))
    rows = [
        (f"{text_id}-{variant}", text_id, variant, method, text)
        for (text_id, _, variant), (method, text), reason in zip(tasks, made, reasons, strict=True)
        if reason is None
    ]
    table = pd.DataFrame(rows, columns=["text_id", "source_id", "variant", "method", "text"])
    table = table.astype({"text_id": "str", "source_id": "str", "variant": "int64", "method": "str", "text": "str"})
    shares = [
        share_changed(sources[source], text) for source, text in zip(table["source_id"], table["text"], strict=True)
    ]
    methods: list[str] = [*params.methods]
    if params.class_sentence is not None and are_words(sorted(texts["label"].unique())):
        sentences = class_sentences(texts, params.class_sentence, len(_numbers(params)))
        table, methods = pd.concat([table, sentences], ignore_index=True), [*methods, METHOD]
    return table, _report(table, sources, reasons, shares, methods)


def share_changed(source: str, variant: str) -> float:
    """Gives the edit distance in words (Levenshtein 1966) as a share of the source's words; an insertion can pass 1.

    Example:
        >>> share_changed("rates may rise soon", "rates may soon rise")
        0.5
    """
    words = source.split()
    return Levenshtein.distance(words, variant.split()) / len(words)


def _numbers(params: AugmentParams) -> range:
    return range(params.variants if params.methods else 0)


def _map(
    maker: Callable[[], Callable[[Task], tuple[str, str]]], tasks: Sequence[Task], workers: int
) -> Iterable[tuple[str, str]]:
    processes = min(workers, math.ceil(len(tasks) / TEXTS_PER_PROCESS))
    if processes <= 1:
        return map(maker(), tasks)
    return spread(maker, tasks, processes, at_once=math.ceil(len(tasks) / processes))


def _maker(params: AugmentParams, seed: int) -> Callable[[Task], tuple[str, str]]:
    return functools.partial(_variant, params, seed)


def _variant(params: AugmentParams, seed: int, task: Task) -> tuple[str, str]:
    from gapwise.augmenting.variant import vary

    text_id, text, variant = task
    first = derive(seed, "augment", text_id)
    method = params.methods[(first + variant) % len(params.methods)]
    own = derive(seed, "augment", text_id, variant)
    return method, vary(text, method, params.strength, compile_protect(params.protect), own)


def _reasons(sources: Sequence[str], variants: Sequence[str], known: Sequence[str]) -> Iterator[str | None]:
    taken = {_plain(text) for text in known}
    for source, variant in zip(map(_plain, sources), map(_plain, variants), strict=True):
        yield DROPPED[0] if variant == source else DROPPED[1] if variant in taken else None
        taken.add(variant)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _report(
    table: pd.DataFrame,
    sources: dict[str, str],
    reasons: Sequence[str | None],
    shares: Sequence[float],
    methods: Sequence[str],
) -> dict[str, Any]:
    chosen = table.iloc[np.linspace(0, len(table) - 1, min(EXAMPLES, len(table))).round().astype(int)]
    return {
        "sources": len(sources),
        "made": len(table),
        "dropped": {reason: reasons.count(reason) for reason in DROPPED},
        "mean_share_changed": round(float(np.mean(shares)), 6) if shares else 0.0,
        "by_method": {method: int((table["method"] == method).sum()) for method in methods},
        "examples": [
            {"method": method, "source": sources[source], "variant": text}
            for method, source, text in zip(chosen["method"], chosen["source_id"], chosen["text"], strict=True)
        ],
    }
