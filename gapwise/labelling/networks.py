"""The networks of models/, ready to label texts, chunk after chunk, without being built or traced again."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax

from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import tf
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.network.batches import PREDICTED_AT_ONCE
from gapwise.network.classifier import Weights, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.scoring.predicting import require_preset


class Networks:
    """Labels texts with the network of each repeat.

    Args:
        description: Of the networks.
        weights: Of each repeat.
        temperature: That the logits are divided by, above 0; see `scoring.temperature`.

    Attributes:
        classes: Their names, in the order of the probabilities.

    Raises:
        UserError: If the preset's files are not those that the networks were trained on.
    """

    def __init__(self, description: Description, weights: Sequence[Weights], temperature: float = 1.0) -> None:
        require_preset(description)
        self.classes, self.temperature = description.classes, temperature
        self._params = description.tokenize
        self._tokenizer = load_tokenizer(description.preset)
        self._part, self._network = rebuild(description)
        self._weights = list(weights)
        mask, packed = (tf.TensorSpec(one.shape, one.dtype) for one in self._network.inputs)
        self._logits = tf.function(
            lambda mask, packed: self._network([mask, packed], training=False), input_signature=[mask, packed]
        )

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Predicts with each network.

        Args:
            texts: Cleaned as those of training, none empty, at least one.

        Returns:
            Shape (repeats, texts, classes); the last axis sums to 1.
        """
        tokens, _ = self._tokenized(texts)
        features = frozen_output(self._part, Ragged.of(tokens["token_ids"].tolist()))
        logits = np.stack([self._of_repeat(values, features) for values in self._weights])
        probabilities: NDArray[np.float64] = softmax(logits / self.temperature, axis=2)
        return probabilities

    def cut(self, texts: Sequence[str]) -> int:
        """Counts the texts of more tokens than `tokenize.max_length`."""
        share: float = self._tokenized(texts)[1]["share_truncated"]
        return round(share * len(texts))

    def _tokenized(self, texts: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Any]]:
        names = [str(row) for row in range(len(texts))]
        rows = pd.DataFrame({"text_id": names, "source_id": names, "text": list(texts)})
        return tokenize(rows, self._tokenizer, self._params)

    def _of_repeat(self, values: Weights, features: Ragged) -> NDArray[np.float64]:
        set_weights(self._network, values)
        logits = np.empty((len(features), len(self.classes)))
        for rows in _batches(features):
            packed, mask = features.packed(rows)
            logits[rows] = self._logits(tf.constant(mask), tf.constant(packed)).numpy()
        return logits


def _batches(features: Ragged) -> Iterator[NDArray[np.int64]]:
    order = np.argsort(features.lengths, kind="stable")
    return (order[start : start + PREDICTED_AT_ONCE] for start in range(0, len(order), PREDICTED_AT_ONCE))
