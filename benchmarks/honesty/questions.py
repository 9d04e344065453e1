"""Is a verdict as honest as it says? Measured in worlds where the truth is known.

Four questions; report.py asks them all and writes the answers down:

1. A/A: two runs of one setting that differ only in the seed. How often is one called better or worse, by Gapwise and by
   the customs of the field?
2. Coverage: how often does the 95 % interval hold the true difference?
3. Power: on as many test rows as `plan` asks for, how often is the difference found?
4. Priors: what is taken from elsewhere, a repeat's shift as a share of its noise, and what `plan` supposes of a setting
   that has not run yet.

A world is a pool of texts, repeats trained on draws from it, and a test set drawn from all texts outside: worlds.py.
The truth is the mean over all repeats trained on this pool, on all texts outside it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.honesty.worlds import Pool
from gapwise.base.seeds import derive
from gapwise.comparing.figures import Verdict
from gapwise.comparing.verdicts import Question, verdict
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.planning import detectable_difference, plan
from gapwise.statistics.uncertainty import Components, Uncertainty, components

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
    ("base", "short"),
    ("base", "eighth"),
    ("base", "strong"),
]
# Differences that a plan is tried on need this many test rows. Most others need more than there are, or 100 do.
PLANNED = (150, 6000)


@dataclass(frozen=True)
class World:
    """One draw: which repeats were run, and which texts were in the test set, in which groups."""

    pool: Pool
    repeats: np.ndarray
    texts: np.ndarray
    groups: np.ndarray

    def contributions(self, setting: str, score: str = "accuracy") -> np.ndarray:
        """Of every row to a score, shape (repeats, rows)."""
        return METRICS[score].contribution(self.pool.predicted(setting, self.repeats, self.texts))

    def difference(self, pair: tuple[str, str], score: str = "accuracy") -> Uncertainty:
        """What Gapwise makes of the second setting less the first."""
        one, other = (self.pool.predicted(setting, self.repeats, self.texts) for setting in pair)
        contributions = METRICS[score].contribution(other) - METRICS[score].contribution(one)
        added = METRICS[score].bias(other) - METRICS[score].bias(one)
        return components(contributions, self.groups, score, added).uncertainty()


def worlds(pool: Pool, repeats: int, rows: int, count: int, seed: int) -> Iterator[World]:
    """Draws worlds of a pool."""
    rng = np.random.default_rng(derive(seed, pool.name, repeats, rows))
    trained = len(pool.probabilities["base"])
    for _ in range(count):
        yield World(pool, rng.choice(trained, repeats, replace=False), *pool.draw_test(rows, rng))


def _everything(pool: Pool) -> World:
    """Gives the world of all repeats and texts of a pool, in which the truth is."""
    return World(pool, np.arange(len(pool.probabilities["base"])), np.arange(len(pool.labels)), pool.groups)


def same_setting(pools: Sequence[Pool], count: int, seed: int, sizes: Sequence[Size] = SIZES) -> pd.DataFrame:
    """Draws worlds with two seeds of one setting: one row per world, `claimed` by each way to decide."""
    rows = []
    for number, pool in enumerate(pools):
        for repeats, size in sizes:
            for world in worlds(pool, repeats, size, count, derive(seed, "same")):
                verdicts = {score: _verdict(world, ("base", "twin"), score, MARGIN) for score in METRICS}
                claims = {f"Gapwise, {score}": found in ("better", "worse") for score, found in verdicts.items()}
                claims |= _customs(world.contributions("base"), world.contributions("twin"))
                rows += [(pool.name, number, repeats, size, way, claim) for way, claim in claims.items()]
    return pd.DataFrame(rows, columns=["set", "pool", "repeats", "rows", "way", "claimed"])


def _verdict(world: World, pair: tuple[str, str], score: str, margin: float) -> Verdict:
    difference = world.difference(pair, score)
    return verdict(difference, difference.p_value(), Question(score, margin, CONFIDENCE, world.groups))


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
        everything = _everything(pool)
        for score, pair in itertools.product(scores, PAIRS):
            truth = everything.contributions(pair[1], score).mean() - everything.contributions(pair[0], score).mean()
            for repeats, size in sizes:
                for world in worlds(pool, repeats, size, count, derive(seed, "coverage", score, *pair)):
                    low, high = world.difference(pair, score).interval(CONFIDENCE)
                    held = low <= truth <= high
                    rows.append((pool.name, number, score, "/".join(pair), repeats, size, truth, high - low, held))
    return pd.DataFrame(rows, columns=["set", "pool", "score", "pair", "repeats", "rows", "truth", "width", "held"])


def power(pools: Sequence[Pool], count: int, seed: int) -> pd.DataFrame:
    """Plans for a known difference from 100 test rows, then draws as many as planned: `found` if the verdict is right.

    The differences are those for which a plan that knew all texts and repeats would ask for `PLANNED` rows. Where the
    plan from 100 rows holds no number for enough, nothing is drawn, and `rows` is missing.
    """
    rows = []
    for number, pool in enumerate(pools):
        everything = _everything(pool)
        for pair, repeats in itertools.product(PAIRS[1:], REPEATS):
            whole = components(everything.contributions(pair[0]), everything.groups, "accuracy")
            truth = everything.contributions(pair[1]).mean() - whole.value
            if not _within_reach(replace(whole, repeats=repeats), abs(truth)):
                continue
            for place, world in enumerate(worlds(pool, repeats, 100, count, derive(seed, "power", *pair))):
                setting = components(world.contributions(pair[0]), world.groups, "accuracy")
                planned = plan(setting, abs(truth), CONFIDENCE, [], []).needed_test_rows
                found = None
                if planned is not None:
                    (real,) = worlds(pool, repeats, planned, 1, derive(seed, "real", place, *pair))
                    found = _verdict(real, pair, "accuracy", 0.0) == ("better" if truth > 0 else "worse")
                rows.append((pool.name, number, "/".join(pair), repeats, planned, truth, found))
    return pd.DataFrame(rows, columns=["set", "pool", "pair", "repeats", "rows", "truth", "found"])


def _within_reach(setting: Components, difference: float) -> bool:
    low, high = (detectable_difference(setting, CONFIDENCE, rows=rows) for rows in PLANNED)
    return high <= difference <= low


def supposed(pools: Sequence[Pool]) -> pd.DataFrame:
    """Measures what `plan` has to suppose, `planning.PAIRED` and `CONCENTRATION`: one row per pair and pool.

    Only differences of a point or more: smaller ones have hardly any rows of their own.
    """
    rows = []
    for number, pool in enumerate(pools):
        everything = _everything(pool)
        for pair in PAIRS[1:]:
            one, other = (everything.contributions(setting) for setting in pair)
            alone = components(one, everything.groups, "accuracy")
            both = components(other - one, everything.groups, "accuracy")
            if abs(both.value) >= 0.01:
                of_rows = both.of_rows * both.rows / both.groups
                figures = (both.value, both.noise / (2 * alone.noise), of_rows / abs(both.value))
                rows.append((pool.name, number, "/".join(pair), *figures))
    return pd.DataFrame(rows, columns=["set", "pool", "pair", "truth", "paired", "concentration"])


def shares(pools: Sequence[Pool]) -> pd.DataFrame:
    """Measures a repeat's shift as a share of its noise, from all repeats and texts of a pool: one row per pair."""
    rows = []
    for number, pool in enumerate(pools):
        everything = _everything(pool)
        for score, pair in itertools.product(METRICS, PAIRS):
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
