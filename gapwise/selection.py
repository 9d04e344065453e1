"""What choosing by the test set costs: the winner's score flatters it."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from gapwise.seeds import derive
from gapwise.uncertainty import Floats, Integers

DRAWS = 1000


def flattery(contributions: Sequence[Floats], groups: Integers, draws: int = DRAWS) -> float:
    """Estimates by how much the test score of a setting is too good, if it was chosen for that score.

    Test rows and repeats are drawn anew with replacement; the setting that wins on the draw is scored on the rows that
    were not drawn. The mean difference between the two is the flattery (Tsamardinos et al. 2018, Bootstrapping the
    Out-of-sample Predictions for Efficient and Accurate Cross-Validation).

    Args:
        contributions: Of each setting, what each row adds to the score in each repeat, more being better, shape
            (repeats, rows).
        groups: Number of each row's group from 0, shape (rows,), at least 2 groups; they are drawn whole.
        draws: Their number.

    Returns:
        In units of the score; near 0 where one setting always wins.
    """
    repeats, rows = contributions[0].shape
    rng = np.random.default_rng(derive(0, "flattery"))
    count = int(groups.max()) + 1
    sizes = np.bincount(groups)
    membership = sparse.csr_array((np.ones(rows), (np.arange(rows), groups)))
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws)
    shares = rng.multinomial(repeats, np.full(repeats, 1 / repeats), size=draws) / repeats
    left = times == 0
    drawn, undrawn = np.empty((2, len(contributions), draws))
    for number, one in enumerate(contributions):
        of_group = shares @ (one @ membership)
        drawn[number] = (of_group * times).sum(axis=1) / (times @ sizes)
        undrawn[number] = (of_group * left).sum(axis=1) / np.maximum(left @ sizes, 1)
    winner = drawn.argmax(axis=0)[None]
    gain = np.take_along_axis(drawn, winner, 0) - np.take_along_axis(undrawn, winner, 0)
    return float(gain[0, left.any(axis=1)].mean())
