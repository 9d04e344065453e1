"""Which network should label new texts: a repeat, the mean of all, one distilled from it, or one trained on all rows.

The distilled network learns the mean of what all repeats predict for the rows of one repeat (Hinton et al. 2015,
Distilling the Knowledge in a Neural Network, at temperature 1), by the recipe's rates and for as long as `final`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.pipeline import NoneFinished, params
from benchmarks.quality.sets import SEED, SETS, TOKENIZE, Cell, load
from gapwise.delivery.final import Chosen, Data, choose, train_final
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, tf
from gapwise.labelling.networks import Networks
from gapwise.network.batches import Examples, shuffled
from gapwise.network.classifier import Weights, fresh_start, predict, set_weights
from gapwise.network.classifier import weights as weights_of
from gapwise.network.description import Description, rebuild
from gapwise.scoring.predicting import predict_repeats
from gapwise.scoring.temperature import fitted, scale
from gapwise.statistics.metrics import METRICS, Predicted
from gapwise.training.curves import by_epoch
from gapwise.training.rates import BlockOptimizer, Schedule, by_block
from gapwise.training.repeats import describe, train_repeats
from gapwise.training.trainer import Trained

SIZE = "64 per class"


def measure() -> Iterator[pd.DataFrame]:
    """Scores each predictor on the sealed test rows of each set.

    Yields:
        `predictor`, `networks` that a text passes through, `rows` trained on, `accuracy`, `log_loss`,
        `log_loss_scaled` by the temperature that `evaluate` fits to the validation rows of the repeats, `set`, `size`.
    """
    for name in SETS:
        yield pd.DataFrame(_rows(load(name, SIZE))).assign(set=name, size=SIZE)


def _rows(cell: Cell) -> Iterator[dict[str, object]]:
    recipe = params("finetune")
    tables = {"development": cell.development, "repeats": cell.repeats, "tokens": cell.tokens}
    description = describe(TOKENIZE, recipe, cell.development, cell.repeats)
    without = {"callbacks": lambda repeat, at_once: [], "store": NoneFinished()}
    trained = train_repeats(description, recipe, **tables, **without, seed=SEED)
    weights = [one.weights for one in trained]
    texts = cell.test["text"].tolist()
    by_repeat = Networks(description, weights).probabilities(texts)
    actual = pd.Categorical(cell.test["label"], categories=description.classes).codes.astype(np.int64)
    rows = int((cell.repeats.query("repeat == 0")["part"] == "train").sum())
    temperature = fitted(predict_repeats(description, weights, test=cell.test, **tables))
    scores = [_scores(one[None], actual, temperature) for one in by_repeat]
    means = {score: float(np.mean([one[score] for one in scores])) for score in scores[0]}
    yield {"predictor": "one repeat, the mean of them", "networks": 1, "rows": rows} | means
    yield {"predictor": "the repeat with the best validation", "networks": 1, "rows": rows} | scores[_best(trained)]
    together = _scores(by_repeat, actual, temperature)
    yield {"predictor": "the mean of all repeats", "networks": len(weights), "rows": rows} | together
    own = cell.tokens["source_id"].isin(cell.development["text_id"])
    data = Data(cell.development, cell.repeats, cell.tokens[own].reset_index(drop=True))
    epochs = by_epoch([one.epochs for one in trained], [one.best_epoch for one in trained])
    used = _of_one_repeat(data)
    chosen = choose(description, recipe, weights, data, epochs)
    (final,) = train_final(description.model_copy(update={"repeats": 1}), recipe, used, chosen, seed=SEED)
    found = _scores(Networks(description, [final]).probabilities(texts), actual, temperature)
    yield {"predictor": "final, the rows of one repeat", "networks": 1, "rows": len(used.texts)} | found
    student = _distilled(description, weights, used, chosen)
    found = _scores(Networks(description, [student]).probabilities(texts), actual, temperature)
    yield {"predictor": "distilled, the rows of one repeat", "networks": 1, "rows": len(used.texts)} | found


def _distilled(description: Description, weights: list[Weights], data: Data, chosen: Chosen) -> Weights:
    recipe = params("finetune")
    part, network = rebuild(description)
    features = frozen_output(part, Ragged.of(data.tokens["token_ids"].tolist()))
    predicted = []
    for of_repeat in weights:
        set_weights(network, of_repeat)
        predicted.append(predict(network, features))
    targets = tf.constant(np.mean(predicted, axis=0), tf.float32)
    everything = Examples(features, np.arange(len(features)), np.arange(len(features)))  # a row's number is its label
    _, fresh = rebuild(description)
    fresh_start(fresh, weights_of(fresh), SEED)
    blocks = by_block(fresh, recipe)
    fresh.compile(
        BlockOptimizer(blocks, recipe.clip_norm),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    steps = recipe.last_epoch * -(-len(features) // recipe.batch_size)
    batches = shuffled(everything, recipe.batch_size, SEED).map(lambda inputs, rows: (inputs, tf.gather(targets, rows)))
    fresh.fit(batches, epochs=chosen.epochs, callbacks=[Schedule(blocks, steps, recipe)], shuffle=False, verbose=0)
    return weights_of(fresh)


def _of_one_repeat(data: Data) -> Data:
    """Keeps the rows that the first repeat has in train and validation."""
    first = data.repeats.loc[data.repeats["repeat"] == 0, "text_id"]
    texts, tokens = data.texts, data.tokens
    return Data(
        texts[texts["text_id"].isin(first)].reset_index(drop=True),
        data.repeats,
        tokens[tokens["source_id"].isin(first)].reset_index(drop=True),
    )


def _best(trained: list[Trained]) -> int:
    return int(np.argmin([one.epochs["validation_log_loss"].min() for one in trained]))


def _scores(by_network: NDArray[np.float64], actual: NDArray[np.int64], temperature: float) -> dict[str, float]:
    """Scores the mean of networks, whose probabilities have the shape (networks, texts, classes)."""
    raw, scaled = (_predicted(one.mean(axis=0), actual) for one in (by_network, scale(by_network, temperature)))
    scores = {name: float(METRICS[name].contribution(raw).mean()) for name in ("accuracy", "log_loss")}
    return scores | {"log_loss_scaled": float(METRICS["log_loss"].contribution(scaled).mean())}


def _predicted(probabilities: NDArray[np.float64], actual: NDArray[np.int64]) -> Predicted:
    return Predicted(actual, probabilities.argmax(axis=1)[None], probabilities[None])
