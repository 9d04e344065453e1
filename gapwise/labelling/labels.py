"""What is claimed of a text: its label, how sure, and whether the repeats agree."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Labeller(Protocol):
    """One or several networks that label texts."""

    @property
    def classes(self) -> Sequence[str]:
        """Their names, in the order of the probabilities."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Predicts: shape (networks, texts, classes), for at least one text, cleaned and not empty."""

    def cut(self, texts: Sequence[str]) -> int | None:
        """Counts the texts that are too long to be read to their end; None where that cannot be known."""


def labels(by_repeat: NDArray[np.float64], classes: Sequence[str], threshold: float | None = None) -> pd.DataFrame:
    """Makes of the probabilities of all repeats what is added to a table.

    Args:
        by_repeat: Shape (repeats, texts, classes).
        classes: Names, in the order of the last axis.
        threshold: From 0 to 1; below this probability of the label, nothing is claimed. None for no such column.

    Returns:
        `predicted`, the class of the highest mean probability; with a threshold `abstain`, yes or no; `p_<class>`, the
        mean of the repeats; `spread`, the standard deviation over repeats of the label's probability.
    """
    mean = by_repeat.mean(axis=0)
    best = mean.argmax(axis=1)
    rows = np.arange(len(best))
    table = {"predicted": np.array(classes, dtype=object)[best]}
    if threshold is not None:
        table["abstain"] = np.where(mean[rows, best] < threshold, "yes", "no").astype(object)
    table |= {f"p_{name}": mean[:, number].round(6) for number, name in enumerate(classes)}
    return pd.DataFrame(table | {"spread": by_repeat[:, rows, best].std(axis=0).round(6)})


def columns(classes: Sequence[str], threshold: float | None) -> list[str]:
    """Names the columns that `labels` gives."""
    abstain = [] if threshold is None else ["abstain"]
    return ["predicted", *abstain, *(f"p_{name}" for name in classes), "spread"]
