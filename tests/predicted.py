"""Predictions of a small classifier that is not there: drawn, with the parts that the pipeline gives them."""

import numpy as np
import pandas as pd

from tests import make

SIZES = {"train": 60, "validation": 30, "test": 120}


def predictions(accuracy, seed, classes=("bad", "good"), repeats=3):
    """`tables.Predictions` of the same texts for every accuracy and seed; train is predicted at 0.95."""
    rng = np.random.default_rng(seed)
    tables = []
    for repeat in range(repeats):
        for part, size in SIZES.items():
            place = np.arange(size) + (0 if part == "test" else 1000 * (repeat + 1)) + 500 * (part == "train")
            actual = place % len(classes)
            right = rng.random(size) < (0.95 if part == "train" else accuracy)
            guess = np.where(right, actual, (actual + 1) % len(classes))
            sure = rng.uniform(0.6, 0.99, size)[:, None]
            probabilities = np.where(guess[:, None] == range(len(classes)), sure, (1 - sure) / (len(classes) - 1))
            ids = [f"{number:016x}" for number in place]
            labels = np.array(classes)[actual]
            tables.append(make.predictions(repeat, part, labels, probabilities, classes=classes, ids=ids))
    return pd.concat(tables, ignore_index=True)


def epochs(repeats=3, last=4):
    """Losses by epoch, see `curves.by_epoch`; each repeat stops an epoch sooner than the one before."""
    return pd.DataFrame(
        {
            "repeat": repeat,
            "epoch": epoch,
            "part": part,
            "log_loss": start / epoch + 0.01 * repeat,
            "kept": int(epoch == 2),
        }
        for repeat in range(repeats)
        for epoch in range(1, last + 1 - repeat)
        for part, start in (("train", 0.7), ("validation", 0.8))
    )
