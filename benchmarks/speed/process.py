"""One measurement: a task in a process of its own, which reports as JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.speed.task import Task

PROJECT = Path(__file__).parents[2]
TORCH = Path(os.environ.get("TORCH_ENV", PROJECT / ".torch-env")).absolute() / "bin" / "python"
WAYS = {"keras": sys.executable, "torch": str(TORCH), "gapwise": sys.executable, "bfloat16": sys.executable}


def run(way: str, task: Task, changed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Runs a task in a process of its own, with its environment changed, and reads what it reports.

    Args:
        way: A module of `benchmarks.speed.ways`. The one for torch runs in the environment that `make torch-env` makes,
            which is why no package above it imports anything.
        task: What to do.
        changed: Variables of the environment.
    """
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2", "HF_HUB_OFFLINE": "1"}
    environment.pop("TF_NUM_INTRAOP_THREADS", None)  # all processors
    environment |= changed or {}
    command = [WAYS.get(way, sys.executable), "-m", f"benchmarks.speed.ways.{way}", task.write()]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{way} failed with exit code {done.returncode}:\n{done.stderr[-3000:]}")
    reported: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return reported


def best(measured: dict[str, Any]) -> dict[str, float]:
    """Keeps the best epoch of a run but the first, and what the first took beyond it."""
    later = measured["epochs"][1:] or measured["epochs"]
    return {
        "epoch": min(later),
        "start": measured["start"],
        "tracing": measured["epochs"][0] - min(later),
        "accuracy": measured["accuracy"],
        "memory": measured["memory"],
    }
