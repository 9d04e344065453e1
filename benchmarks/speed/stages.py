"""Where the seconds of `dvc repro` go, stage by stage: imports, tracing, the work itself."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[2]

# A stage as DVC runs it, but watched: TensorFlow traces a function whenever it makes a graph of it.
WATCHED = """
import importlib, json, sys, time
start = time.perf_counter()
stage = importlib.import_module(sys.argv[1])
imported = time.perf_counter()
traced = [0.0]
if "tensorflow" in sys.modules:
    from tensorflow.python.eager.polymorphic_function import tracing_compilation as tracing
    make, depth = tracing.func_graph_module.func_graph_from_py_func, [0]
    def timed(*args, **kwargs):
        depth[0] += 1
        begin = time.perf_counter()
        try:
            return make(*args, **kwargs)
        finally:
            depth[0] -= 1
            traced[0] += (time.perf_counter() - begin) if depth[0] == 0 else 0.0
    tracing.func_graph_module.func_graph_from_py_func = timed
stage.main()
end = time.perf_counter()
print()
print(json.dumps([imported - start, traced[0], end - imported - traced[0]]))
"""


def measure_stages() -> pd.DataFrame:
    """Runs all stages on the default params in a clone, once.

    Returns:
        Seconds by stage in `imports`, `tracing` and `work`; last, what `dvc repro` takes with nothing to do.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(clone)], check=True)
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        rows = []
        for stage in YAML(typ="safe").load(clone / "dvc.yaml")["stages"]:
            print(f"stage {stage}", flush=True)
            command = [sys.executable, "-c", WATCHED, f"stages.{stage}"]
            done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"stages.{stage} failed:\n{done.stderr[-3000:]}")
            imports, tracing, work = json.loads(done.stdout.splitlines()[-1])
            rows.append({"stage": stage, "imports": imports, "tracing": tracing, "work": work})
        subprocess.run(["dvc", "commit", "-q", "-f"], cwd=clone, env=environment, check=True)
        seconds = min(_repro(clone, environment) for _ in range(3))
        shutil.rmtree(clone)
    return pd.DataFrame([*rows, {"stage": "dvc repro, nothing to do", "work": seconds}])


def _repro(clone: Path, environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run(["dvc", "repro"], cwd=clone, env=environment, capture_output=True, text=True, check=True)
    if "up to date" not in done.stdout + done.stderr:
        sys.exit(f"dvc repro had something to do:\n{done.stdout}")
    return time.perf_counter() - begin
