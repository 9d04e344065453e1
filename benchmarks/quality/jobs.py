"""Answers jobs in the torch environment: each is a training and its predictions, written down as a file.

A folder holds one `<cell>-<repeat>.json` per job: `seed`, `train` and `test`, each with `texts`, and the `labels` of
train as numbers. Beside it comes `<cell>-<repeat>.out.json` with the probabilities of the test texts and the seconds of
CPU.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Trains on a job, and gives the function that makes probabilities, shape (texts, classes), of texts.
Train = Callable[[dict[str, Any]], Callable[[Sequence[str]], Any]]


def answer_all(folder: Path, train: Train) -> None:
    """Answers all jobs of a folder that have no answer, the first repeats first."""
    for path in sorted(folder.glob("*.json"), key=lambda path: (path.stem.rpartition("-")[2], path.stem)):
        answer = path.with_suffix(".out.json")
        if path.name.endswith(".out.json") or answer.exists():
            continue
        answer.write_text(json.dumps(_answer(json.loads(path.read_text(encoding="utf-8")), train)), encoding="utf-8")
        print(path.stem, flush=True)


def _answer(job: dict[str, Any], train: Train) -> dict[str, Any]:
    started = time.process_time()
    predict = train(job)
    trained = time.process_time()
    probabilities = predict(job["test"]["texts"])
    return {
        "probabilities": probabilities.tolist(),
        "train_cpu_seconds": trained - started,
        "predict_cpu_seconds": time.process_time() - trained,
    }
