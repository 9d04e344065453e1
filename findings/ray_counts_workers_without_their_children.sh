#!/usr/bin/env bash
# Ray 2.60.0, seen on 2026-11-30: where memory of a machine runs out, Ray ends a worker, and its message says how much memory
# each worker that it considered had used. What a child of the worker holds is not in that number: an actor whose child holds
# 2 GiB is said to have used less than a tenth of that. The table of the largest processes, further down in the message, is
# where the child shows. The memory= of an actor is a number for the scheduler alone: this one had asked for 0.1 GiB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ray==2.60.0 psutil==7.2.2
cat > ask.py <<'ASK'
import os
import re

import psutil

GIB = 2**30
memory = psutil.virtual_memory()
os.environ["RAY_memory_usage_threshold"] = str((memory.total - memory.available + GIB) / memory.total)
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")


@ray.remote(num_cpus=1, memory=GIB // 10)
class Holder:
    def hold(self):
        import subprocess
        import sys

        subprocess.run([sys.executable, "-c", f"import time; held = b'.' * {2 * GIB}; time.sleep(60)"], check=False)


try:
    ray.get(Holder.remote().hold.remote())
except ray.exceptions.RayError as error:
    print(type(error).__name__)
    used = float(re.search(r"actual memory used=([0-9.]+)GB", str(error))[1])
    print("said to have used less than 0.2 GB:", used < 0.2)
    print("the child is among the largest processes:", "import time; held" in str(error))
ASK
venv/bin/python ask.py | tee output.txt
diff - output.txt <<'SEEN'
OutOfMemoryError
said to have used less than 0.2 GB: True
the child is among the largest processes: True
SEEN
