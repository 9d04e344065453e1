"""Race and whole grid side by side, by the pipeline's own fine-tuning: two sets, so a rougher answer than in worlds.

A pool of 200 texts, a tenth of it for validation, drawn anew in each of 10 repeats; the top layer of the encoder and
the head are trained. All 240 trainings of the grid are run once, and the 24 of the screening. A race would have had the
same ones, only fewer, so it is run on what the grid has kept, and its processor time is that of the screening and of
the trainings it asks for. Which repeats come first is chance: the race is run in many orders of them. True accuracy is
that on 600 texts outside the pool, of all repeats.
"""

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.honesty.populations import tokenized
from benchmarks.honesty.races import CLOSE, CONFIDENCE, SETS, run, scores
from benchmarks.honesty.report import RESULTS
from benchmarks.honesty.small_worlds import REPEATS, SmallWorld, draw_validation, plan_screening
from benchmarks.honesty.tuning import Tuning
from benchmarks.honesty.worlds import Rows, some_groups
from benchmarks.pipeline import params
from gapwise.base.seeds import derive
from gapwise.searching.correction import correct
from gapwise.searching.race import Race, mean
from gapwise.statistics.metrics import METRICS

FOLDER = Path(__file__).parent / ".tuned"
POOL, OUTSIDE = 200, 600
BUDGETS = (60, 80, 120)
ORDERS = 200
GRID = [
    {"freeze": 5, "l2": l2, "contrastive": contrastive, "learning_rate": rate, "epochs": epochs}
    for l2, contrastive, rate, epochs in itertools.product((0.1, 0.001), (0.9, 0.0), (5e-5, 2e-4, 2e-5), (4, 2))
]


@dataclass(frozen=True)
class Tuned:
    """A grid that was trained.

    Attributes:
        world: As in simulations; its test texts are the ones of the truth.
        seconds: Of the processor, shape (settings, repeats).
        screening_seconds: The same of the screening, shape (settings,).
    """

    world: SmallWorld
    seconds: NDArray[np.float32]
    screening_seconds: NDArray[np.float32]


def measure() -> None:
    """Trains what is not there yet, and writes tuned-races.md."""
    grids = {name: tune(name) for name in SETS}
    rows = [row for name, grid in grids.items() for row in races(name, grid, ORDERS)]
    (RESULTS / "tuned-races.md").write_text("\n\n".join(sections(pd.DataFrame(rows))) + "\n", encoding="utf-8")


def tune(name: str) -> Tuned:
    """Trains the grid on a sample set; every setting is kept in benchmarks/honesty/.tuned once it is through."""
    texts, tokens = tokenized(name)
    groups = pd.factorize(texts["group"])[0].astype(np.intp)
    rng = np.random.default_rng(derive(1, name))
    pool = some_groups(groups, np.arange(len(groups)), POOL, rng)
    outside = some_groups(groups, np.setdiff1d(np.arange(len(groups)), pool), OUTSIDE, rng)
    kept = np.concatenate([pool, outside])
    texts, tokens, groups = texts.iloc[kept].reset_index(drop=True), tokens.iloc[kept], groups[kept]
    labels = pd.Categorical(texts["label"]).codes.astype(np.intp)
    draws = [draw_validation(groups, np.arange(len(pool)), rng) for _ in range(REPEATS)]
    held = [validation for validation, _ in draws]
    planned = plan_screening(len(pool), min(len(trained) for _, trained in draws), held)
    draws.append(draw_validation(groups, np.arange(len(pool)), rng, planned.fraction))
    grid = [
        _setting(FOLDER / f"{name}-{number}.npz", texts, tokens, recipe, draws) for number, recipe in enumerate(GRID)
    ]
    everything = np.stack([one["probabilities"] for one in grid])
    probabilities, screened = everything[:, :REPEATS], draws[-1][0]
    test, test_labels = probabilities[:, :, len(pool) :], labels[len(pool) :]
    of_label = np.where(test_labels == 1, test, 1 - test)
    world = SmallWorld(
        validation=[[one[rows] for one, rows in zip(own, held, strict=True)] for own in probabilities],
        labels=[labels[rows] for rows in held],
        texts=held,
        groups=[groups[rows] for rows in held],
        screening=planned,
        screened=list(everything[:, -1, screened]),
        screened_labels=labels[screened],
        test=test,
        test_labels=test_labels,
        test_groups=groups[len(pool) :],
        truth={
            "accuracy": ((test > 0.5) == test_labels).mean(axis=(1, 2)),
            "log_loss": -np.log(of_label.clip(1.2e-7)).mean(axis=(1, 2), dtype=float),
        },
    )
    seconds = np.stack([one["seconds"] for one in grid])
    return Tuned(world, seconds[:, :REPEATS], seconds[:, -1])


