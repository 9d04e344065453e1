"""Are the intervals right where every row is tested once, and how much narrower are they than with one test part?

A world is a small data set of whole groups, drawn from a sample set; everything outside of it tells the truth. The same
data set is used in two ways: in a rotation of `FOLDS` test parts, and with one test part of `HELD_OUT`. What is asked
for is how the networks do in truth that are trained on this data set in this way: the mean over all `TRAINED` repeats
of each test part, of which a comparison sees some.

Four intervals are tried on the same predictions of a rotation:

- crossed: `uncertainty.components`, each network shifted by itself;
- one part: the same with no word of the rotation, as if a repeat shifted all rows at once;
- rows alone: Bayle et al. 2020, the variance over rows of the mean over repeats, which sees no chance in training;
- Nadeau and Bengio 2003: the variance over networks, corrected for training sets that overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.honesty.populations import load
from benchmarks.honesty.worlds import SETTINGS, Population, Rows, predict, some_groups, train
from gapwise.base.seeds import derive
from gapwise.statistics.uncertainty import Components, Floats, components

RESULTS = Path(__file__).parent / "results"
FOLDS, REPEATS, TRAINED = 5, 2, 6
HELD_OUT, SMALLEST_TRAIN = 0.3, 0.9
ROWS = (150, 300, 600)
PAIRS = (("base", "twin"), ("base", "dropout"), ("base", "half"))
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Tested:
    """What a way to test makes of one data set.

    Attributes:
        parts: Rows of the population in each test part.
        right: By setting, 1 where a network is right, of each test part of shape (`TRAINED`, rows of the part).
        truth: By setting, the share of all texts outside that the networks get right.
    """

    parts: list[Rows]
    right: Mapping[str, list[Floats]]
    truth: Mapping[str, float]

    def contributions(self, pair: tuple[str, str], repeats: int) -> tuple[Floats, Rows]:
        """Gives the difference of a pair in the first repeats, shape (repeats, rows), and the part of each row."""
        one, other = (np.concatenate([part[:repeats] for part in self.right[name]], axis=1) for name in pair)
        return other - one, np.repeat(np.arange(len(self.parts)), [len(part) for part in self.parts])


def measure(worlds: int, seed: int) -> None:
    """Draws worlds of each size and sample set, and writes rotation.md and rotation.csv."""
    rows = []
    for population in load():
        for size in ROWS:
            for number in range(worlds):
                rows += _world(population, size, derive(seed, population.name, size, number))
    table = pd.DataFrame(rows, columns=["set", "rows", "pair", "way", "held", "claimed", "width", "truth"])
    write(table)


def write(table: pd.DataFrame) -> None:
    """Writes what came out: the page, and shares and median widths by sample set, size, pair and way."""
    cells = table.groupby(["set", "rows", "pair", "way"], sort=False)
    figures = {
        "held": ("held", "mean"),
        "claimed": ("claimed", "mean"),
        "width": ("width", "median"),
        "data sets": ("held", "size"),
    }
    cells.agg(**figures).reset_index().to_csv(RESULTS / "rotation.csv", index=False, float_format="%.4g")
    (RESULTS / "rotation.md").write_text(report(table), encoding="utf-8")


def _world(population: Population, size: int, seed: int) -> Iterator[tuple[object, ...]]:
    rng = np.random.default_rng(seed)
    everything = np.arange(len(population.labels))
    data = some_groups(population.groups, everything, size, rng)
    outside = np.setdiff1d(everything, data)
    rotation = _test(population, _rotated(population, data, seed), data, outside, seed)
    once = _test(population, _rotated(population, data, seed, round(1 / HELD_OUT))[:1], data, outside, seed)
    for pair in PAIRS:
        for way, (low, high) in _intervals(population, rotation, once, pair).items():
            truth = (once if way == "one held out" else rotation).truth
            difference = truth[pair[1]] - truth[pair[0]]
            yield (
                *(population.name, size, "/".join(pair), way, low <= difference <= high),
                *(not low <= 0 <= high, high - low, difference),
            )


def _rotated(population: Population, data: Rows, seed: int, folds: int = FOLDS) -> list[Rows]:
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed % 2**32)
    return [data[test] for _, test in split.split(data, population.labels[data], population.groups[data])]


def _test(population: Population, parts: list[Rows], data: Rows, outside: Rows, seed: int) -> Tested:
    """Trains `TRAINED` networks beside each test part, all on as many rows."""
    rng = np.random.default_rng(derive(seed, len(parts)))
    rest = [np.setdiff1d(data, part) for part in parts]
    each = int(SMALLEST_TRAIN * min(len(pool) for pool in rest))
    drawn = np.stack([rng.choice(pool, each, replace=False) for pool in rest for _ in range(TRAINED)])
    right, truth = {}, {}
    for name in sorted({name for pair in PAIRS for name in pair}):
        weights = train(population, drawn, SETTINGS[name], derive(seed, SETTINGS[name].twin))
        truth[name] = float((_guesses(population, outside, weights) == population.labels[outside]).mean())
        right[name] = [
            (_guesses(population, part, weights)[number * TRAINED :][:TRAINED] == population.labels[part]).astype(float)
            for number, part in enumerate(parts)
        ]
    return Tested(parts, right, truth)


def _guesses(population: Population, rows: Rows, weights: tuple[Floats, Floats]) -> Rows:
    return (predict(population.vectors[rows], weights) > 0.5).astype(np.intp)


def _intervals(
    population: Population, rotation: Tested, once: Tested, pair: tuple[str, str]
) -> dict[str, tuple[float, float]]:
    seen, part = rotation.contributions(pair, REPEATS)
    groups = _groups(population, rotation)
    held_out, _ = once.contributions(pair, TRAINED)
    all_seen, _ = rotation.contributions(pair, TRAINED)
    return {
        "crossed": _of(components(seen, groups, "accuracy", folds=part)),
        "one part": _of(components(seen, groups, "accuracy")),
        "rows alone": _of_rows(seen, groups),
        "Nadeau and Bengio": _of_networks(seen, part),
        "crossed, all repeats": _of(components(all_seen, groups, "accuracy", folds=part)),
        "one held out": _of(components(held_out, _groups(population, once), "accuracy")),
    }


def _groups(population: Population, tested: Tested) -> Rows:
    return np.unique(population.groups[np.concatenate(tested.parts)], return_inverse=True)[1]


def _of(parts: Components) -> tuple[float, float]:
    return parts.uncertainty().interval(CONFIDENCE)


def _of_rows(seen: Floats, groups: Rows) -> tuple[float, float]:
    sums = np.bincount(groups, seen.mean(axis=0) - seen.mean())
    error = float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / seen.shape[1])
    half = error * float(stats.t.ppf((1 + CONFIDENCE) / 2, len(sums) - 1))
    return float(seen.mean()) - half, float(seen.mean()) + half


def _of_networks(seen: Floats, part: Rows) -> tuple[float, float]:
    means = np.array([[of_repeat[part == one].mean() for one in np.unique(part)] for of_repeat in seen]).ravel()
    error = float(means.std(ddof=1) * np.sqrt(1 / len(means) + 1 / (FOLDS - 1)))
    half = error * float(stats.t.ppf((1 + CONFIDENCE) / 2, len(means) - 1))
    return float(means.mean()) - half, float(means.mean()) + half


def report(table: pd.DataFrame) -> str:
    """Writes what came out as Markdown."""
    by_size = table.pivot_table(index=["way"], columns="rows", values="held", sort=False)
    same = table[table["pair"] == "/".join(PAIRS[0])].pivot_table(
        index=["way"], columns="rows", values="claimed", sort=False
    )
    widths = table.pivot_table(index="way", columns="rows", values="width", aggfunc="median", sort=False)
    narrower = widths.loc["one held out"] / widths.loc[["crossed", "crossed, all repeats"]]
    by_pair = table[table["way"] == "crossed"].pivot_table(index="pair", columns="rows", values="held", sort=False)
    ways = table["way"].nunique()
    worlds = len(table) // (ways * len(PAIRS))
    return "\n\n".join(
        [
            "# Every row tested once",
            f"Made by `python -m benchmarks.honesty rotation`: {worlds} data sets of {table['set'].nunique()} sample "
            f"sets. A rotation has {FOLDS} test parts and {REPEATS} repeats of each, {FOLDS * REPEATS} networks; with "
            f"all repeats it has {TRAINED} of each. One held-out part has {HELD_OUT:.0%} of the same rows and "
            f"{TRAINED} repeats.",
            "## Coverage: does the 95 % interval hold the true difference?",
            by_size.to_markdown(floatfmt=".3f"),
            "By pair, crossed:",
            by_pair.to_markdown(floatfmt=".3f"),
            "## A/A: one setting, two seeds",
            "Share of data sets in which one of the two is called better. It should be at most 0.05.",
            same.to_markdown(floatfmt=".3f"),
            "## How wide is the interval, in the median?",
            widths.to_markdown(floatfmt=".4f"),
            "Width with one held-out part, over that of the rotation:",
            narrower.to_markdown(floatfmt=".2f"),
            "",
        ]
    )
