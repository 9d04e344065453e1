"""The table behind the plot of the loss by epoch. It stands alone, so that no other plot can make training rerun."""

from collections.abc import Sequence

import pandas as pd


def by_epoch(histories: Sequence[pd.DataFrame], best_epochs: Sequence[int]) -> pd.DataFrame:
    """Gives the loss of each repeat by epoch.

    Args:
        histories: One table per repeat, from repeat 0: `epoch`, `train_log_loss` and, with validation rows,
            `validation_log_loss`; others are left out.
        best_epochs: The epoch of each repeat whose weights are kept.

    Returns:
        `repeat`, `epoch`, `part` (`train` or `validation`), `log_loss`, `kept` (1 at the kept epoch, else 0).
    """
    tables = []
    for repeat, (history, best) in enumerate(zip(histories, best_epochs, strict=True)):
        losses = history.rename(columns=lambda name: name.removesuffix("_log_loss"))
        parts = [part for part in ("train", "validation") if part in losses]
        table = losses.melt("epoch", parts, "part", "log_loss")
        tables.append(table.assign(repeat=repeat, kept=(table["epoch"] == best).astype(int)))
    return pd.concat(tables, ignore_index=True)[["repeat", "epoch", "part", "log_loss", "kept"]]
