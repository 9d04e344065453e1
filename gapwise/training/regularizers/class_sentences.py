"""Class sentences are trained on only where they tell the classes apart about as well as the texts do.

A sentence with the name of a class is worth much where a few texts say less than the name. It misleads where the name
says little: a code, or a word that means something else to the encoder. The train texts show which it is, with the
encoder as it was pre-trained: how many are nearest to the sentence of their class, and how many are nearest to the mean
of the other texts of their class (the prototype of Snell et al. 2017, Prototypical Networks for Few-Shot Learning).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.training.regularizer import Choice, Regularizer, Vectors

if TYPE_CHECKING:
    from gapwise.network.batches import Examples


NAME = "class_sentences"
KEPT = "class sentences are trained on"


class ClassSentences(Regularizer):
    """Leaves out the class sentences of a repeat whose train texts are much better without them."""

    class Keys(Section):
        """Its key."""

        class_sentence_margin: Annotated[float, Field(ge=0, le=1), Rule(off=1.0, tried=0.15)]

    def choose(self, train: Examples, vectors: Vectors) -> Choice | None:
        """Keeps the class sentences or leaves them out; None where there are none."""
        texts, sentences = train.texts(), train.class_sentences()
        if not len(sentences.rows):
            return None
        _, first = np.unique(sentences.labels[sentences.rows], return_index=True)  # a class has one, many times
        shares = shares_nearest(
            vectors(texts), texts.labels[texts.rows], texts.groups_of_rows(), vectors(sentences.only(first))
        )
        if shares is None:
            return Choice(
                NAME, train.rows, f"{KEPT}: no train text can be held out to compare them", {"trained_on": True}
            )
        kept = shares.mean - shares.sentence <= self.keys.class_sentence_margin
        figures = {"trained_on": bool(kept), "nearest_to_sentence": shares.sentence, "nearest_to_mean": shares.mean}
        rows = train.rows if kept else train.rows[~np.isin(train.rows, sentences.rows)]
        return Choice(NAME, rows, _note(shares, kept, self.keys.class_sentence_margin), figures)


class Shares(NamedTuple):
    """Shares of texts, in [0, 1].

    Attributes:
        sentence: That are nearer to the sentence of their class than to those of the others.
        mean: That are nearer to the mean of the other texts of their class than to the means of the others.
    """

    sentence: float
    mean: float


def shares_nearest(
    texts: NDArray[np.float32], labels: NDArray[np.int64], groups: NDArray[np.int64], sentences: NDArray[np.float32]
) -> Shares | None:
    """Counts texts that are nearest to what stands for their class, by the cosine.

    All texts of a group are left out of the means that they are compared with, and those whose class would be gone with
    them are not counted. What texts, means and sentences have
    in common is taken off first: off texts and means the middle of the means, off sentences their own mean.

    Args:
        texts: Vectors, shape (n, width).
        labels: Class numbers, shape (n,).
        groups: Group numbers, shape (n,).
        sentences: Vectors, shape (classes, width), in the order of the class numbers.

    Returns:
        None where no text can be counted.
    """
    unit, of_class = _unit(texts.astype(float)), np.eye(len(sentences))[labels]
    sums, counts = of_class.T @ unit, of_class.sum(axis=0)
    directions = _unit(_unit(sentences.astype(float)) - _unit(sentences.astype(float)).mean(axis=0))
    counted, by_sentence, by_mean = 0, 0, 0
    for group in np.unique(groups):
        held = groups == group
        left = counts - of_class[held].sum(axis=0)
        if not left.all():
            continue
        means = (sums - of_class[held].T @ unit[held]) / left[:, None]
        middle = means.mean(axis=0)
        counted += int(held.sum())
        by_sentence += _right(unit[held] - middle, directions, labels[held])
        by_mean += _right(unit[held] - middle, _unit(means - middle), labels[held])
    return Shares(by_sentence / counted, by_mean / counted) if counted else None


def _right(vectors: NDArray[np.float64], directions: NDArray[np.float64], labels: NDArray[np.int64]) -> int:
    return int(((vectors @ directions.T).argmax(axis=1) == labels).sum())


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def _note(shares: Shares, kept: bool, margin: float) -> str:
    found = (
        f"{shares.sentence:.3f} of the train texts are nearest to the sentence of their class, {shares.mean:.3f} to "
        "the mean of its other texts"
    )
    if kept:
        return f"{KEPT}: {found}"
    return f"class sentences are left out: {found}, over {margin:g} more (finetune.class_sentence_margin)"
