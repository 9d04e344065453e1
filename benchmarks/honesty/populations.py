"""The four sample sets as the frozen encoder sees them, computed once and kept in benchmarks/honesty/.vectors."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from benchmarks.honesty.worlds import Population
from benchmarks.pipeline import params
from gapwise.texts.prepare import prepare
from gapwise.texts.samples import NAMES, read_samples

FOLDER = Path(__file__).parent / ".vectors"


def load(names: tuple[str, ...] = tuple(NAMES)) -> list[Population]:
    """Loads sample sets, in the order of their names given."""
    populations = []
    for name in names:
        file = FOLDER / f"{name}.npz"
        if not file.is_file():
            FOLDER.mkdir(exist_ok=True)
            np.savez(file, **_compute(name))
        kept = np.load(file)
        vectors = StandardScaler().fit_transform(kept["vectors"]).astype(np.float32)
        populations.append(Population(name, vectors, kept["labels"], kept["groups"]))
    return populations


def tokenized(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Prepares a whole sample set as the pipeline does; gives its `tables.Texts` and `tables.Tokens`."""
    from gapwise.encoding.tokenizer import load_tokenizer, tokenize

    texts, _ = prepare(read_samples()[name], params("prepare"), None)
    preset = params("tokenize")
    tokens, _ = tokenize(texts.assign(source_id=texts["text_id"]), load_tokenizer(preset.preset), preset)
    return texts, tokens


def _compute(name: str) -> dict[str, np.ndarray]:
    from gapwise.encoding.cut import frozen_vectors

    texts, tokens = tokenized(name)
    return {
        "vectors": frozen_vectors(tokens, params("tokenize")).loc[texts["text_id"]].to_numpy(np.float32),
        "labels": pd.Categorical(texts["label"]).codes.astype(np.intp),
        "groups": pd.factorize(texts["group"])[0].astype(np.intp),
    }
