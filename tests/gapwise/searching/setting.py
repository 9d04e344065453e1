"""Scores made to order, for the tests of a race."""

import numpy as np

from gapwise.searching.plan import Look
from gapwise.searching.race import run_race


def scores(means, repeats=4, rows=50, noise=0.1, seed=0):
    """Of settings that truly have these means: rows are shared, and each setting has noise of its own."""
    rng = np.random.default_rng(seed)
    of_rows = rng.normal(0, 1, (repeats, rows))
    return {name: list(mean + of_rows + rng.normal(0, noise, (repeats, rows))) for name, mean in means.items()}


def race(means, looks, **chance):
    """A race of settings that truly have these means, the default first."""
    made = scores(means, looks[-1][0], **chance)
    found = [Look(*look) for look in looks]
    return run_race(list(means), found, lambda names, repeats: {name: made[name][:repeats] for name in names})
