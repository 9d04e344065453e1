"""Texts per second, one text at a time, and the first answer of a process: exports, Keras, and the rival on torch."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pipeline import PROJECT, params
from benchmarks.speed.process import TORCH
from gapwise.encoding.presets import locate
from gapwise.texts.cleaning import normalize
from gapwise.texts.samples import read_samples

ALONE = 200
PRODUCTS = "matrix products alone, NumPy"  # the floor of every way that computes in float32
WAYS = {
    "sentence-transformers on torch": ("torch", None),
    "final, Keras": ("networks", "final"),
    "ONNX": ("exported", "exports/onnx"),
    "ONNX, int8": ("exported", "exports/onnx-int8"),
    "OpenVINO": ("exported", "exports/openvino"),
    "LiteRT": ("exported", "exports/litert"),
    PRODUCTS: ("products", "exports/onnx"),
}


def measure(count: int, rounds: int = 2) -> pd.DataFrame:
    """Measures each way in processes of its own, in turns; the best round counts.

    Args:
        count: Texts, taken from the film reviews, sentences of some 20 words.
        rounds: Of all ways.

    Returns:
        `way`; `seconds` for all texts; `milliseconds` of one text alone, the median, and `p99`; `first`, seconds from
        the start of the process to the first answer; `memory`, MiB at the peak; `flips`, the share of labels that
        differ from those of `final, Keras`; `times`, how often faster than torch with all texts.
    """
    texts = [normalize(text) for text in read_samples()["movie-reviews"]["text"][:count]]
    with tempfile.TemporaryDirectory() as folder:
        path, head = Path(folder) / "texts.json", Path(folder) / "head"
        path.write_text(json.dumps(texts), encoding="utf-8")
        encoder = str(Path(locate(params("tokenize").preset)).absolute())
        there = {name: way for name, way in WAYS.items() if way[1] is None or (PROJECT / way[1]).is_dir()}
        if not TORCH.exists():
            del there["sentence-transformers on torch"]
        else:
            _run("torch", {"model": encoder, "head": str(head)}, "prepare")
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in there}
        for _ in range(rounds):
            for name, (way, model) in there.items():
                task = {"model": model or encoder, "head": str(head), "texts": str(path), "alone": ALONE}
                found[name].append(_run(way, task))
    return _table(found)


def _table(found: dict[str, list[dict[str, Any]]]) -> pd.DataFrame:
    reference = np.array(found["final, Keras"][0]["labels"])
    rows = []
    for name, measured in found.items():
        best = {key: min(one[key] for one in measured) for key in ("all", "median", "p99", "first", "memory")}
        differ = float((np.array(measured[0]["labels"]) != reference).mean())
        rows.append({"way": name} | best | {"flips": None if "torch" in name or name == PRODUCTS else differ})
    table = pd.DataFrame(rows).rename(columns={"all": "seconds"})
    table["milliseconds"], table["p99"] = 1000 * table.pop("median"), 1000 * table["p99"]
    rival = table["way"] == "sentence-transformers on torch"
    table["times"] = table.loc[rival, "seconds"].max() / table["seconds"]
    return table


def _run(way: str, task: dict[str, Any], *more: str) -> dict[str, Any]:
    python = str(TORCH) if way == "torch" else sys.executable
    task = task | {"began": time.time()}
    command = [python, "-m", f"benchmarks.predict.ways.{way}", json.dumps(task), *more]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{way} failed with exit code {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
