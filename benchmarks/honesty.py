"""Is a verdict as honest as it says? Measured in worlds where the truth is known.

Four questions; honesty_report.py asks them all and writes the answers down:

1. A/A: two runs of one setting that differ only in the seed. How often is one called better or worse, by Gapwise and by
   the customs of the field?
2. Coverage: how often does the 95 % interval hold the true difference?
3. Power: on as many test rows as `plan` asks for, how often is the difference found?
4. Shares: the one thing that is taken from elsewhere, a repeat's shift as a share of its noise, set by set.

A world is a pool of texts, repeats trained on draws from it, and a test set drawn from all texts outside: worlds.py.
The truth is the mean over all repeats trained on this pool, on all texts outside it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.worlds import Pool
from gapwise.contrasts import Question, verdict
from gapwise.contributions import CONTRIBUTIONS
from gapwise.planning import plan
from gapwise.seeds import derive
from gapwise.uncertainty import Uncertainty, components

Size = tuple[int, int]  # repeats and test rows
CONFIDENCE, MARGIN = 0.95, 0.005
REPEATS, ROWS = (2, 5, 10), (100, 300, 1000)
SIZES = tuple(itertools.product(REPEATS, ROWS))
PAIRS = [
    ("base", "twin"),
    ("base", "dropout"),
    ("base", "l2"),
    ("base", "slow"),
    ("base", "wild"),
    ("base", "half"),
    ("base", "quarter"),
    ("wild", "quarter"),
]


@dataclass(frozen=True)
class World:
    """One draw: which repeats were run, and which texts were in the test set, in which groups."""

    pool: Pool
    repeats: np.ndarray
    texts: np.ndarray
    groups: np.ndarray

    def contributions(self, setting: str, score: str = "accuracy") -> np.ndarray:
        """Of every row to a score, shape (repeats, rows)."""
        return CONTRIBUTIONS[score](self.pool.predicted(setting, self.repeats, self.texts))

    def difference(self, pair: tuple[str, str], score: str = "accuracy") -> Uncertainty:
        """What Gapwise makes of the second setting less the first."""
        contributions = self.contributions(pair[1], score) - self.contributions(pair[0], score)
        return components(contributions, self.groups, score).uncertainty()


def worlds(pool: Pool, repeats: int, rows: int, count: int, seed: int) -> Iterator[World]:
    """Draws worlds of a pool."""
    rng = np.random.default_rng(derive(seed, pool.name, repeats, rows))
    trained = len(pool.probabilities["base"])
    for _ in range(count):
        yield World(pool, rng.choice(trained, repeats, replace=False), *pool.draw_test(rows, rng))


def same_setting(pools: Sequence[Pool], count: int, seed: int, sizes: Sequence[Size] = SIZES) -> pd.DataFrame:
    """Draws worlds with two seeds of one setting: one row per world, `claimed` by each way to decide."""
    rows = []
    for number, pool in enumerate(pools):
        for repeats, size in sizes:
            for world in worlds(pool, repeats, size, count, derive(seed, "same")):
                claims = {f"Gapwise, {score}": _claimed(world, score) for score in CONTRIBUTIONS}
                claims |= _customs(world.contributions("base"), world.contributions("twin"))
                rows += [(pool.name, number, repeats, size, way, claim) for way, claim in claims.items()]
    return pd.DataFrame(rows, columns=["set", "pool", "repeats", "rows", "way", "claimed"])


def _claimed(world: World, score: str) -> bool:
    difference = world.difference(("base", "twin"), score)
    question = Question(score, MARGIN, CONFIDENCE, world.groups)
    return verdict(difference, difference.p_value(), question) in ("better", "worse")


def _customs(one: np.ndarray, other: np.ndarray) -> dict[str, bool]:
    """What is usually done with the accuracies of two settings, each of shape (repeats, rows)."""
    first, second = one.mean(axis=1), other.mean(axis=1)
    spread = (second - first).std(ddof=1)
    lost, won = int((one[0] > other[0]).sum()), int((one[0] < other[0]).sum())
    return {
        "one seed, the larger number wins": first[0] != second[0],
        "mean over seeds, the larger number wins": first.mean() != second.mean(),
        "paired t-test over seeds": spread > 0 and stats.ttest_1samp(second - first, 0).pvalue < 1 - CONFIDENCE,
        "McNemar's test on one seed": lost + won > 0 and stats.binomtest(lost, lost + won).pvalue < 1 - CONFIDENCE,
    }


def coverage(
    pools: Sequence[Pool], count: int, seed: int, scores: Sequence[str] = ("accuracy",), sizes: Sequence[Size] = SIZES
) -> pd.DataFrame:
    """Draws worlds for every pair of settings: one row per world, `held` says whether the interval holds the truth."""
    rows = []
    for number, pool in enumerate(pools):
        everything = World(pool, np.arange(len(pool.probabilities["base"])), np.arange(len(pool.labels)), pool.groups)
        for score, pair in itertools.product(scores, PAIRS):
            truth = everything.contributions(pair[1], score).mean() - everything.contributions(pair[0], score).mean()
            for repeats, size in sizes:
                for world in worlds(pool, repeats, size, count, derive(seed, "coverage", score, *pair)):
                    low, high = world.difference(pair, score).interval(CONFIDENCE)
                    held = low <= truth <= high
                    rows.append((pool.name, number, score, "/".join(pair), repeats, size, truth, high - low, held))
    return pd.DataFrame(rows, columns=["set", "pool", "score", "pair", "repeats", "rows", "truth", "width", "held"])


def power(pools: Sequence[Pool], count: int, seed: int, *, most_rows: int = 6000) -> pd.DataFrame:
    """Plans for a known difference from 100 test rows, then draws as many as planned: `found` if the verdict is right.

    Differences for which 100 rows are enough, or `most_rows` too few, are left out.
    """
    rows = []
    for number, pool in enumerate(pools):
        everything = World(pool, np.arange(len(pool.probabilities["base"])), np.arange(len(pool.labels)), pool.groups)
        for pair, repeats in itertools.product(PAIRS[1:], REPEATS):
            truth = everything.contributions(pair[1]).mean() - everything.contributions(pair[0]).mean()
            for place, world in enumerate(worlds(pool, repeats, 100, count, derive(seed, "power", *pair))):
                setting = components(world.contributions(pair[0]), world.groups, "accuracy")
                planned = plan(setting, abs(truth), CONFIDENCE, [], []).needed_test_rows
                if planned is None or not 100 < planned <= most_rows:
                    continue
                (real,) = worlds(pool, repeats, planned, 1, derive(seed, "real", place, *pair))
                difference = real.difference(pair)
                question = Question("accuracy", 0.0, CONFIDENCE, real.groups)
                found = verdict(difference, difference.p_value(), question) == ("better" if truth > 0 else "worse")
                rows.append((pool.name, number, "/".join(pair), repeats, planned, truth, found))
    return pd.DataFrame(rows, columns=["set", "pool", "pair", "repeats", "rows", "truth", "found"])


def shares(pools: Sequence[Pool]) -> pd.DataFrame:
    """Measures a repeat's shift as a share of its noise, from all repeats and texts of a pool: one row per pair."""
    rows = []
    for number, pool in enumerate(pools):
        everything = World(pool, np.arange(len(pool.probabilities["base"])), np.arange(len(pool.labels)), pool.groups)
        for score, pair in itertools.product(CONTRIBUTIONS, PAIRS):
            share = usual_share(everything.contributions(pair[1], score) - everything.contributions(pair[0], score))
            rows.append((pool.name, number, score, "/".join(pair), share))
    return pd.DataFrame(rows, columns=["set", "pool", "score", "pair", "share"])


