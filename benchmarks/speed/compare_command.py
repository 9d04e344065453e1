"""How long compare takes for 20 experiments of 2,000 test rows and 10 repeats.

    python -m benchmarks.speed.compare_command

Works in a clone in a passing folder, with this commit's own dvc.yaml and dvc.lock; only the tables are drawn.
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

EXPERIMENTS, REPEATS, SIZES = 20, 10, {"train": 400, "validation": 200, "test": 2000}
POOL = 3000  # development texts that the repeats draw from
PROJECT = Path(__file__).parents[2]
PEOPLE = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def main():
    """Builds the experiments, then runs the command three times from a cold start."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(clone)], check=True)
        build(clone)
        for _ in range(3):
            started = time.monotonic()
            text = subprocess.check_output([sys.executable, "-m", "gapwise", "compare", "--all", "--json"], cwd=clone)
            seconds = time.monotonic() - started
            print(f"{seconds:.1f} s for {text.count(b'probability_better')} settings, {len(text):,} characters of JSON")


def build(clone):
    lock = (clone / "dvc.lock").read_text(encoding="utf-8")
    for name, table in (("test", texts()), ("dataset", texts())):
        lock = keep(clone, lock, f"data/{name}.parquet", table)
    commit(clone, keep(clone, lock, "data/predictions.parquet", predictions(0)), (clone / "params.yaml").read_text())
    base = git(clone, "rev-parse", "HEAD")
    for number in range(1, EXPERIMENTS + 1):
        value = f"l2: {0.01 + number / 1000:.3f}"
        changed = [re.sub(r"\bl2: 0\.01\b", value, text) for text in (lock, (clone / "params.yaml").read_text())]
        commit(clone, keep(clone, changed[0], "data/predictions.parquet", predictions(number)), changed[1])
        git(clone, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/l2-{number}", "HEAD")
        git(clone, "reset", "-q", "--hard", base)


def texts():
    rows = SIZES["test"]
    ids = [f"{number:016x}" for number in range(rows)]
    no_part = pd.array([pd.NA] * rows, dtype="str")
    groups = [f"g{number // 3}" for number in range(rows)]
    table = pd.DataFrame({"text_id": ids, "row": range(1, rows + 1), "text": "A text.", "label": labels(rows)})
    return table.assign(group=groups, part=no_part)


def labels(rows):
    return np.where(np.arange(rows) % 5 < 3, "negative", "positive")


def predictions(seed):
    rng, tables = np.random.default_rng(seed), []
    for repeat in range(REPEATS):
        drawn = np.random.default_rng([1, repeat]).permutation(POOL)[: SIZES["train"] + SIZES["validation"]]
        places = {"test": np.arange(SIZES["test"]), "train": drawn[: SIZES["train"]] + SIZES["test"]}
        places["validation"] = drawn[SIZES["train"] :] + SIZES["test"]
        for part, place in places.items():
            actual = labels(POOL + SIZES["test"])[place]
            right = rng.random(len(place)) < 0.8 + 0.001 * seed
            sure = rng.uniform(0.55, 0.99, len(place))
            negative = np.where(right == (actual == "negative"), sure, 1 - sure)
            tables.append(
                pd.DataFrame(
                    {
                        "repeat": repeat,
                        "text_id": [f"{number:016x}" for number in place],
                        "part": part,
                        "label": actual,
                        "predicted": np.where(negative > 0.5, "negative", "positive"),
                        "p_negative": negative,
                        "p_positive": 1 - negative,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def keep(clone, lock, path, table):
    """Puts a table into DVC's cache and its hash into the lock, wherever the path stands there."""
    stream = io.BytesIO()
    table.to_parquet(stream, index=False)
    md5 = hashlib.md5(stream.getvalue()).hexdigest()
    cached = clone / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(stream.getvalue())
    return re.sub(rf"(- path: {re.escape(path)}\n *hash: md5\n *md5: )\w+", rf"\g<1>{md5}", lock)


def commit(clone, lock, params):
    (clone / "dvc.lock").write_text(lock, encoding="utf-8")
    (clone / "params.yaml").write_text(params, encoding="utf-8")
    git(clone, "commit", "-qam", "A run")


def git(clone, *arguments):
    command = ["git", *arguments]
    return subprocess.check_output(command, cwd=clone, text=True, env=os.environ | PEOPLE).strip()


if __name__ == "__main__":
    main()
