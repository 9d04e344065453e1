"""Measures what a temperature is worth that is fitted to some validation rows, and what its prior is worth.

A temperature for each repeat, one for all of them, and one for all with a prior, as the stage evaluate fits it. Each
scales what one network predicts, and the mean of the repeats.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.quality import columns
from benchmarks.quality.sets import SEED, SETS, load
from benchmarks.quality.settings import AUTO, Changes
from gapwise.scoring.summary import mean_of_repeats, scores
from gapwise.scoring.temperature import SPREAD, fitted, with_scaled

TABLE = Path(__file__).parent / "results" / "temperature.csv"
SETTINGS: dict[tuple[str, str], Changes] = {
    ("params.yaml", "400 rows"): {},
    ("settings/auto", "400 rows"): AUTO,
    ("settings/auto", "8 per class"): AUTO,
}
ROWS = [5, 10, 20, 40, 80]  # of validation, in each repeat; and all there are
DRAWS = 20  # of so many rows
NONE, EACH, ALL, PRIOR = "none", "one for each repeat", "one for all", "one for all, with a prior"


def measure() -> None:
    """Trains each setting on each set, and writes a table of test log losses, the means over draws."""
    tables = []
    for (setting, size), name in product(SETTINGS, SETS):
        predictions, _ = columns.finetuned(load(name, size), SETTINGS[setting, size])
        tables.append(pd.DataFrame(losses(predictions)).assign(setting=setting, size=size, set=name))
        means = pd.concat(tables).groupby(["setting", "size", "set", "rows", "way"], sort=False).mean().reset_index()
        means.to_csv(TABLE, index=False, float_format="%.6g", lineterminator="\n")


def losses(predictions: pd.DataFrame, rows: list[int] = ROWS, draws: int = DRAWS) -> Iterator[dict[str, object]]:
    """Scales what the repeats predict.

    Args:
        predictions: `tables.Predictions`.
        rows: Numbers of validation rows that are drawn of each repeat.
        draws: How often.

    Yields:
        `rows`, 0 for all; `way`; the test log loss in nats of `one` network, the mean over repeats, and of the mean of
        the repeats, `together`.
    """
    test, validation = (predictions[predictions["part"] == part] for part in ("test", "validation"))
    yield {"rows": 0, "way": NONE} | _scores(test, dict.fromkeys(test["repeat"].unique(), 1.0))
    for way, temperatures in _temperatures(validation).items():
        yield {"rows": 0, "way": way} | _scores(test, temperatures)
    for number, draw in product(rows, range(draws)):
        drawn = validation.groupby("repeat").sample(number, random_state=SEED + draw)
        for way, temperatures in _temperatures(drawn).items():
            yield {"rows": number, "way": way} | _scores(test, temperatures)


def _temperatures(validation: pd.DataFrame) -> dict[str, Mapping[int, float]]:
    """Gives the temperature of each repeat, by the way to fit it."""
    by_repeat = dict(list(validation.groupby("repeat")))
    return {
        EACH: {repeat: fitted(rows, spread=np.inf) for repeat, rows in by_repeat.items()},
        ALL: dict.fromkeys(by_repeat, fitted(validation, spread=np.inf)),
        PRIOR: dict.fromkeys(by_repeat, fitted(validation, spread=SPREAD)),
    }


def _scores(test: pd.DataFrame, temperatures: Mapping[int, float]) -> dict[str, float]:
    scaled = pd.concat(with_scaled(rows, temperatures[repeat]) for repeat, rows in test.groupby("repeat"))
    return {"one": scores(scaled)["log_loss"], "together": scores(mean_of_repeats(scaled))["log_loss"]}
