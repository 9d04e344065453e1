"""The texts nearest to a text, by the encoder's vectors and by their letters, and their labels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz.distance import Indel
from sklearn.neighbors import NearestNeighbors

from gapwise.inspecting.doubts import Floats, Integers
from gapwise.inspecting.figures import Neighbour
from gapwise.texts.near_duplicates import find

NEAREST = 5
ALIKE = 0.9  # similarity of near-equal texts; 0.9 is an exchanged word of ten


class Labelled(NamedTuple):
    """A row of `tables.Texts`."""

    text_id: str
    row: int
    text: str
    label: str

    def as_neighbour(self, similarity: float) -> Neighbour:
        """Sets the row beside another one."""
        return Neighbour(row=self.row, text=self.text, label=self.label, similarity=min(max(similarity, 0.0), 1.0))


def labelled(texts: pd.DataFrame) -> list[Labelled]:
    """Gives the rows of a `tables.Texts`."""
    return [Labelled(*row) for row in zip(*(texts[name].tolist() for name in Labelled._fields), strict=True)]


def nearest(vectors: Floats, pool: Floats, own: Integers) -> tuple[Integers, Floats]:
    """Finds the nearest of a pool of texts by the cosine of their vectors.

    Args:
        vectors: Of the texts in question, shape (rows, width).
        pool: Of the texts to choose from, shape (n, width), n at least 1.
        own: Place of each text in the pool, to leave it out; -1 if it is not in there.

    Returns:
        Places in the pool, the nearest first, and similarities, each of shape (rows, at most `NEAREST`): fewer where
        the pool has fewer. Place -1 stands for none.
    """
    if not len(vectors):
        return np.empty((0, 0), np.int64), np.empty((0, 0))
    search = NearestNeighbors(n_neighbors=min(NEAREST + 1, len(pool)), metric="cosine", algorithm="brute").fit(pool)
    distances, places = search.kneighbors(vectors)
    places = np.where(places == own[:, None], -1, places)
    order = np.argsort(places == -1, axis=1, kind="stable")[:, :NEAREST]  # what was left out goes last
    return np.take_along_axis(places, order, axis=1), 1 - np.take_along_axis(distances, order, axis=1)


def against(rows: Sequence[Labelled], label: str, places: Integers, similarities: Floats) -> list[Neighbour]:
    """Names the neighbours of one text that have another label.

    Args:
        rows: The pool.
        label: Of the text.
        places: From `nearest`, shape (neighbours,).
        similarities: Of the same shape.
    """
    return [
        rows[place].as_neighbour(float(similarity))
        for place, similarity in zip(places, similarities, strict=True)
        if place >= 0 and rows[place].label != label
    ]


def alike(rows: Sequence[Labelled]) -> dict[str, list[Neighbour]]:
    """Finds near-equal texts with different labels.

    Args:
        rows: All labelled rows to look at.

    Returns:
        By `text_id`, the texts that are near-equal to it and have another label.
    """
    found: dict[str, list[Neighbour]] = {}
    pairs = find([row.text for row in rows], ALIKE)
    for one, other in ((rows[one], rows[other]) for one, other in pairs.tolist()):
        if one.label != other.label:
            similarity = Indel.normalized_similarity(one.text.casefold(), other.text.casefold())
            found.setdefault(one.text_id, []).append(other.as_neighbour(similarity))
            found.setdefault(other.text_id, []).append(one.as_neighbour(similarity))
    return found
