"""Slices of the test rows where a score is worse than on the rest, with correction for looking at many."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from gapwise.inspecting.figures import Slice, SliceKind
from gapwise.statistics.multiplicity import holm
from gapwise.statistics.uncertainty import Uncertainty, components

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Rows = NDArray[np.bool_]

LEAST_ROWS, LEAST_GROUPS = 20, 10  # in a slice and in the rest; with fewer, an interval would be a guess
LENGTHS = 4
MOST_WORDS = 50  # the most frequent: more would cost every slice its power
WORD = r"(?u)\b\w+\b"


class Named(NamedTuple):
    """A slice: its kind, its name, its rows, and whether it is one group."""

    kind: SliceKind
    name: str
    rows: Rows
    one_group: bool = False


def slices(texts: pd.DataFrame, contributions: Floats, confidence: float, folds: Integers | None = None) -> list[Slice]:
    """Holds every slice against the rest of the rows.

    The difference of two means is itself a mean of what each row adds to it: its influence (Hampel 1974). So its
    interval is that of `uncertainty.components`, groups kept whole. In a slice that is one group, its rows count as
    drawn by themselves: the interval is about more rows of this group.

    Args:
        texts: `tables.Texts` of the rows.
        contributions: To accuracy, or to a difference of accuracies, shape (repeats, rows), in the order of `texts`.
        confidence: Of every interval, above 0 and below 1.
        folds: Number of the test part of a rotation that each row is in, see `uncertainty.components`.

    Returns:
        Every slice with at least `LEAST_ROWS` rows in `LEAST_GROUPS` groups, and as many in the rest, the worst
        first; p-values after Holm's correction for all of them.
    """
    groups = pd.factorize(texts["group"])[0]
    found = [one for one in _named(texts) if _large_enough(one, groups)]
    if not found:
        return []
    measured = [_difference(contributions, one, groups, folds) for one in found]
    adjusted = holm([one.p_value() for one in measured])
    listed = [
        _slice(one, contributions, uncertainty, p, confidence)
        for one, uncertainty, p in zip(found, measured, adjusted, strict=True)
    ]
    return sorted(
        listed, key=lambda one: (one.p_adjusted if one.difference < 0 else 2 - one.p_adjusted, one.difference)
    )


def _slice(one: Named, contributions: Floats, uncertainty: Uncertainty, p: float, confidence: float) -> Slice:
    low, high = uncertainty.interval(confidence)
    return Slice(
        kind=one.kind,
        name=one.name,
        rows=int(one.rows.sum()),
        score=float(contributions[:, one.rows].mean()),
        rest=float(contributions[:, ~one.rows].mean()),
        difference=uncertainty.value,
        low=low,
        high=high,
        p_value=uncertainty.p_value(),
        p_adjusted=p,
        worse=bool(uncertainty.value < 0 and p < 1 - confidence),
    )


def _difference(contributions: Floats, one: Named, groups: Integers, folds: Integers | None) -> Uncertainty:
    share = one.rows.mean()
    inside, outside = (contributions[:, rows].mean(axis=1, keepdims=True) for rows in (one.rows, ~one.rows))
    influence = np.where(one.rows, (contributions - inside) / share, (outside - contributions) / (1 - share))
    units = np.where(one.rows, groups.max() + 1 + np.arange(len(groups)), groups) if one.one_group else groups
    units = np.unique(units, return_inverse=True)[1]
    return components(inside - outside + influence, units, "accuracy", folds=folds).uncertainty()


def _large_enough(one: Named, groups: Integers) -> bool:
    sides = (one.rows, ~one.rows)
    if min(int(rows.sum()) for rows in sides) < LEAST_ROWS:
        return False
    return min(len(np.unique(groups[rows])) for rows in (sides[1:] if one.one_group else sides)) >= LEAST_GROUPS


def _named(texts: pd.DataFrame) -> Iterator[Named]:
    words = (texts["text"].str.count(" ") + 1).to_numpy()
    edges = np.unique(np.quantile(words, np.linspace(0, 1, LENGTHS + 1)).round().astype(int))
    for low, high in zip(edges[:-1] + (edges[:-1] > edges[0]), edges[1:], strict=True):
        yield Named("length", f"{low} to {high} words", (words >= low) & (words <= high))
    for label in sorted(texts["label"].unique()):
        yield Named("class", label, (texts["label"] == label).to_numpy())
    for group, count in texts["group"].value_counts().items():
        if count >= LEAST_ROWS:
            rows = (texts["group"] == group).to_numpy()
            yield Named("group", f"of row {texts['row'][rows].min()}", rows, one_group=True)
    yield from _words(texts)


def _words(texts: pd.DataFrame) -> Iterator[Named]:
    vectorizer = CountVectorizer(binary=True, token_pattern=WORD)
    try:
        counts = vectorizer.fit_transform(texts["text"])
    except ValueError:  # no text has a word, as of emoji alone
        return
    words = vectorizer.get_feature_names_out()
    of_word = np.asarray(counts.sum(axis=0)).ravel()
    frequent = [place for place in np.argsort(-of_word, kind="stable") if of_word[place] >= LEAST_ROWS][:MOST_WORDS]
    for place in frequent:
        yield Named("word", words[place], counts[:, [place]].toarray().ravel() > 0)
