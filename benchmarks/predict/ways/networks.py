"""The final network, run by Keras as `gapwise predict --model final` does."""

from pathlib import Path

from benchmarks.predict.ways.task import given, report
from gapwise.labelling.loading import load


def main() -> None:
    """Loads and labels, as many texts at once as the command."""
    task = given()
    networks = load(Path(task["model"]))
    at_once = 1024

    def label(texts: list[str]) -> list[int]:
        parts = [texts[start : start + at_once] for start in range(0, len(texts), at_once)]
        return [one for part in parts for one in networks.probabilities(part)[0].argmax(axis=1).tolist()]

    report(task, label)


if __name__ == "__main__":
    main()
