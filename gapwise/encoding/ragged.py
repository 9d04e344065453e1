"""Sequences of different lengths in one flat array, padded only when a batch is taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ragged:
    """n sequences, one after the other.

    Attributes:
        values: Shape (sum of lengths, ...): token ids, or one vector per token.
        splits: Shape (n + 1,): sequence i is `values[splits[i]:splits[i + 1]]`.
    """

    values: NDArray[Any]
    splits: NDArray[np.int64]

    @classmethod
    def of(cls, sequences: Sequence[NDArray[Any]]) -> "Ragged":
        """Joins sequences, each of shape (length, ...)."""
        lengths = [len(sequence) for sequence in sequences]
        return cls(np.concatenate(sequences), np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))

    def __len__(self) -> int:
        return len(self.splits) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Shape (n,)."""
        return np.diff(self.splits)

    def packed(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int32]]:
        """Takes some sequences, one after the other.

        Returns:
            The values, shape (sum of their lengths, ...), and the mask of `padded`.
        """
        lengths = self.lengths[rows]
        mask = np.arange(lengths.max()) < lengths[:, None]
        values = np.concatenate([self.values[self.splits[row] : self.splits[row + 1]] for row in rows])
        return values, mask.astype(np.int32)

    def padded(self, rows: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int32]]:
        """Takes some sequences, padded with zeros to the longest of them.

        Returns:
            The values, shape (rows, longest, ...), and the mask, shape (rows, longest): 1 where a value is real.
        """
        packed, mask = self.packed(rows)
        values = np.zeros((*mask.shape, *self.values.shape[1:]), self.values.dtype)
        values[mask > 0] = packed
        return values, mask

    def batches(self, size: int, alone: NDArray[np.bool_] | None = None) -> Iterator[NDArray[np.int64]]:
        """Yields all row numbers in batches of about `size` values, sequences of like length together.

        Args:
            size: Of a batch; one sequence may have more.
            alone: Shape (n,): which sequences make a batch each; none without it.
        """
        order = np.argsort(-self.lengths, kind="stable")
        if alone is not None:
            yield from order[alone[order]][:, None]
            order = order[~alone[order]]
        start = 0
        while start < len(order):
            rows = max(1, size // int(self.lengths[order[start]]))
            yield order[start : start + rows]
            start += rows
