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
from benchmarks.honesty.worlds import Pool
from benchmarks.pipeline import params
from gapwise.base.seeds import derive
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.network.classifier import predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.training.trainer import Trainer

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
    tokenize = params("tokenize")
    recipe = params("finetune", {"freeze": 5, "contrastive": 0.0, "l2": 0.01})
    texts, tokens = tokenized(name)
    classes = sorted(texts["label"].unique())
    part, network = rebuild(Description.of(tokenize, recipe, unfrozen_layers=None, classes=classes, repeats=repeats))
    features = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
    labels = pd.Categorical(texts["label"]).codes.astype(np.int64)
    groups = pd.factorize(texts["group"])[0]
    rng = np.random.default_rng(derive(1, name))
    place = rng.permutation(groups.max() + 1)[groups]
    inside = place <= np.sort(place)[POOL - 1]
    outside = np.flatnonzero(~inside)
    draws = [rng.choice(np.flatnonzero(inside), TRAIN + VALIDATION, replace=False) for _ in range(repeats)]
    trainer = Trainer(network, recipe, classes)
    rest = Ragged.of([features.values[features.splits[row] : features.splits[row + 1]] for row in outside])  # noqa: PD011

    def probabilities(twin: int) -> np.ndarray:
        predicted = []
        for repeat, rows in enumerate(draws):
            train, validation = (Examples(features, labels, one) for one in (rows[:TRAIN], rows[TRAIN:]))
            set_weights(network, trainer.train(train, validation, seed=derive(1, repeat, twin)).weights)
            predicted.append(predict(network, rest)[:, 1])
        return np.array(predicted)

    numbers = np.unique(groups[outside], return_inverse=True)[1]
    return Pool(name, labels[outside], numbers, {"base": probabilities(0), "twin": probabilities(1)})
