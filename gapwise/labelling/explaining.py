"""Which words carry a decision: by occlusion, that is by taking each of them out and looking at what changes.

Zeiler and Fergus 2014 (Visualizing and Understanding Convolutional Networks) do it with parts of pictures; with words
it is leave-one-out, as in Li et al. 2016 (Understanding Neural Networks through Representation Erasure).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gapwise.labelling.labels import Labeller

MOST_PARTS = 60  # that a text is taken apart into; a longer one loses several words at once


@dataclass(frozen=True)
class Explanation:
    """A text and what its parts do for the label.

    Attributes:
        label: The class of the highest mean probability.
        probability: Of the label, the mean of the repeats.
        parts: Words of the text in order, or runs of words in a long one.
        weights: By how much the label's probability falls without each part; below 0 where it rises.
    """

    label: str
    probability: float
    parts: list[str]
    weights: list[float]


def explain(labeller: Labeller, text: str) -> Explanation:
    """Explains the label of a text.

    Args:
        labeller: Of the label.
        text: Cleaned, not empty. A text of one part cannot be taken apart: its weight is 0.
    """
    words = text.split(" ")
    ends = np.linspace(0, len(words), min(len(words), MOST_PARTS) + 1).round().astype(int).tolist()
    spans = list(pairwise(ends))
    without = [" ".join([*words[:start], *words[end:]]) for start, end in spans] if len(spans) > 1 else []
    mean = labeller.probabilities([text, *without]).mean(axis=0)
    label = int(mean[0].argmax())
    weights = (mean[0, label] - mean[1:, label]).tolist() or [0.0]
    return Explanation(
        labeller.classes[label], float(mean[0, label]), [" ".join(words[start:end]) for start, end in spans], weights
    )


def strongest(explanation: Explanation, count: int = 5) -> list[tuple[str, float]]:
    """Gives the parts of the largest weights, whatever their sign, the largest first."""
    order: Sequence[int] = np.argsort(-np.abs(explanation.weights), kind="stable")[:count].tolist()
    return [(explanation.parts[place], explanation.weights[place]) for place in order]
