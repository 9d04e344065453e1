"""Wrong labels planted into the sample sets, and how many of them each way finds among the first k rows.

A world is a draw of whole groups of a sample set, in which a share of the labels, at random, is exchanged for another
class. `Gapwise` is what `gapwise labels` makes of the frozen encoder alone, before any network of a run adds to it.
`cleanlab` is the same vectors in scikit-learn's logistic regression as it comes, cross-validated in 5 stratified folds,
ranked by cleanlab's own label quality. Labels that the people of the sample sets gave are taken as right, though some
are close calls.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from cleanlab.rank import get_label_quality_scores
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from benchmarks.pipeline import params
from gapwise.base.seeds import derive
from gapwise.inspecting.crossfit import cross_fit
from gapwise.inspecting.doubts import doubt
from gapwise.texts.prepare import prepare
from gapwise.texts.samples import NAMES, read_samples

FOLDER = Path(__file__).parent / ".vectors"
DRAWN, ROWS = 1500, 600  # of a set, and of those in a world
SHARES = (0.02, 0.05, 0.10)


class Texts(NamedTuple):
    """Texts as the frozen encoder sees them, with their class numbers and groups."""

    vectors: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    def draw(self, rows: int, rng: np.random.Generator) -> "Texts":
        """Draws whole groups, up to a number of rows."""
        place = rng.permutation(self.groups.max() + 1)[self.groups]
        drawn = np.argsort(place, kind="stable")[:rows]
        groups = np.unique(self.groups[drawn], return_inverse=True)[1]
        return Texts(self.vectors[drawn], self.labels[drawn], groups)


def measure(worlds: int, seed: int) -> Iterator[pd.DataFrame]:
    """Gives, set by set, one row for each share, world and way.

    Of the `planted` rows, `found` are among as many that are ranked first, and `found_twice` among twice as many.
    """
    for name in NAMES:
        texts = load(name, seed)
        yield pd.DataFrame(
            {"set": name, "share": share, "world": world, **row}
            for share in SHARES
            for world in range(worlds)
            for row in _world(texts, share, derive(seed, name, world, str(share)))
        )


def _world(texts: Texts, share: float, seed: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(seed)
    drawn = texts.draw(ROWS, rng)
    wrong, labels = plant(drawn.labels, share, rng)
    for way, rank in WAYS.items():
        order = np.argsort(-rank(drawn._replace(labels=labels), seed), kind="stable")
        count = int(wrong.sum())
        found = {"found": int(wrong[order[:count]].sum()), "found_twice": int(wrong[order[: 2 * count]].sum())}
        yield {"way": way, "planted": count, **found}


def plant(labels: np.ndarray, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Exchanges a share of class numbers for another class; gives which, and all labels."""
    wrong = np.zeros(len(labels), bool)
    wrong[rng.choice(len(labels), round(share * len(labels)), replace=False)] = True
    classes = labels.max() + 1
    others = (labels + rng.integers(1, classes, len(labels))) % classes
    return wrong, np.where(wrong, others, labels)


def gapwise(texts: Texts, seed: int) -> np.ndarray:
    """Ranks by what `gapwise labels` calls doubt."""
    found = cross_fit(texts.vectors, texts.labels, texts.groups, int(texts.labels.max()) + 1, seed)
    return doubt(found.probabilities, texts.labels)


def cleanlab(texts: Texts, seed: int) -> np.ndarray:
    """Ranks by cleanlab's label quality on a plain probe."""
    model = LogisticRegression(max_iter=1000)
    found = cross_val_predict(model, texts.vectors, texts.labels, cv=5, method="predict_proba")
    return 1 - get_label_quality_scores(texts.labels, found)


WAYS = {"Gapwise": gapwise, "cleanlab": cleanlab}


def load(name: str, seed: int) -> Texts:
    """Loads a draw of a sample set, whose vectors are computed once and kept in benchmarks/labels/.vectors."""
    file = FOLDER / f"{name}-{seed}.npz"
    if not file.is_file():
        FOLDER.mkdir(exist_ok=True)
        np.savez(file, **_compute(name, seed)._asdict())
    return Texts(**np.load(file))


def _compute(name: str, seed: int) -> Texts:
    from gapwise.encoding.cut import frozen_vectors
    from gapwise.encoding.tokenizer import load_tokenizer, tokenize

    rows = read_samples()[name]
    order = np.random.default_rng(derive(seed, name)).permutation(rows["group"].unique())
    drawn = rows.set_index("group").loc[order].reset_index().head(DRAWN)
    texts, _ = prepare(drawn, params("prepare"), None)
    preset = params("tokenize")
    tokens, _ = tokenize(texts.assign(source_id=texts["text_id"]), load_tokenizer(preset.preset), preset)
    return Texts(
        frozen_vectors(tokens, preset).loc[texts["text_id"]].to_numpy(float),
        pd.Categorical(texts["label"]).codes.astype(np.int64),
        pd.factorize(texts["group"])[0].astype(np.int64),
    )
