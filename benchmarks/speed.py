"""What a repeat costs, beside the plain Keras recipe and a Trainer on torch.

    python -m benchmarks.speed              # all parts, some 50 minutes
    python -m benchmarks.speed compare      # one part; others: tried, profile, workers, stages, growth, report
    python -m benchmarks.speed compare --rows 60 --epochs 2 --rounds 1    # a small try

Every measurement is a process of its own, and the ways take turns, so that a slow phase of the machine meets all of
them; of several rounds the best counts. Tables, speed.md and speed.png are written into benchmarks/.
The comparison with torch needs `make torch-env`, and is left out without it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from benchmarks import speed_report
from benchmarks.speed_floor import floor, matrix_rate
from benchmarks.speed_rows import write_rows
from benchmarks.speed_stages import measure_stages
from benchmarks.speed_task import Task
from gapwise.encoding.presets import locate

HERE = Path(__file__).parent
TORCH = Path(os.environ.get("TORCH_ENV", ".torch-env")) / "bin" / "python"
DEPTHS = {"4 of 6": 4, "all": 6, "none": 0}
WAYS = {"keras": sys.executable, "torch": str(TORCH), "gapwise": sys.executable, "bfloat16": sys.executable}
TRIED = {  # the way, and what is changed in its environment
    "gapwise": ("gapwise", {}),
    "by_length": ("by_length", {}),
    "half": ("half", {}),
    "no_onednn": ("gapwise", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
}
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
GROWTH = list(product([100, 1_000, 10_000], [1, 5, 20]))  # rows, repeats
PARTS = ("compare", "tried", "profile", "workers", "stages", "growth", "report")

program = typer.Typer(add_completion=False)


@program.command()
def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"of {', '.join(PARTS)}; all without it")] = None,
    rows: Annotated[int, typer.Option(help="to train on in the comparison")] = 500,
    epochs: Annotated[int, typer.Option(help="of each run; the first is not among the best")] = 3,
    rounds: Annotated[int, typer.Option(help="of the comparison; the best counts")] = 2,
    largest: Annotated[int, typer.Option(help="rows times repeats, at most; all 200,000 take an hour")] = 50_000,
) -> None:
    """Measures, and writes tables and a picture."""
    chosen = parts or list(PARTS)
    if "compare" in chosen:
        _write("compare", compare(rows, epochs, rounds))
    if "tried" in chosen:
        _write("tried", tried(rows, epochs, rounds))
    if "profile" in chosen:
        _write("profile", profile(rows))
    if "workers" in chosen:
        _write("workers", workers(rows, epochs, rounds))
    if "stages" in chosen:
        _write("stages", measure_stages())
    if "growth" in chosen:
        growth(largest)
    speed_report.write(HERE)


def compare(rows: int, epochs: int, rounds: int) -> pd.DataFrame:
    """Measures one repeat in each way at each depth.

    Returns:
        One row per depth and way: seconds of the best epoch and until the first one, of the first epoch beyond the
        best (`tracing`), accuracy on 600 other rows, peak memory in MiB; how many times as long as Gapwise an epoch
        takes; and the share that the processor's floor has of an epoch.
    """
    with tempfile.TemporaryDirectory() as folder:
        lengths = write_rows(Path(folder), rows, validation=200, test=600)
        tasks = [
            (depth, way, Task(folder, locate("all-minilm-l6-v2"), freeze=freeze, epochs=epochs))
            for depth, freeze in DEPTHS.items()
            for way in WAYS
            if (way != "torch" or TORCH.is_file()) and (way != "bfloat16" or depth != "all")
        ]
        runs, rates = [], []
        for turn in range(rounds):
            rates.append(matrix_rate())
            for depth, way, task in tasks:
                print(f"round {turn + 1} of {rounds}: {way}, frozen: {depth}", flush=True)
                runs.append({"frozen": depth, "way": way, **_best(run(way, task))})
    best = pd.DataFrame(runs).groupby(["frozen", "way"], sort=False).min().reset_index()
    gapwise = best[best["way"] == "gapwise"].set_index("frozen")["epoch"]
    floors = {depth: floor(lengths["train"], lengths["validation"], 6 - freeze) for depth, freeze in DEPTHS.items()}
    return best.assign(
        times_gapwise=best["epoch"] / best["frozen"].map(gapwise),
        floor_share=best["frozen"].map(floors) / max(rates) / best["epoch"],
        gflop_per_s=max(rates) / 1e9,
    )


def tried(rows: int, epochs: int, rounds: int) -> pd.DataFrame:
    """Measures Gapwise, 4 of 6 layers frozen, with one thing changed that might have helped.

    Returns:
        One row per change, `gapwise` for none, with the columns of `compare` that are measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder), rows, validation=200, test=600)
        task = Task(folder, locate("all-minilm-l6-v2"), freeze=4, epochs=epochs)
        runs = []
        for turn in range(rounds):
            for change, (way, environment) in TRIED.items():
                print(f"round {turn + 1} of {rounds}: {change}", flush=True)
                runs.append({"change": change, **_best(run(way, task, environment))})
    return pd.DataFrame(runs).groupby("change", sort=False).min().reset_index()


