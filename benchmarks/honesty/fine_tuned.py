"""The A/A question, asked of the pipeline's own fine-tuning: a few dozen trainings, so a rougher answer.

One encoder layer and the head are trained on 120 texts of a pool, 40 others stop it, without the contrastive term; all
else is params.yaml's. Every repeat is trained twice, with two seeds. A world draws repeats, test texts outside the
pool, and for each repeat which seed comes first, so that there is no true difference. Worlds share these trainings:
they are not as many as they seem.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.honesty.populations import tokenized
from benchmarks.honesty.questions import World, same_setting, usual_share
from benchmarks.honesty.report import RESULTS
from benchmarks.honesty.tuning import Tuning
from benchmarks.honesty.worlds import Pool, some_groups
from benchmarks.pipeline import params
from gapwise.base.seeds import derive

SIZES = [(2, 300), (5, 300), (10, 300), (2, 1000), (5, 1000), (10, 1000)]
POOL, TRAIN, VALIDATION = 600, 120, 40


def measure(repeats: int, worlds: int, name: str) -> None:
    """Trains every repeat of a sample set twice, counts in so many worlds of each size, and writes the table."""
    pool = fine_tuned(name, repeats)
    table = pd.concat([same_setting([shuffled(pool, seed)], 1, seed, SIZES) for seed in range(worlds)])
    claimed = table.groupby(["way", "repeats", "rows"])["claimed"].mean()
    shown = claimed.map("{:.0%}".format).unstack(["repeats", "rows"])  # noqa: PD010 -- no duplicates
    shown.columns = [f"{r} repeats, {n} rows" for r, n in shown.columns]
    whole = World(pool, np.arange(repeats), np.arange(len(pool.labels)), pool.groups)
    shares = {
        score: usual_share(whole.contributions("twin", score) - whole.contributions("base", score))
        for score in ("accuracy", "log_loss")
    }
    means = [whole.contributions(setting).mean() for setting in ("base", "twin")]
    text = f"""# A/A with the pipeline's own fine-tuning

Made by `python -m benchmarks.honesty fine-tuned`: {name}, {repeats} repeats, each trained with two seeds, mean accuracy
{means[0]:.3f} and {means[1]:.3f}. Share of {worlds} worlds in which one of two seeds is called better; worlds share the
trainings.

{shown.reset_index().to_markdown(index=False)}

A repeat's shift as a share of its noise: {shares["accuracy"]:.4f} for accuracy, {shares["log_loss"]:.4f} for the log
loss.
"""
    (RESULTS / "fine-tuned.md").write_text(text, encoding="utf-8")


def shuffled(pool: Pool, seed: int) -> Pool:
    """Draws for each repeat which of its two seeds comes first."""
    base, twin = pool.probabilities["base"], pool.probabilities["twin"]
    swap = np.random.default_rng(derive(seed, "swap")).random((len(base), 1)) < 0.5
    return replace(pool, probabilities={"base": np.where(swap, twin, base), "twin": np.where(swap, base, twin)})


def fine_tuned(name: str, repeats: int) -> Pool:
    """Fine-tunes every repeat with two seeds and predicts all texts outside the pool."""
    recipe = params("finetune", {"freeze": 5, "contrastive": 0.0, "l2": 0.01})
    texts, tokens = tokenized(name)
    tuning = Tuning(texts, tokens, recipe)
    groups = pd.factorize(texts["group"])[0]
    rng = np.random.default_rng(derive(1, name))
    everything = np.arange(len(groups))
    pool = some_groups(groups, everything, POOL, rng)
    outside = np.setdiff1d(everything, pool)
    draws = [rng.choice(pool, TRAIN + VALIDATION, replace=False) for _ in range(repeats)]

    def probabilities(twin: int) -> np.ndarray:
        return np.array(
            [
                tuning.probabilities(rows[:TRAIN], rows[TRAIN:], derive(1, repeat, twin), outside)
                for repeat, rows in enumerate(draws)
            ]
        )

    numbers = np.unique(groups[outside], return_inverse=True)[1]
    return Pool(name, tuning.labels[outside], numbers, {"base": probabilities(0), "twin": probabilities(1)})
