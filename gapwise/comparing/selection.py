"""What choosing by the test set costs: the optimism of the winner's score (Efron 1983)."""

from collections.abc import Sequence

import numpy as np

from gapwise.base.seeds import derive
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import Floats, Integers, by_group

SAMPLES = 20_000


def optimism(contributions: Sequence[Floats], groups: Integers, score: str, folds: int = 1) -> float:
    """Estimates by how much the test score of a setting is too good, if it was chosen for that score.

    Settings share rows and repeats, so their luck is drawn together, with the covariance that they show. The luck of
    those that win is the optimism. The observed spread of the settings' scores is shrunk by the part that noise
    explains (Louis 1984, Estimating a Population of Parameter Values Using Bayes and Empirical Bayes Methods).

    Args:
        contributions: Of each setting, at least 2, what each row adds to the score in each repeat, more being better,
            shape (repeats, rows).
        groups: Number of each row's group from 0, shape (rows,), at least 2 groups.
        score: One of `METRICS`.
        folds: Test parts of a rotation.

    Returns:
        In units of the score; near 0 where one setting always wins.
    """
    seen = np.array([one.mean() for one in contributions])
    luck = _covariance(np.stack(contributions) - seen[:, None, None], groups, score, folds)
    by_luck = (np.trace(luck) - luck.mean() * len(seen)) / (len(seen) - 1)
    spread = seen.var(ddof=1)
    kept = np.sqrt(max(1 - by_luck / spread, 0)) if spread else 0.0
    rng = np.random.default_rng(derive(0, "optimism"))
    drawn = rng.multivariate_normal(np.zeros(len(seen)), luck, SAMPLES, method="eigh")
    winner = (kept * (seen - seen.mean()) + drawn).argmax(axis=1)
    return float(drawn[np.arange(SAMPLES), winner].mean())


def _covariance(deviations: Floats, groups: Integers, score: str, folds: int) -> Floats:
    """Covariance of means over shape (settings, repeats, rows), in the manner of `uncertainty.components`."""
    of_cell = by_group(deviations, groups)
    _, repeats, count = of_cell.shape
    of_group = of_cell.mean(axis=1)
    between = of_group @ of_group.T / (count - 1)
    residual = of_cell - of_group[:, None]
    residual = residual - residual.mean(axis=2, keepdims=True)
    noise = np.tensordot(residual, residual, ([1, 2], [1, 2])) / max((repeats - 1) * (count - 1), 1)
    per_group = len(groups) / count
    share = METRICS[score].usual_share * per_group
    return np.asarray(between / count + share * (noise if repeats > 1 else between) / (repeats * folds))
