"""What others think of a row: a cross-fitted probe, and the networks that never saw the row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.inspecting.doubts import Floats, Integers
from gapwise.scoring.temperature import fit, scale
from gapwise.statistics.arrays import classes


@dataclass(frozen=True)
class Opinions:
    """Out-of-sample probabilities of rows.

    Attributes:
        probe: Of the probe, shape (rows, classes); not a number where it cannot judge.
        networks: Mean of those networks that did not see the row, shape (rows, classes); 0 where there is none.
        counts: How many these are, shape (rows,).
    """

    probe: Floats
    networks: Floats
    counts: Integers


def of_networks(predictions: pd.DataFrame, part: str, text_ids: "pd.Series[str]") -> tuple[Floats, Integers]:
    """Gathers what networks predict of rows outside of their train part.

    Args:
        predictions: `tables.Predictions`.
        part: `validation` or `test`.
        text_ids: The rows wanted, of shape (rows,).

    Returns:
        Mean probabilities, shape (rows, classes), and the number of networks, shape (rows,); 0 where there is none.
    """
    columns = [f"p_{name}" for name in classes(predictions)]
    rows = predictions[predictions["part"] == part].groupby("text_id")[columns]
    means = rows.mean().reindex(text_ids, fill_value=0.0)
    counts = rows.size().reindex(text_ids, fill_value=0)
    return means.to_numpy(np.float64), counts.to_numpy().astype(np.int64)


@dataclass(frozen=True)
class Temperatures:
    """How much surer than right the probe and the networks are; see `scoring.temperature`."""

    probe: float
    networks: float

    @classmethod
    def of(cls, opinions: Opinions, labels: Integers) -> "Temperatures":
        """Fits both to labelled rows; 1 where nothing was judged."""
        return cls(
            _fitted(opinions.probe, labels, ~np.isnan(opinions.probe[:, 0])),
            _fitted(opinions.networks, labels, opinions.counts > 0),
        )

    def combined(self, opinions: Opinions) -> Floats:
        """Gives the mean of all opinions, each brought to its temperature; the probe is one, each network another.

        Returns:
            Shape (rows, classes); not a number where neither has judged.
        """
        probe = scale(np.nan_to_num(opinions.probe, nan=1.0), self.probe)
        networks = scale(opinions.networks, self.networks)
        weights = np.column_stack([~np.isnan(opinions.probe[:, 0]), opinions.counts]).astype(float)
        total = weights.sum(axis=1, keepdims=True)
        mixed = weights[:, :1] * probe + weights[:, 1:] * networks
        combined: Floats = np.divide(mixed, total, out=np.full_like(mixed, np.nan), where=total > 0)
        return combined


def _fitted(probabilities: Floats, labels: Integers, known: NDArray[np.bool_]) -> float:
    return fit(probabilities[known], labels[known]) if known.any() else 1.0
