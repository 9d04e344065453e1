"""Draws the documentation's pictures from the metrics that lie in the project: python docs/pictures.py."""

import json
import subprocess
from pathlib import Path

import vl_convert

PICTURES = {
    "metrics/plots/repeats.csv": "repeats.png",
    "metrics/plots/epochs.csv": "epochs.png",
    "metrics/plots/thresholds.csv": "thresholds.png",
}


def main() -> None:
    """Fills DVC's plot templates as `dvc plots show` does, and writes each as a PNG beside this file."""
    plots = json.loads(subprocess.check_output(["dvc", "plots", "show", "--json"]))["data"]
    for source, name in PICTURES.items():
        spec = plots[source][0]["content"]
        png = vl_convert.vegalite_to_png(spec, vl_version="5.21", scale=1.5)
        (Path(__file__).parent / name).write_bytes(png)


if __name__ == "__main__":
    main()
