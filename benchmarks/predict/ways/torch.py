"""The same encoder in sentence-transformers, with a head of scikit-learn: what users of SetFit run.

Runs in the environment that `make torch-env` makes.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from sklearn.linear_model import LogisticRegression

from benchmarks.predict.ways.task import given, report


def main() -> None:
    """Loads and labels; with `prepare` as second argument, makes the head that is loaded."""
    task = given()
    head = Path(task["head"])
    words = Transformer(task["model"], max_seq_length=128)
    encoder = SentenceTransformer(modules=[words, Pooling(words.get_word_embedding_dimension())], device="cpu")
    if sys.argv[2:] == ["prepare"]:
        vectors = np.random.default_rng(0).normal(size=(64, encoder.get_sentence_embedding_dimension()))
        head.write_bytes(pickle.dumps(LogisticRegression().fit(vectors, np.arange(64) % 2)))
        return
    model = pickle.loads(head.read_bytes())
    report(task, lambda texts: model.predict(encoder.encode(texts, batch_size=32)).tolist())


if __name__ == "__main__":
    main()
