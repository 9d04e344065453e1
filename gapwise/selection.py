"""What choosing by the test set costs: the winner's score flatters it."""

from collections.abc import Sequence

import numpy as np

from gapwise.resampling import Draws, Floats, Integers
from gapwise.seeds import derive

SAMPLES = 1000


def flattery(contributions: Sequence[Floats], groups: Integers, samples: int = SAMPLES) -> float:
    """Estimates by how much the test score of a setting is too good, if it was chosen for that score.

    The setting that wins on a draw of test rows and repeats is scored on the rows that were not drawn. The mean
    difference between the two scores is the flattery (Tsamardinos et al. 2018, Bootstrapping the Out-of-sample
    Predictions for Efficient and Accurate Cross-Validation).

    Args:
        contributions: Of each setting, what each row adds to the score in each repeat, more being better, shape
            (repeats, rows).
        groups: Number of each row's group from 0, shape (rows,), at least 2 groups.
        samples: Number of draws.

    Returns:
        In units of the score; near 0 where one setting always wins.
    """
    draws = Draws(groups, len(contributions[0]), samples, np.random.default_rng(derive(0, "flattery")))
    sizes, left = np.bincount(groups), draws.times == 0
    drawn, undrawn = np.empty((2, len(contributions), samples))
    for number, one in enumerate(contributions):
        by_group = draws.by_group(one)
        drawn[number] = (by_group * draws.times).sum(axis=1) / (draws.times @ sizes)
        undrawn[number] = (by_group * left).sum(axis=1) / np.maximum(left @ sizes, 1)
    winner, column = drawn.argmax(axis=0), np.arange(samples)
    return float((drawn[winner, column] - undrawn[winner, column])[left.any(axis=1)].mean())
