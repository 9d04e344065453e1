"""Texts that are nearly the same, found so that they can be kept on one side of every split."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist, cpdist
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Pairs = npt.NDArray[np.int64]

# Comparing all of 5,000 texts makes 12.5 million pairs, and ten times the texts make a hundred times the pairs.
COMPARE_ALL_UP_TO = 5_000
ROUNDING = 1e-9  # what is less than 0.8 by no more than a rounding error is 0.8
SLACK = 0.01  # rapidfuzz stops early below a cutoff, but drops some pairs that are exactly at it
# An encoder reads no more of a text. The time to compare two texts grows with the product of their lengths: two of
# 100,000 words would take seconds, and a thousand of them weeks.
COMPARED = 5_000
BLOCK = 256  # rows compared at once: 256 x 5,000 scores of 8 bytes are 10 MB

# 42 bands of 3 hashes nominate a pair whose 4-character pieces overlap (Jaccard) by 0.7 surely, by 0.4 with probability
# 0.94, and by 0.05 with 0.005. At similarity 0.9, texts that differ in a word overlap by 0.7, and texts that differ in
# single letters throughout by 0.4; below 0.8 they may not overlap at all.
BANDS, HASHES = 42, 3
CHARACTERS = 4
LEAST_FOR_HASHES = 0.8
HASH_SEED = 1


def find(texts: Sequence[str], similarity: float) -> Pairs:
    """Finds all pairs of texts that are at least this similar, case aside.

    Similarity is 1 - d / (len(a) + len(b)), where d is the least number of characters to insert and delete that turns
    one text into the other (rapidfuzz's Indel ratio): in a text of 100 characters, 0.9 allows one word of ten to be
    exchanged. Of longer texts the first `COMPARED` characters are compared. Unlike a comparison of sorted words, it
    tells "not good, bad" from "not bad, good".

    Up to `COMPARE_ALL_UP_TO` texts, or below a similarity of `LEAST_FOR_HASHES`, all pairs are compared. Above, MinHash
    (Broder 1997) nominates pairs, and those are compared in the same way: what is found is right, and a pair of short
    texts at the very limit may rarely be missed.

    Args:
        texts: Any number, in any order, which has no influence on which texts are paired.
        similarity: In [0, 1]. 1 finds nothing.

    Returns:
        Array of shape (pairs, 2): positions in `texts`, the lower first, in ascending order.
    """
    if similarity == 1 or len(texts) < 2:
        return np.empty((0, 2), dtype=np.int64)
    folded = [text[:COMPARED].casefold() for text in texts]
    if len(texts) <= COMPARE_ALL_UP_TO or similarity < LEAST_FOR_HASHES:
        return compare_all(folded, similarity)
    return compare_nominated(folded, similarity)


def compare_all(texts: Sequence[str], similarity: float) -> Pairs:
    """Compares every pair; arguments and result as in `find`, case regarded."""
    found = []
    for start in range(0, len(texts), BLOCK):
        scores = cdist(
            texts[start : start + BLOCK],
            texts[start:],
            scorer=Indel.normalized_similarity,
            score_cutoff=max(0, similarity - SLACK),
            dtype=np.float64,
            workers=-1,
        )
        found.append(start + np.argwhere(np.triu(scores >= similarity - ROUNDING, k=1)))
    return np.concatenate(found)


def compare_nominated(texts: Sequence[str], similarity: float) -> Pairs:
    """Compares the pairs that MinHash nominates; arguments and result as in `find`, case regarded."""
    candidates = _nominate(texts)
    left, right = ([texts[i] for i in side] for side in candidates.T)
    scores = cpdist(left, right, scorer=Indel.normalized_similarity, dtype=np.float64, workers=-1)
    return candidates[scores >= similarity - ROUNDING]


def _nominate(texts: Sequence[str]) -> Pairs:
    from datasketch import MinHash, MinHashLSH  # here, because it is slow to import and seldom needed

    index = MinHashLSH(num_perm=BANDS * HASHES, params=(BANDS, HASHES))
    pairs = []
    for later, text in enumerate(texts):
        sketch = MinHash(num_perm=BANDS * HASHES, seed=HASH_SEED)
        sketch.update_batch(_pieces(text))
        pairs += [(earlier, later) for earlier in index.query(sketch)]
        index.insert(later, sketch)
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _pieces(text: str) -> list[bytes]:
    # Pieces are numbered, so that a text which repeats itself differs from one that says it once.
    padded = f" {text} ".ljust(CHARACTERS)
    seen: Counter[str] = Counter()
    pieces = []
    for start in range(len(padded) - CHARACTERS + 1):
        piece = padded[start : start + CHARACTERS]
        pieces.append(f"{piece}{seen[piece]}".encode())
        seen[piece] += 1
    return pieces


def join(pairs: Pairs, size: int) -> npt.NDArray[np.int64]:
    """Numbers the connected groups of things, whether paired directly or through others.

    Args:
        pairs: Shape (pairs, 2), numbers below `size`.
        size: How many things there are.

    Returns:
        Shape (size,): the group of each thing.
    """
    links = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def join_groups(kept: pd.DataFrame, rows: pd.DataFrame, pairs: Pairs) -> pd.Series:
    """Joins the user's groups with near-duplicates, so that rows which are alike in either way stay together.

    Args:
        kept: Columns `text` and `text_id`; one row per text.
        rows: Columns `text` and `group` (null for none); every row of these texts, so that a text which appears in
            several groups joins them.
        pairs: Near-duplicates, as positions in `kept`.

    Returns:
        Group of each row of `kept`, named by the lowest `text_id` in it: the order of rows has no influence.
    """
    grouped = rows.dropna(subset="group")
    position = pd.Series(range(len(kept)), index=kept["text"], dtype=np.int64)
    number, names = pd.factorize(grouped["group"])
    members = np.column_stack([position.loc[grouped["text"]].to_numpy(), len(kept) + number])
    joined = join(np.concatenate([pairs, members]), len(kept) + len(names))[: len(kept)]
    return kept.groupby(joined)["text_id"].transform("min")
