"""Sets of texts, split as the pipeline splits them, in memory: what every column of the quality benchmarks shares."""

import functools
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.pipeline import params
from benchmarks.quality import open_sets
from gapwise.encoding.cut import frozen_vectors
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams
from gapwise.texts.prepare import prepare
from gapwise.texts.samples import NAMES, read_samples

SETS = tuple(NAMES)
SIZES = {  # how many rows each repeat trains on
    "8 per class": {"train_size": None, "train_per_class": 8},
    "64 per class": {"train_size": None, "train_per_class": 64},
    "400 rows": {"train_size": 400, "train_per_class": None},
}
BETWEEN = {"24 per class": {"train_size": None, "train_per_class": 24}}  # where the number of epochs alone is tried
# Of larger sets a seeded draw of this many rows is taken. It leaves some 900 to test on.
ROWS = 3000
TOKENIZE = params("tokenize")
SEED, REPEATS = params("split").seed, params("split").repeats


@dataclass(frozen=True, eq=False)
class Cell:
    """One set at one size; equal to itself alone.

    Attributes:
        development: `tables.Texts`.
        test: `tables.Texts`, in the order of `text_id`.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens` of both.
        name: Of the set.
    """

    development: pd.DataFrame
    test: pd.DataFrame
    repeats: pd.DataFrame
    tokens: pd.DataFrame
    name: str


def load(name: str, size: str, repeats: int = REPEATS) -> Cell:
    """Splits a set with the pipeline's functions and default params, all but the number of rows.

    Args:
        name: One of `SETS` or of `open_sets.OPEN_SETS`. The former hold out a tenth of the development rows for
            validation, beside the rows to train on. The latter have no other labelled rows than those to train on.
        size: One of `SIZES` or of `BETWEEN`. The test and validation rows are the same for all.
        repeats: How many draws; more only add to fewer.

    Raises:
        UserError: If a class has too few rows for the size.
    """
    development, test = parts(name)
    split = _split(name, size).model_copy(update={"repeats": repeats})
    return Cell(development, test, draw_repeats(development, split), _tokens(name), name)


@functools.cache
def vectors(name: str) -> tuple[pd.DataFrame, float]:
    """Gives what the frozen encoder makes of all texts of a set, and the seconds of CPU that took."""
    started = time.process_time()
    return frozen_vectors(_tokens(name), TOKENIZE), time.process_time() - started


@functools.cache
def parts(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gives the development rows of a set and its sealed test rows, `tables.Texts`; they are the same for all sizes."""
    raw = read_samples()[name] if name in SETS else open_sets.read(name)
    drawn = np.sort(np.random.default_rng(SEED).permutation(len(raw))[:ROWS])
    group = {} if name in SETS else {"group_column": None}
    of_set = params("prepare", {"source": f"data/raw/{name}.csv", **group})
    texts, _ = prepare(raw.iloc[drawn].reset_index(drop=True), of_set, None)
    return seal_test(texts, _split(name, "400 rows"))


@functools.cache
def _tokens(name: str) -> pd.DataFrame:
    both = pd.concat(parts(name), ignore_index=True)[["text_id", "text"]]
    tokens, _ = tokenize(both.assign(source_id=both["text_id"]), load_tokenizer(TOKENIZE.preset), TOKENIZE)
    return tokens


def _split(name: str, size: str) -> SplitParams:
    return params("split", (SIZES | BETWEEN)[size] | ({} if name in SETS else {"validation_fraction": 0}))
