"""Settings with predictions made to order, for the tests of comparisons."""

import numpy as np
import pandas as pd

from gapwise.comparing.scored import Candidate
from tests import make


def part_of_table(name, repeat, labels, right, sure):
    """Predictions of one repeat and part."""
    labels, right, sure = np.asarray(labels), np.asarray(right), np.broadcast_to(sure, len(labels))
    says_yes = (labels == "yes") == right
    ids = [f"{name}-{row:04}" for row in range(len(labels))]
    return make.predictions(repeat, name, labels, np.where(says_yes, sure, 1 - sure), ids=ids)


def setting(name, test, *, train=None, validation=None, sure=0.9, params=None, repeats=None):
    """A setting that is right where it is told to be.

    `test`, `train` and `validation` have shape (repeats, rows); `sure` is the probability of the predicted class.
    """
    test = np.asarray(test)
    train = np.ones((len(test), 40), bool) if train is None else np.asarray(train)
    validation = np.ones((len(test), 20), bool) if validation is None else np.asarray(validation)
    tables = []
    for place, repeat in enumerate(range(len(test)) if repeats is None else repeats):
        for part, right in (("test", test), ("train", train), ("validation", validation)):
            labels = np.where(np.arange(right.shape[1]) % 3 == 0, "yes", "no")
            table = part_of_table(part, repeat, labels, right[place], sure)
            own = "" if part == "test" else f"-of-{repeat}"  # each repeat draws rows of its own to train on
            tables.append(table.assign(text_id=table["text_id"] + own))
    return Candidate(name, pd.concat(tables, ignore_index=True), params or {})


def one_by_one(rows):
    """Groups of one test text each."""
    return pd.Series([f"group-{row}" for row in range(rows)], index=[f"test-{row:04}" for row in range(rows)])
