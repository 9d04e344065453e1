"""What a baseline is: a cheap classifier on the same repeats, which fine-tuning must be worth its cost against."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Probabilities = list[npt.NDArray[np.float64]]


class Repeat(NamedTuple):
    """One repeat's texts: rows of `tables.Texts` in each part.

    A baseline may look at `text` and `text_id`, and at `label` of train and validation alone. There may be no
    validation rows.
    """

    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame

    def labels(self) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
        """Gives the classes of train and of validation, each of shape (rows,)."""
        return self.train["label"].to_numpy(object), self.validation["label"].to_numpy(object)


# Takes a repeat, and the frozen encoder's vectors of all texts, indexed by `text_id`. Gives the probabilities of the
# sorted classes for train, validation and test, each of shape (rows, classes).
Baseline = Callable[[Repeat, pd.DataFrame], Probabilities]
