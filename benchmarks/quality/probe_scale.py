"""Measures how to scale vectors for a linear probe.

A scale for each feature, as is usual, or one for all of them, as `head_init: probe` has it. On all sets and sizes of
the quality benchmark; the penalty is chosen on validation in both.
"""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from benchmarks.quality.sets import REPEATS, SETS, SIZES, Cell, load, vectors
from gapwise.base.predictions import tabulate
from gapwise.base.tables import parts_of
from gapwise.encoding import probe
from gapwise.scoring.summary import scores

Scaled = Callable[[NDArray[np.float64]], NDArray[np.float64]]
TABLE = Path(__file__).parent / "results" / "probe-scale.csv"


def each_feature(train: NDArray[np.float64]) -> Scaled:
    transform: Scaled = StandardScaler().fit(train).transform
    return transform


def one_for_all(train: NDArray[np.float64]) -> Scaled:
    mean, scale = train.mean(axis=0), np.sqrt(train.var(axis=0).mean())
    return lambda rows: (rows - mean) / scale


WAYS = {"each feature": each_feature, "one for all": one_for_all}


def measure() -> None:
    """Measures all sets at all sizes, and writes the table of means over repeats."""
    tables = [_cell(load(name, size)).assign(set=name, size=size) for size, name in product(SIZES, SETS)]
    means = pd.concat(tables).groupby(["size", "set", "way"], sort=False)[["accuracy", "log_loss"]].mean().reset_index()
    means.to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


def _cell(cell: Cell) -> pd.DataFrame:
    """Fits every repeat both ways; gives test scores, one row per way and repeat."""
    found, _ = vectors(cell.name)
    names = sorted(cell.development["label"].unique())
    rows = []
    for repeat in range(REPEATS):
        parts = parts_of(cell.repeats, repeat)
        texts = cell.development.set_index("text_id", drop=False)
        train, validation = (texts.loc[parts.index[parts == part]] for part in ("train", "validation"))
        for way, fit in WAYS.items():
            scaled = fit(found.loc[train["text_id"]].to_numpy(float))
            vectors_of = [scaled(found.loc[part["text_id"]].to_numpy(float)) for part in (train, validation, cell.test)]
            labels = [part["label"].to_numpy(object) for part in (train, validation)]
            model = probe.fit(vectors_of[0], labels[0], vectors_of[1], labels[1])
            predicted = tabulate(cell.test, names, model.predict_proba(vectors_of[2]))
            rows.append({"way": way, "repeat": repeat, **scores(predicted.assign(repeat=repeat))})
    return pd.DataFrame(rows)