def usual_share(contributions: np.ndarray) -> float:
    """Estimates the share by the method of moments from many repeats, shape (repeats, rows)."""
    repeats, rows = contributions.shape
    of_repeat, of_row = contributions.mean(axis=1, keepdims=True), contributions.mean(axis=0, keepdims=True)
    residual = contributions - of_repeat - of_row + contributions.mean()
    noise = (residual**2).sum() / ((repeats - 1) * (rows - 1))
    return float((of_repeat.var(ddof=1) - noise / rows) / noise)


def rate(table: pd.DataFrame, what: str, by: list[str]) -> pd.DataFrame:
    """Gives a share by group, with twice its standard error; worlds of one pool count as drawn together."""
    of_pool = table.groupby(list(dict.fromkeys([*by, "set", "pool"])))[what].agg(["sum", "count"]).reset_index()

    def summarize(rows: pd.DataFrame) -> pd.Series:
        share = rows["sum"].sum() / rows["count"].sum()
        deviations = rows["sum"] - share * rows["count"]
        clusters = len(rows)
        error = np.sqrt((deviations**2).sum() * clusters / max(clusters - 1, 1)) / rows["count"].sum()
        return pd.Series({"share": share, "error": 2 * error, "worlds": int(rows["count"].sum())})

    return of_pool.groupby(by).apply(summarize, include_groups=False).reset_index()
