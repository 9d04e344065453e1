"""Small-data worlds for a search: 24 settings, 10 repeats with validation rows of their own, and the truth of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.honesty.worlds import Head, Population, Rows, predict, some_groups, train
from gapwise.base.seeds import derive
from gapwise.searching.plan import Screening, fraction_of, screening

Probabilities = NDArray[np.float32]

BASE = Head(width=128)  # what params.yaml would hold: the default
GRID = {
    f"l2 {l2:g}, dropout {dropout:g}, rate {rate:g}": replace(BASE, l2=l2, dropout=dropout, learning_rate=rate)
    for l2 in (0.0, 0.01, 0.05, 0.2)
    for dropout in (0.0, 0.5)
    for rate in (0.03, 0.003, 0.3)
}
ALIKE = {f"seed {twin}": replace(BASE, twin=twin) for twin in range(24)}
REPEATS = 10  # that the full grid trains
MORE = 30  # repeats that only the truth is made of
VALIDATION, TEST = 0.1, 0.3  # as split.validation_fraction and split.test_fraction


@dataclass(frozen=True)
class SmallWorld:
    """All that a search could see and the truth that it cannot; the first setting is the default.

    Attributes:
        validation: Probability of class 1 by setting and repeat, each of shape (validation rows of that repeat,).
        labels: Of the validation rows, by repeat.
        texts: Their numbers, by repeat: a text may be validated on in several.
        groups: Their groups, by repeat.
        screening: What the training that all settings are screened by costs.
        screened: Probability of class 1 by setting, shape (validation rows of the screening,).
        screened_labels: Of these rows.
        test: Probability of class 1, shape (settings, repeats, test rows).
        test_labels: Shape (test rows,).
        test_groups: Shape (test rows,).
        truth: By metric: the mean score of each setting over all repeats, on all texts outside the pool.
    """

    validation: Sequence[Sequence[Probabilities]]
    labels: Sequence[Rows]
    texts: Sequence[Rows]
    groups: Sequence[Rows]
    screening: Screening
    screened: Sequence[Probabilities]
    screened_labels: Rows
    test: Probabilities
    test_labels: Rows
    test_groups: Rows
    truth: Mapping[str, NDArray[np.float64]]


def draw_world(
    population: Population, settings: Mapping[str, Head], size: int, seed: int, more: int = MORE
) -> SmallWorld:
    """Draws a pool of at least `size` development texts in whole groups, and trains every setting on draws of it.

    Args:
        population: To draw from.
        settings: The default first.
        size: Of the pool.
        seed: Of everything.
        more: Repeats of each setting for the truth, beside the `REPEATS` of the search.
    """
    rng = np.random.default_rng(derive(seed, population.name))
    everything = np.arange(len(population.labels))
    pool = some_groups(population.groups, everything, size, rng)
    outside = np.setdiff1d(everything, pool)
    draws = [draw_validation(population.groups, pool, rng) for _ in range(REPEATS + more)]
    fewest = min(len(trained) for _, trained in draws)
    rows = np.stack([trained[:fewest] for _, trained in draws])
    held = [validation for validation, _ in draws[:REPEATS]]
    test = some_groups(population.groups, outside, round(len(pool) * TEST / (1 - TEST)), rng)
    planned = plan_screening(len(pool), fewest, held)
    screened, few = draw_validation(population.groups, pool, rng, planned.fraction)
    of_validation, of_screening, of_test, accuracy, loss = [], [], [], [], []
    for head in settings.values():
        weights = train(population, few[None], head, derive(seed, "screening", head.twin))
        of_screening.append(predict(population.vectors[screened], weights)[0].astype(np.float32))
        weights = train(population, rows, head, derive(seed, "head", head.twin))
        everywhere = predict(population.vectors, weights).astype(np.float32)
        of_validation.append([everywhere[repeat][texts] for repeat, texts in enumerate(held)])
        of_test.append(everywhere[:REPEATS][:, test])
        right = (everywhere[:, outside] > 0.5) == population.labels[outside]
        of_label = np.where(population.labels[outside] == 1, everywhere[:, outside], 1 - everywhere[:, outside])
        accuracy.append(right.mean())
        loss.append(-np.log(of_label.clip(1.2e-7)).mean(dtype=float))
    return SmallWorld(
        of_validation,
        [population.labels[texts] for texts in held],
        held,
        [population.groups[texts] for texts in held],
        planned,
        of_screening,
        population.labels[screened],
        np.stack(of_test),
        population.labels[test],
        population.groups[test],
        {"accuracy": np.array(accuracy), "log_loss": np.array(loss)},
    )


def draw_validation(
    groups: Rows, pool: Rows, rng: np.random.Generator, fraction: float = VALIDATION
) -> tuple[Rows, Rows]:
    """Gives validation rows of a pool in whole groups, and its other rows in a random order."""
    validation = some_groups(groups, pool, round(fraction * len(pool)), rng)
    return validation, rng.permutation(np.setdiff1d(pool, validation))


def plan_screening(pool: int, trained: int, held: Sequence[Rows]) -> Screening:
    """Plans what a search would, of a pool of so many texts whose repeats train on `trained` of them."""
    repeats = _counts(pool, (trained, np.mean([len(rows) for rows in held])))
    fraction = fraction_of(repeats, VALIDATION)
    return screening(fraction, _counts(pool, (min(trained, (1 - fraction) * pool), fraction * pool)), repeats)


def _counts(pool: int, rows: tuple[float, float]) -> Mapping[str, Any]:
    """Gives what metrics/split.json would have."""
    train, validation = ({"rows": count} for count in rows)
    return {"development": {"rows": pool}, "repeats": [{"train": train, "validation": validation}]}