def profile(rows: int) -> pd.DataFrame:
    """Measures what one thread spends an epoch of Gapwise on, as a worker process has one.

    Returns:
        One row per depth and group of operations: seconds, and share of the epoch; last of each depth, what no
        operation took. `floor` has the seconds of all matrix products, attention's too, at the rate of this thread.
    """
    found = []
    rate = matrix_rate(ONE_THREAD)
    with tempfile.TemporaryDirectory() as folder:
        lengths = write_rows(Path(folder), rows, validation=200, test=0)
        for depth, freeze in DEPTHS.items():
            print(f"profile, frozen: {depth}", flush=True)
            task = Task(folder, locate("all-minilm-l6-v2"), freeze=freeze, epochs=2)
            measured = run("profile", task, ONE_THREAD)
            epoch, groups = measured["epoch"], measured["groups"]
            groups |= {"between the operations": epoch - sum(groups.values())}
            least = floor(lengths["train"], lengths["validation"], 6 - freeze) / rate
            found += [
                {"frozen": depth, "part": part, "seconds": seconds, "share": seconds / epoch, "floor": least}
                for part, seconds in groups.items()
            ]
    return pd.DataFrame(found)


def growth(largest: int) -> None:
    """Measures Gapwise, 4 of 6 layers frozen, one epoch, on rows of 64 tokens: seconds and peak memory in MiB.

    Cells that speed_growth.csv has are kept, and each is written when it is there: the largest takes an hour.
    """
    table = HERE / "speed_growth.csv"
    found = pd.read_csv(table).to_dict("records") if table.exists() else []
    known = {(cell["rows"], cell["repeats"]) for cell in found}
    for rows, repeats in sorted(set(GROWTH) - known, key=prod):
        if rows * repeats > largest:
            continue
        with tempfile.TemporaryDirectory() as folder:
            write_rows(Path(folder), rows, validation=max(20, rows // 10), test=0, length=64)
            task = Task(folder, locate("all-minilm-l6-v2"), freeze=4, repeats=repeats, epochs=1)
            print(f"{rows} rows, {repeats} repeats", flush=True)
            measured = run("gapwise", task)
        found.append({"rows": rows, "repeats": repeats, "seconds": measured["total"], "memory": measured["memory"]})
        _write("growth", pd.DataFrame(found).sort_values(["rows", "repeats"], ignore_index=True))


def workers(rows: int, epochs: int, rounds: int) -> pd.DataFrame:
    """Measures ten repeats, 4 of 6 layers frozen, in one process, in two and in bfloat16, beside one run on torch.

    Returns:
        Seconds from the start of the process to its end, by round; torch is nan without its environment.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder), rows, validation=200, test=16)
        ten = Task(folder, locate("all-minilm-l6-v2"), freeze=4, repeats=10, epochs=epochs)
        for turn in range(rounds):
            seconds = {}
            for count in (1, 2):
                print(f"round {turn + 1} of {rounds}: ten repeats, {count} at once", flush=True)
                seconds[f"ten_repeats_{count}_at_once"] = run("gapwise", replace(ten, workers=count))["total"]
            seconds["ten_repeats_bfloat16"] = run("bfloat16", replace(ten, workers=2))["total"]
            one = run("torch", replace(ten, repeats=1))["total"] if TORCH.is_file() else float("nan")
            found.append({"round": turn + 1, **seconds, "torch_one_run": one})
    return pd.DataFrame(found)


def run(way: str, task: Task, changed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Runs a task in a process of its own, with its environment changed, and reads what it reports."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "TF_CPP_MIN_LOG_LEVEL": "2", "HF_HUB_OFFLINE": "1"}
    environment.pop("TF_NUM_INTRAOP_THREADS", None)  # all processors
    environment |= changed or {}
    command = [WAYS.get(way, sys.executable), str(HERE / f"way_{way}.py"), task.write()]
    done = subprocess.run(command, env=environment, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{way} failed with exit code {done.returncode}:\n{done.stderr[-3000:]}")
    reported: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return reported


def _best(measured: dict[str, Any]) -> dict[str, float]:
    later = measured["epochs"][1:] or measured["epochs"]
    return {
        "epoch": min(later),
        "start": measured["start"],
        "tracing": measured["epochs"][0] - min(later),
        "accuracy": measured["accuracy"],
        "memory": measured["memory"],
    }


def _write(name: str, table: pd.DataFrame) -> None:
    table.to_csv(HERE / f"speed_{name}.csv", index=False, float_format="%.4g", lineterminator="\n")
    print(table.round(3).to_string(index=False), flush=True)


if __name__ == "__main__":
    program()
