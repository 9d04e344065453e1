"""Random draws that keep the class shares: of whole groups, and of single rows."""

from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RESTARTS = 9


class _Goal(NamedTuple):
    """What a draw should hold.

    Attributes:
        rows: Rows of each class, then of all.
        most: Groups of each class that may be drawn, so that enough are left; the fewest are 1.
    """

    rows: list[int]
    most: list[int]

    def cost(self, drawn: list[int]) -> tuple[int, int]:
        """Groups of a class too few or too many, which weigh first; then rows too few or too many."""
        groups = drawn[len(self.rows) :]
        wrong = sum(abs(count - min(max(count, 1), most)) for count, most in zip(groups, self.most, strict=True))
        return wrong, sum(abs(goal - count) for goal, count in zip(self.rows, drawn, strict=False))


def draw_groups(rows: pd.DataFrame, fraction: float, spare: int, seed: int) -> list[str] | None:
    """Draws whole groups that hold about a fraction of the rows, of each class and in all.

    scikit-learn's StratifiedGroupKFold draws 1/k of the rows only. Here groups come in random order, and each is
    taken or put back whenever that brings the draw nearer to its goal, until no single group would; the best of a few
    such searches is kept. With one row per group this is an ordinary stratified draw.

    Args:
        rows: Columns `group` and `label`; at least `spare` + 1 groups of each class.
        fraction: Share of the rows to draw, above 0 and below 1.
        spare: Groups of each class that must be left, 1 or more.
        seed: 0 or more. The order of `rows` has no influence.

    Returns:
        The names of the drawn groups; None if no draw was found that has every class and leaves `spare` groups of it.
    """
    sizes = pd.crosstab(rows["group"], rows["label"])
    counts = sizes.to_numpy()
    present = counts > 0
    ledger = np.column_stack([counts, counts.sum(axis=1), present]).tolist()
    seats = _seats(counts.sum(axis=0), fraction)
    goal = _Goal([*seats.tolist(), int(seats.sum())], (present.sum(axis=0) - spare).tolist())
    rng = np.random.default_rng(seed)
    best = _search(ledger, goal, rng)
    for _ in range(RESTARTS):
        if best[0] == (0, 0):
            break
        best = min(best, _search(ledger, goal, rng), key=itemgetter(0))
    (wrong, _), taken = best
    return None if wrong else sizes.index[taken].tolist()


def _seats(sizes: NDArray[np.int64], fraction: float) -> NDArray[np.int64]:
    """Rows of each class, 1 or more, that make up the fraction of all rows by largest remainders."""
    exact = fraction * sizes
    seats: NDArray[np.int64] = np.maximum(np.floor(exact).astype(np.int64), 1)
    short = max(0, round(fraction * int(sizes.sum())) - int(seats.sum()))
    seats[np.argsort(seats - exact, kind="stable")[:short]] += 1
    return seats


def _search(ledger: list[list[int]], goal: _Goal, rng: np.random.Generator) -> tuple[tuple[int, int], list[bool]]:
    """One draw from a random start; a line of the ledger is what a group adds to the counts of `goal`."""
    taken = [False] * len(ledger)
    drawn = [0] * len(ledger[0])
    cost = goal.cost(drawn)
    improving = True
    while improving:
        improving = False
        for group in rng.permutation(len(ledger)).tolist():
            sign = -1 if taken[group] else 1
            moved = [count + sign * change for count, change in zip(drawn, ledger[group], strict=True)]
            if goal.cost(moved) < cost:
                drawn, cost = moved, goal.cost(moved)
                taken[group] = not taken[group]
                improving = True
    return cost, taken


def stratified_order(labels: pd.Series, seed: int) -> pd.Index:
    """Orders rows at random so that every beginning of the order has the class shares of the whole.

    A beginning holds the seats that Webster's method (1832) gives each class, with one for each class first. Unlike
    largest remainders, a longer beginning never holds fewer rows of a class.

    Args:
        labels: Class of each row, indexed by a unique id.
        seed: 0 or more.

    Returns:
        The index of `labels` in this order.
    """
    shuffled = labels.iloc[np.random.default_rng(seed).permutation(len(labels))]
    rank = shuffled.groupby(shuffled).cumcount()
    share = (rank + 0.5) / shuffled.map(shuffled.value_counts())
    return share.where(rank > 0, 0).sort_values(kind="stable").index
