"""Worlds in which the rest of a learning curve is known: labelled rows, test rows, and more labels that come later.

The groups of a sample set are dealt to two sides. The pool of labelled rows, and what will be labelled later, come from
the one; test rows from the other. A repeat sets a tenth of the pool aside, as for validation, and trains on nested
draws of what is left. The truth of a number of rows is the mean over many repeats of it, on all rows of the test side;
beyond the pool, each repeat adds other rows to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.honesty import worlds as heads
from benchmarks.honesty.worlds import Head, Population, Rows
from gapwise.base.seeds import derive
from gapwise.statistics.metrics import METRICS, Predicted

Floats = NDArray[np.float64]
# Fits each row of numbers (repeats, rows) and gives the probabilities of class 1 for the texts asked for.
Learner = Callable[[Population, Rows, Rows, int], Floats]

HELD_OUT = 0.1  # of the pool
SHARES = (1 / 8, 1 / 4, 1 / 2, 1)  # of what is left, that the curve is seen at
BEYOND = (1.5, 2.0)  # times what is left, that it is forecast at
TRAINED = 12  # repeats behind each truth


def logistic(population: Population, rows: Rows, texts: Rows, seed: int) -> Floats:
    """Fits a logistic regression to the vectors of each repeat; `seed` is not needed."""
    found = []
    scale = np.sqrt(population.vectors.shape[1])
    with threadpool_limits(limits=1):
        for own in rows:
            vectors, labels = population.vectors / scale, population.labels
            model = LogisticRegression(C=3.0, max_iter=1000).fit(vectors[own], labels[own])
            found.append(model.predict_proba(vectors[texts])[:, list(model.classes_).index(1)])
    return np.array(found)


def head(setting: Head) -> Learner:
    """Gives the learner that trains heads as `finetune.freeze: -1` does."""

    def learn(population: Population, rows: Rows, texts: Rows, seed: int) -> Floats:
        kernel, bias = heads.train(population, rows, setting, seed)
        logits = kernel @ population.vectors[texts, : kernel.shape[1]].T + bias[:, None]
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), float)

    return learn


LEARNERS: Mapping[str, Learner] = {
    "head": head(Head(dropout=0.1)),
    "strong L2": head(Head(l2=0.05)),
    "logistic": logistic,
}


@dataclass(frozen=True)
class World:
    """One pool of one sample set, and one learner's curve on it.

    Attributes:
        name: Of the sample set.
        learner: Its name.
        labels: Of the test side, shape (texts,).
        groups: Their group numbers, from 0.
        rows: Trained on, of each size, shape (sizes,).
        probabilities: Of class 1, shape (sizes, repeats, texts).
        later: Rows trained on beyond the pool.
        truths: By metric, the true score at the last of `rows` and at each of `later`.
    """

    name: str
    learner: str
    labels: Rows
    groups: Rows
    rows: Rows
    probabilities: Floats
    later: Sequence[int]
    truths: Mapping[str, Floats]

    def contributions(self, metric: str, repeats: Rows, texts: Rows) -> Floats:
        """Gives what test rows add to a score, shape (sizes, repeats, texts)."""
        chosen = self.probabilities[:, repeats][:, :, texts]
        return np.stack([METRICS[metric].contribution(_predicted(self.labels[texts], one)) for one in chosen])

    def draw_test(self, count: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Draws test rows in whole groups, with replacement; see `honesty.worlds.Pool.draw_test`."""
        return heads.Pool(self.name, self.labels, self.groups, {}).draw_test(count, rng)


def _predicted(labels: Rows, probabilities: Floats) -> Predicted:
    two = np.stack([1 - probabilities, probabilities], axis=2)
    return Predicted(labels, (probabilities > 0.5).astype(np.int64), two)


def draw_world(population: Population, learner: str, size: int, repeats: int, seed: int) -> World:
    """Draws a pool of at least `size` rows in whole groups, trains its curve, and what comes after it."""
    rng = np.random.default_rng(derive(seed, population.name, size))
    order = rng.permutation(population.groups.max() + 1)[population.groups]
    by_group = np.argsort(order, kind="stable")
    train_side, test_side = _halves(order, by_group)
    end = np.searchsorted(order[train_side], order[train_side[size - 1]], side="right")
    pool, spare = train_side[:end], train_side[end:]
    learn = LEARNERS[learner]
    left = len(pool) - round(HELD_OUT * len(pool))
    trained = np.stack([rng.permutation(pool)[:left] for _ in range(TRAINED)])
    rows = np.array([max(round(share * left), 8) for share in SHARES])
    known = [
        learn(population, _both_classes(population, trained[:repeats, :count], pool), test_side, seed) for count in rows
    ]
    later = [round(times * left) for times in BEYOND if round(times * left) - left <= len(spare)]
    added = [np.stack([_some_groups(order, spare, count - left, rng) for _ in range(TRAINED)]) for count in later]
    beyond = [learn(population, np.hstack([trained, more]), test_side, seed) for more in added]
    here = learn(population, trained, test_side, seed)
    labels = population.labels[test_side]
    truths = {
        name: np.array([METRICS[name].contribution(_predicted(labels, one)).mean() for one in [here, *beyond]])
        for name in METRICS
    }
    groups = np.unique(population.groups[test_side], return_inverse=True)[1]
    return World(population.name, learner, labels, groups, rows, np.stack(known), later, truths)


def _halves(order: Rows, by_group: Rows) -> tuple[Rows, Rows]:
    middle = np.searchsorted(order[by_group], order[by_group[len(by_group) // 2]], side="right")
    return by_group[:middle], by_group[middle:]


def _both_classes(population: Population, rows: Rows, pool: Rows) -> Rows:
    """Puts a row of a class that a small draw lacks in the place of its last row, as the pipeline sees to it."""
    rows = rows.copy()
    for own in rows:
        for label in (0, 1):
            if not (population.labels[own] == label).any():
                own[-1] = pool[population.labels[pool] == label][0]
    return rows


def _some_groups(order: Rows, spare: Rows, count: int, rng: np.random.Generator) -> Rows:
    """Draws rows that are not in the pool, group by group."""
    groups = np.unique(order[spare])
    place = rng.permutation(len(groups))[np.searchsorted(groups, order[spare])]
    return spare[np.argsort(place, kind="stable")[:count]]
