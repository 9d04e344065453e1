"""The pipeline's own fine-tuning, repeat after repeat in one process, where simulated heads are no answer."""

import numpy as np
import pandas as pd

from benchmarks.honesty.small_worlds import Probabilities
from benchmarks.honesty.worlds import Rows
from benchmarks.pipeline import params
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.network.classifier import predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.training.recipe import FinetuneParams
from gapwise.training.trainer import Trainer


class Tuning:
    """One setting on some texts of two classes.

    Args:
        texts: `tables.Texts`, n of them.
        tokens: `tables.Tokens` of these, in the same order.
        recipe: The setting.
    """

    def __init__(self, texts: pd.DataFrame, tokens: pd.DataFrame, recipe: FinetuneParams) -> None:
        classes = sorted(texts["label"].unique())
        self.labels = pd.Categorical(texts["label"], categories=classes).codes.astype(np.int64)
        described = Description.of(params("tokenize"), recipe, unfrozen_layers=None, classes=classes, repeats=1)
        part, self.network = rebuild(described)
        self.features = frozen_output(part, Ragged.of(tokens["token_ids"].tolist()))
        self.trainer = Trainer(self.network, recipe, classes)

    def probabilities(self, train: Rows, validation: Rows, seed: int, asked: Rows) -> Probabilities:
        """Trains once, and gives the probability of the second class for other texts, shape (asked,).

        Args:
            train: Numbers of texts, below n, as in the other two.
            validation: What stops training.
            seed: Of the training.
            asked: What is predicted.
        """
        parts = (Examples(self.features, self.labels, rows) for rows in (train, validation))
        set_weights(self.network, self.trainer.train(*parts, seed=seed).weights)
        return predict(self.network, self.features, asked)[:, 1].astype(np.float32)
