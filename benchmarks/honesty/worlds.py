"""Small-data worlds: a pool to train from, repeats drawn from it, and test sets drawn from all that is outside.

The learners are heads on the frozen encoder's vectors, as `finetune.freeze: -1` trains them: dropout on the vector, L2
on the kernel, Adam on shuffled batches from a random start. All repeats of a setting are trained at once, so that
hundreds of them take seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gapwise.base.seeds import derive
from gapwise.statistics.metrics import Predicted

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Population:
    """A sample set as the encoder sees it: standardized vectors (texts, width), labels 0 or 1, and group numbers."""

    name: str
    vectors: Floats
    labels: Rows
    groups: Rows


@dataclass(frozen=True)
class Head:
    """A setting of the learner.

    Attributes:
        l2: Times the sum of squares of the kernel.
        dropout: Share of the vector dropped while training.
        learning_rate: Of Adam, falling linearly to 0.
        epochs: Passes over the train rows.
        width: How many leading components of the vector it may use; None for all. Few make it truly worse.
        batch_size: Rows per step.
        twin: Another number is another seed of the same setting.
    """

    l2: float = 0.0
    dropout: float = 0.0
    learning_rate: float = 0.03
    epochs: int = 6
    width: int | None = None
    batch_size: int = 16
    twin: int = 0


SETTINGS = {
    "base": Head(),
    "twin": Head(twin=1),
    "dropout": Head(dropout=0.5),
    "l2": Head(l2=0.05),
    "slow": Head(learning_rate=0.01),
    "wild": Head(learning_rate=0.5, epochs=2),
    "half": Head(width=192),
    "quarter": Head(width=96),
    "short": Head(learning_rate=0.5, epochs=1),
    "eighth": Head(width=48),
    "strong": Head(l2=0.5),
}


@dataclass(frozen=True)
class Pool:
    """One pool, with many repeats of every setting trained on it; repeat r trains on the same rows in every setting.

    Attributes:
        name: Of the population.
        labels: Of the texts outside the pool, shape (texts,).
        groups: Their group numbers, from 0.
        probabilities: Of class 1 by setting, shape (repeats, texts).
    """

    name: str
    labels: Rows
    groups: Rows
    probabilities: Mapping[str, NDArray[np.float64]]

    def predicted(self, setting: str, repeats: Rows, texts: Rows) -> Predicted:
        """Gives what some repeats predict for some texts."""
        one = self.probabilities[setting][np.ix_(repeats, texts)]
        return Predicted(self.labels[texts], (one > 0.5).astype(np.int64), np.stack([1 - one, one], axis=2))

    def draw_test(self, texts: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Draws whole groups with replacement until there are at least so many texts.

        With replacement, so that the texts outside the pool are the whole population of the draw, and the truth is
        known exactly.

        Returns:
            Texts, and the number of the draw that each came with, both of shape (texts,).
        """
        order = np.argsort(self.groups, kind="stable")
        sizes = np.bincount(self.groups)
        starts = np.cumsum(sizes) - sizes
        drawn = rng.integers(len(sizes), size=texts)  # more than enough, as none is empty
        drawn = drawn[: np.searchsorted(np.cumsum(sizes[drawn]), texts) + 1]
        numbers = np.repeat(np.arange(len(drawn)), sizes[drawn])
        within = np.arange(len(numbers)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
        return order[np.repeat(starts[drawn], sizes[drawn]) + within], numbers


def draw_pool(
    population: Population, size: int, rows: int, repeats: int, *, seed: int, settings: Mapping[str, Head] = SETTINGS
) -> Pool:
    """Draws whole groups into a pool of at least `size` texts, and trains on draws of `rows` of them."""
    rng = np.random.default_rng(derive(seed, population.name))
    everything = np.arange(len(population.labels))
    pool = some_groups(population.groups, everything, size, rng)
    outside = np.setdiff1d(everything, pool)
    train_rows = np.stack([rng.choice(pool, rows, replace=False) for _ in range(repeats)])
    probabilities = {
        name: predict(population.vectors[outside], train(population, train_rows, head, derive(seed, head.twin)))
        for name, head in settings.items()
    }
    groups = np.unique(population.groups[outside], return_inverse=True)[1]
    return Pool(population.name, population.labels[outside], groups, probabilities)


def some_groups(groups: Rows, texts: Rows, least: int, rng: np.random.Generator) -> Rows:
    """Draws at least so many of some texts, in whole groups.

    Args:
        groups: Number of the group of every text.
        texts: To draw from.
        least: How many texts.
        rng: That draws.
    """
    of_text = groups[texts]
    place = rng.permutation(of_text.max() + 1)[of_text]
    order = np.argsort(place, kind="stable")
    return texts[place <= place[order[least - 1]]]


def train(population: Population, rows: Rows, head: Head, seed: int) -> tuple[Floats, Floats]:
    """Trains one head per repeat.

    Args:
        population: Holds the texts.
        rows: Train rows, shape (repeats, rows).
        head: The setting.
        seed: Of starts, orders and dropout.

    Returns:
        Kernels, shape (repeats, width), and biases, shape (repeats,).
    """
    rng = np.random.default_rng(seed)
    repeats, count = rows.shape
    width = head.width or population.vectors.shape[1]
    kernel = rng.normal(0, (2 / (width + 1)) ** 0.5, (repeats, width))
    weights = np.concatenate([kernel, np.zeros((repeats, 1))], axis=1).astype(np.float32)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    steps, step = head.epochs * -(-count // head.batch_size), 0
    for _ in range(head.epochs):
        shuffled = rng.permuted(rows, axis=1)
        for start in range(0, count, head.batch_size):
            batch = shuffled[:, start : start + head.batch_size]
            inputs = population.vectors[batch, :width]
            if head.dropout:
                kept = rng.random(inputs.shape, dtype=np.float32) >= head.dropout
                inputs = inputs * kept / np.float32(1 - head.dropout)
            error = _sigmoid((inputs @ weights[:, :-1, None])[..., 0] + weights[:, -1:]) - population.labels[batch]
            of_kernel = (error[:, None, :] @ inputs)[:, 0] / batch.shape[1] + 2 * head.l2 * weights[:, :-1]
            gradient = np.concatenate([of_kernel, error.mean(axis=1, keepdims=True)], axis=1)
            rate, step = head.learning_rate * (1 - step / steps), step + 1
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            change = rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)
            weights -= change.astype(np.float32)
    return weights[:, :-1], weights[:, -1]


def predict(vectors: Floats, trained: tuple[Floats, Floats]) -> NDArray[np.float64]:
    """Gives the probability of class 1, shape (repeats, texts), from what `train` gives."""
    kernel, bias = trained
    return _sigmoid(kernel @ vectors[:, : kernel.shape[1]].T + bias[:, None]).astype(np.float64)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
