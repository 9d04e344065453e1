"""The parts of the speed benchmark: each measures something and gives a table.

Every measurement is a process of its own, and the ways take turns, so that a slow phase of the machine meets all of
them; of several rounds the best counts.
"""

import tempfile
from dataclasses import replace
from itertools import product
from math import prod
from pathlib import Path

import pandas as pd

from benchmarks.speed.floor import floor, matrix_rate
from benchmarks.speed.process import TORCH, WAYS, best, run
from benchmarks.speed.report import save
from benchmarks.speed.rows import write_rows
from benchmarks.speed.task import Task
from gapwise.encoding.presets import locate

DEPTHS = {"1 of 6": 1, "4 of 6": 4, "all": 6, "none": 0}  # the default's first
TRIED = {  # the way, and what is changed in its environment
    "gapwise": ("gapwise", {}),
    "by_length": ("by_length", {}),
    "half": ("half", {}),
    "no_onednn": ("gapwise", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
}
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
GROWTH = list(product([100, 1_000, 10_000], [1, 5, 20]))  # rows, repeats


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
                runs.append({"frozen": depth, "way": way, **best(run(way, task))})
    fastest = pd.DataFrame(runs).groupby(["frozen", "way"], sort=False).min().reset_index()
    gapwise = fastest[fastest["way"] == "gapwise"].set_index("frozen")["epoch"]
    floors = {depth: floor(lengths["train"], lengths["validation"], 6 - freeze) for depth, freeze in DEPTHS.items()}
    return fastest.assign(
        times_gapwise=fastest["epoch"] / fastest["frozen"].map(gapwise),
        floor_share=fastest["frozen"].map(floors) / max(rates) / fastest["epoch"],
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
                runs.append({"change": change, **best(run(way, task, environment))})
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


def growth(table: Path, largest: int) -> None:
    """Measures Gapwise, 4 of 6 layers frozen, one epoch, on rows of 64 tokens: seconds and peak memory in MiB.

    Args:
        table: The CSV file to go on with. Its cells are kept, and each new one is written at once: the largest takes an
            hour.
        largest: Rows times repeats, at most.
    """
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
        save(pd.DataFrame(found).sort_values(["rows", "repeats"], ignore_index=True), table)


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