def _setting(
    file: Path,
    texts: pd.DataFrame,
    tokens: pd.DataFrame,
    recipe: dict[str, float],
    draws: Sequence[tuple[Rows, Rows]],
) -> dict[str, NDArray[np.float32]]:
    """Gives what a setting predicts for all texts after each draw, and the seconds of the processor that each took."""
    if not file.is_file():
        tuning = Tuning(texts, tokens, params("finetune", recipe))
        probabilities, seconds = [], []
        for repeat, (validation, trained) in enumerate(draws):
            begun = time.process_time()
            probabilities.append(tuning.probabilities(trained, validation, derive(1, repeat), np.arange(len(texts))))
            seconds.append(time.process_time() - begun)
        FOLDER.mkdir(exist_ok=True)
        np.savez(file, probabilities=np.stack(probabilities), seconds=np.array(seconds, np.float32))
    return dict(np.load(file))


def races(name: str, grid: Tuned, count: int) -> Iterator[Mapping[str, object]]:
    """Races a grid by each metric and budget in so many orders of its repeats; gives what each race took and found."""
    rng = np.random.default_rng(derive(1, "orders", name))
    orders = [np.arange(REPEATS), *(rng.permutation(REPEATS) for _ in range(count - 1))]
    true = grid.world.truth["accuracy"]
    for metric, budget in itertools.product(("log_loss", "accuracy"), BUDGETS):
        own = scores(grid.world, metric)
        best = int(max(own, key=lambda number: mean(own[number])))
        for place, order in enumerate(orders):
            world = _reordered(grid.world, order)
            made, race = run(world, metric, budget)
            winner = int(race.winner)
            trained = [(int(number), len(found)) for number, found in race.scores.items()]
            row = {
                "set": name,
                "metric": metric,
                "budget": budget,
                "trained": race.trained + made.screening_cost,
                "seconds": (grid.screening_seconds.sum() if made.screening else 0)
                + sum(grid.seconds[number, order[:repeats]].sum() for number, repeats in trained),
                "of the grid": grid.seconds.sum(),
                "default": true[0],
                "grid": true[best],
                "race": true[winner],
                "best": true.max(),
            }
            if budget == BUDGETS[0] and place == 0:
                row |= _worth(race, world, metric)
            yield row


def _worth(race: Race, world: SmallWorld, metric: str) -> Mapping[str, object]:
    """Gives the winner's corrected score, and what it is on the texts outside."""
    worth, sign = correct(race, world.groups, metric, CONFIDENCE), METRICS[metric].direction
    low, high = sorted((sign * worth.low, sign * worth.high))
    return {
        "groups": str(worth.groups),
        "validation": f"{sign * worth.seen:.3f}",
        "corrected": f"{sign * worth.value:.3f} ({low:.3f} to {high:.3f})",
        "outside": f"{world.truth[metric][int(race.winner)]:.3f}",
    }


def _reordered(world: SmallWorld, order: Rows) -> SmallWorld:
    """Gives the same world with its repeats in another order."""
    return replace(
        world,
        validation=[[one[repeat] for repeat in order] for one in world.validation],
        labels=[world.labels[repeat] for repeat in order],
        texts=[world.texts[repeat] for repeat in order],
        groups=[world.groups[repeat] for repeat in order],
    )


def sections(raced: pd.DataFrame) -> Sequence[str]:
    """Writes the answers."""
    raced = raced.assign(behind=raced["grid"] - raced["race"])
    race = raced.groupby(["set", "metric", "budget"], sort=False)
    table = pd.DataFrame(
        {
            "trainings": race["trained"].mean().round(0).astype(int),
            "CPU minutes": (race["seconds"].mean() / 60).round(1),
            "of the grid's": (race["seconds"].mean() / race["of the grid"].first()).map("{:.0%}".format),
            "default": race["default"].first().round(3),
            "best of all": race["best"].first().round(3),
            "grid's winner": race["grid"].first().round(3),
            "race's winner": race["race"].mean().round(3),
            "behind, in points": (100 * race["behind"].mean()).round(2),
            "within 0.3 points": race["behind"].apply(lambda one: f"{(one <= CLOSE).mean():.0%}"),
        }
    )
    worth = raced.dropna(subset=["corrected"])[["set", "metric", "groups", "validation", "corrected", "outside"]]
    return [
        "# Races by fine-tuning",
        f"Made by `python -m benchmarks.honesty tuned-races`. {len(GRID)} settings of L2, the contrastive term, the "
        f"learning rate and the number of epochs, each trained in {REPEATS} repeats on draws from {POOL} texts; only "
        f"the top layer and the head are trained. A race is run on the first trainings of that grid, in {ORDERS} "
        "orders of its repeats, and takes its processor time from those that it asks for, and from the screening. The "
        "orders share their trainings, so they tell how far luck with the order goes, and nothing of other texts.",
        "## Against the full grid",
        f"Accuracy on {OUTSIDE} texts outside, the mean of all repeats; of the race's winner also of all orders.",
        table.reset_index().to_markdown(index=False),
        "## The corrected score of the winner",
        f"After {BUDGETS[0]} trainings, in the order in which the repeats were drawn: its score on validation, the "
        f"corrected score with its {CONFIDENCE:.0%} interval, and the score outside. One pool is one case; how often "
        "the interval holds is counted in [races.md](races.md). Groups are those that were validated on.",
        worth.to_markdown(index=False, disable_numparse=True),
    ]
