"""The memory that `gapwise predict` needs for a file of any length."""

import csv
import json
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import pandas as pd

from benchmarks.pipeline import PROJECT
from gapwise.texts.samples import read_samples

MODELS = {  # arguments of `gapwise predict`, and how many times as many rows a model that takes no time is given
    "ONNX, int8": (["--model", "exports/onnx-int8"], 1),
    "models/, the mean of all repeats": ([], 1),
    "ONNX, a toy network": (["--model", "tests/fixtures/export-onnx"], 100),
}
PARTS = (0.1, 1.0)  # of the rows: memory that is bounded is the same for both
RUN = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL)
print(json.dumps([done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


def measure(rows: int) -> pd.DataFrame:
    """Labels a csv of tweets, written over and over.

    Args:
        rows: Of the longer file, 10 or more, and 100 times as many for the toy network; the other has a tenth of them.

    Returns:
        `model`, `rows`, `seconds`, `memory` in MiB at the peak, and `written`, the rows that came out.
    """
    texts = read_samples()["tweets"]["text"].tolist()
    found = []
    for name, count in [(name, int(rows * times * part)) for name, (_, times) in MODELS.items() for part in PARTS]:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "new.csv", Path(folder) / "out.csv"
            with source.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([["id", "text"], *enumerate(islice(cycle(texts), count))])
            command = [sys.executable, "-m", "gapwise", "predict", str(source), "--out", str(out), *MODELS[name][0]]
            started = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", RUN, *command], cwd=PROJECT, capture_output=True, check=True)
            took = time.perf_counter() - started
            code, memory = json.loads(done.stdout.splitlines()[-1])
            if code:
                sys.exit(f"gapwise predict ended with exit code {code}")
            written = sum(len(part) for part in pd.read_csv(out, chunksize=100_000))
        found.append({"model": name, "rows": count, "seconds": took, "memory": memory, "written": written})
    return pd.DataFrame(found)
