"""How often does the 95 % interval of a forecast hold the truth, how wide is it, and how far off is its middle?

Two kinds of worlds. In those of worlds.py a learner is trained on draws from a sample set, and the rest of its curve is
known because it was trained too. In those drawn here the curve is a law with known parameters.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.curve.ways import WAYS, Seen, Way
from benchmarks.curve.worlds import World
from gapwise.base.seeds import derive
from gapwise.forecasting.power_law import bend

SCORES = ("accuracy", "macro_f1", "log_loss")
# Repeats and test rows.
VIEWS = ((2, 100), (5, 100), (5, 300), (10, 300), (5, 1000))
COLUMNS = [
    "set",
    "pool",
    "learner",
    "size",
    "repeats",
    "rows",
    "score",
    "way",
    "times",
    "value",
    "low",
    "high",
    "truth",
]


def forecasts(world: World, pool: int, size: int, count: int, seed: int) -> Iterator[tuple[object, ...]]:
    """Draws views of a world and forecasts what comes: one row for each view, score, way and end, see `COLUMNS`."""
    for repeats, rows in VIEWS:
        rng = np.random.default_rng(derive(seed, world.name, world.learner, pool, size, repeats, rows))
        for _ in range(count):
            chosen = rng.choice(world.probabilities.shape[1], repeats, replace=False)
            texts, groups = world.draw_test(rows, rng)
            for score in SCORES:
                seen = Seen(world.rows.astype(float), world.contributions(score, chosen, texts), groups, score)
                gains = world.truths[score][1:] - world.truths[score][0]
                start = (world.name, pool, world.learner, size, repeats, rows, score)
                for way, times, found, gain in _asked(seen, world.later, gains, WAYS):
                    yield (*start, way, times, *found, gain)


def _asked(
    seen: Seen, later: Sequence[float], gains: np.ndarray, ways: Mapping[str, Way]
) -> Iterator[tuple[str, float, tuple[float, float, float], float]]:
    for name, way in ways.items():
        for end, found, gain in zip(later, way(seen, later), gains, strict=True):
            yield name, round(end / seen.rows[-1], 1), found, float(gain)


def known_laws(count: int, seed: int) -> pd.DataFrame:
    """Draws curves whose law is known, and right and wrong answers on them; one row as of `forecasts`.

    A text has a difficulty of its own, a repeat a shift of its own, and the rest is chance: the score of a repeat on a
    text is 1 where the score that the law gives to the size, its shift included, is above a mixture of both.
    """
    rows = []
    for exponent in (-0.5, 0.0, 0.5, 1.0):
        for repeats, texts in VIEWS:
            rng = np.random.default_rng(derive(seed, "law", str(exponent), repeats, texts))
            for number in range(count):
                seen, later, gains = draw_known(exponent, repeats, texts, rng)
                start = (f"exponent {exponent:g}", number, "known", int(seen.rows[-1]), repeats, texts, "accuracy")
                rows += [
                    (*start, way, times, *found, gain) for way, times, found, gain in _asked(seen, later, gains, WAYS)
                ]
    return pd.DataFrame(rows, columns=COLUMNS)


def draw_known(
    exponent: float, repeats: int, texts: int, rng: np.random.Generator
) -> tuple[Seen, list[float], np.ndarray]:
    """Draws a curve with a known law as a number of repeats see it on a number of texts.

    Args:
        exponent: Of the law.
        repeats: To draw.
        texts: To draw, each its own group.
        rng: Draws everything.

    Returns:
        What is seen, the rows beyond, and the true gains there.
    """
    rows = np.array([50.0, 100.0, 200.0, 400.0])
    later = [600.0, 800.0]
    level, change = rng.uniform(0.55, 0.7), rng.uniform(0.05, 0.2)
    bends = np.array([bend(at, np.array([exponent]), rows[0], rows[-1])[0] for at in [*rows, *later]])
    scores = level + change * bends
    shifts = 0.1 * np.cumsum(rng.normal(size=(2, repeats, int(rows[-1]))), axis=2)[:, :, rows.astype(int) - 1] / rows
    difficulty, chance = rng.random(texts), rng.random((len(rows), repeats, texts))
    # Three of four answers depend on the text alone, so that texts are easy or hard in all repeats.
    by_text = rng.random((repeats, texts)) < 0.75
    mark = np.where(by_text, difficulty, chance)
    right = mark < (scores[: len(rows), None] + shifts[0].T)[..., None]
    return Seen(rows, right.astype(float), np.arange(texts), "accuracy"), later, scores[len(rows) :] - scores[3]
