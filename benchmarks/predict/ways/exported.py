"""An export, run by its own runtime."""

from pathlib import Path

from benchmarks.predict.ways.task import given, report
from gapwise.labelling.exported import Exported


def main() -> None:
    """Loads and labels."""
    task = given()
    export = Exported(Path(task["model"]))
    report(task, lambda texts: export.probabilities(texts)[0].argmax(axis=1).tolist())


if __name__ == "__main__":
    main()
