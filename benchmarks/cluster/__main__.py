"""Measures a sweep on many machines and writes results/: python -m benchmarks.cluster scaling|git.

Both need root on Linux: hosts are network namespaces, and remotes are behind an SSH server, as in tests/cluster.
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.cluster.load import load
from benchmarks.cluster.scaling import scaling

MEASURES = {"scaling": scaling, "git": load}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Runs one of the measures."""
    if len(sys.argv) != 2 or sys.argv[1] not in MEASURES:
        sys.exit(f"One of {', '.join(MEASURES)}, for example: python -m benchmarks.cluster git")
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for row in MEASURES[sys.argv[1]](Path(folder)):
            print(row, flush=True)
            rows.append(row)
    pd.DataFrame(rows).to_csv(RESULTS / f"{sys.argv[1]}.csv", index=False)


if __name__ == "__main__":
    main()
