"""Whether an export says what the network says: run in its own runtime, in a process of its own, on real texts."""

import functools
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.base.workers import spread
from gapwise.labelling.exported import Exported
from gapwise.statistics.uncertainty import components

MOST = 1e-4  # that a probability may move by in float32
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Checked:
    """How an export compares with Keras on the same texts.

    Attributes:
        rows: Number of texts.
        flips: Texts that get another label.
        largest: Largest difference of a probability.
        accuracy: Change of the accuracy, the export's minus Keras's.
        accuracy_low: Lower end of its interval of 95 %.
        accuracy_high: Upper end of it.
        milliseconds: Per text, in its own runtime, batches of 32.
        tensorflow: Whether that process had imported TensorFlow.
    """

    rows: int
    flips: int
    largest: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    milliseconds: float
    tensorflow: bool

    def as_dict(self) -> dict[str, Any]:
        """Gives its figures by name, rounded to what a reader can use."""
        return {name: round(value, 7) if isinstance(value, float) else value for name, value in asdict(self).items()}


def check(
    folder: Path,
    texts: Sequence[str],
    expected: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> Checked:
    """Runs an export and compares.

    Args:
        folder: Of the export.
        texts: At least 2, cleaned.
        expected: What Keras gives for them, shape (texts, classes).
        labels: Their true class numbers.
        groups: Number of each text's group, see `uncertainty.components`.
    """
    ((found, seconds, tensorflow),) = spread(functools.partial(_prepare, folder), [list(texts)], 1)
    guesses = [probabilities.argmax(axis=1) for probabilities in (found, expected)]
    change = (guesses[0] == labels).astype(float) - (guesses[1] == labels)
    uncertainty = components(change[None], groups, "accuracy").uncertainty()
    low, high = uncertainty.interval(CONFIDENCE)
    return Checked(
        rows=len(texts),
        flips=int((guesses[0] != guesses[1]).sum()),
        largest=float(np.abs(found - expected).max()),
        accuracy=uncertainty.value,
        accuracy_low=low,
        accuracy_high=high,
        milliseconds=1000 * seconds / len(texts),
        tensorflow=tensorflow,
    )


def require_equal(checked: Checked, what: str) -> None:
    """Refuses an export in float32 that says something else than the network.

    Raises:
        UserError: If a label flips, or a probability moves by more than `MOST`.
    """
    if checked.flips or checked.largest > MOST:
        raise UserError(
            f"{what} was not written, as it does not say what the network says:",
            [
                f"{checked.flips} of {checked.rows} labels flip, and a probability moves by {checked.largest:.1e}; at "
                f"most {MOST:.0e} is allowed",
                "please report it with the versions of the packages, as `pip freeze` lists them",
            ],
        )


def _prepare(folder: Path) -> Callable[[list[str]], tuple[NDArray[np.float64], float, bool]]:
    export = Exported(folder)

    def work(texts: list[str]) -> tuple[NDArray[np.float64], float, bool]:
        export.probabilities(texts[:2])  # what a runtime does once is not counted
        started = time.perf_counter()
        found = export.probabilities(texts)[0]
        return found, time.perf_counter() - started, "tensorflow" in sys.modules

    return work
