"""Small-data worlds: a pool to develop on, a test set, and repeats drawn from the pool, all from one large sample set.

The learners are heads on the frozen encoder's vectors, as the pipeline's `finetune.freeze: -1` trains them: dropout on
the vector, L2 on the kernel, Adam on shuffled batches from a random start. All heads of a world are trained at once, so
hundreds of worlds take minutes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gapwise.seeds import derive

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Population:
    """A sample set as the encoder sees it.

    Attributes:
        name: Of the set.
        vectors: Standardized, shape (texts, width).
        labels: 0 or 1, shape (texts,).
        groups: Number of each text's group, shape (texts,).
    """

    name: str
    vectors: Floats
    labels: NDArray[np.intp]
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
    """

    l2: float = 0.0
    dropout: float = 0.0
    learning_rate: float = 0.01
    epochs: int = 8
    width: int | None = None
    batch_size: int = 16


@dataclass(frozen=True)
class World:
    """What one user has.

    Attributes:
        population: Where all is drawn from.
        pool: Texts to draw train rows from.
        test: Sealed texts.
        rest: Texts that nobody in this world has: on them the truth is measured.
    """

    population: Population
    pool: Rows
    test: Rows
    rest: Rows


def draw_world(population: Population, pool: int, test: int, seed: int) -> World:
    """Draws whole groups into the pool and the test set, until each has at least the wanted number of texts."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(population.groups.max() + 1)
    by_place = np.argsort(np.argsort(order)[population.groups], kind="stable")
    ends = np.flatnonzero(np.diff(population.groups[by_place], append=-1)) + 1
    first = ends[np.searchsorted(ends, pool)]
    second = ends[np.searchsorted(ends, first + test)]
    return World(population, by_place[:first], by_place[first:second], by_place[second:])


def draw_repeats(world: World, rows: int, repeats: int, seed: int) -> Rows:
    """Draws the train rows of each repeat from the pool, shape (repeats, rows)."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.choice(world.pool, rows, replace=False) for _ in range(repeats)])


def train(population: Population, rows: Rows, head: Head, seed: int) -> tuple[Floats, Floats]:
    """Trains one head per repeat, all at once.

    Args:
        population: Holds the texts.
        rows: Train rows, shape (repeats, rows).
        head: The setting.
        seed: Of starts, orders and dropout.

    Returns:
        Kernels, shape (repeats, width), and biases, shape (repeats,).
    """
    rng = np.random.default_rng(derive(seed, "head"))
    repeats, count = rows.shape
    width = head.width or population.vectors.shape[1]
    kernel = rng.normal(0, (2 / (width + 1)) ** 0.5, (repeats, width)).astype(np.float32)
    parameters = np.concatenate([kernel, np.zeros((repeats, 1), np.float32)], axis=1)
    mean, square = np.zeros_like(parameters), np.zeros_like(parameters)
    steps, step = head.epochs * -(-count // head.batch_size), 0
    for _ in range(head.epochs):
        shuffled = rng.permuted(rows, axis=1)
        for start in range(0, count, head.batch_size):
            batch = shuffled[:, start : start + head.batch_size]
            inputs = population.vectors[batch, :width]
            if head.dropout:
                kept = rng.random(inputs.shape, dtype=np.float32) >= head.dropout
                inputs = inputs * kept / np.float32(1 - head.dropout)
            error = _sigmoid(_logits(inputs, parameters)) - population.labels[batch]
            gradient = np.concatenate(
                [(error[:, None, :] @ inputs)[:, 0] / batch.shape[1], error.mean(axis=1, keepdims=True)], axis=1
            )
            gradient[:, :-1] += 2 * head.l2 * parameters[:, :-1]
            step += 1
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            rate = head.learning_rate * (1 - (step - 1) / steps)
            parameters -= (rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)).astype(
                np.float32
            )
    return parameters[:, :-1], parameters[:, -1]


def probabilities(population: Population, trained: tuple[Floats, Floats], rows: Rows) -> NDArray[np.float64]:
    """Predicts the probability of class 1, shape (repeats, rows)."""
    kernel, bias = trained
    logits = kernel @ population.vectors[rows, : kernel.shape[1]].T + bias[:, None]
    return _sigmoid(logits).astype(np.float64)


def _logits(inputs: Floats, parameters: Floats) -> Floats:
    return (inputs @ parameters[:, :-1, None])[..., 0] + parameters[:, -1:]


def _sigmoid(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
