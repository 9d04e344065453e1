"""How much each class counts in the loss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show
from gapwise.network.recipe import FinetuneParams


def check(params: FinetuneParams, classes: Sequence[str]) -> None:
    """Checks given weights against the classes that there are.

    Raises:
        UserError: If a class has no weight, or a weight no class.
    """
    given = params.class_weight
    if not isinstance(given, dict):
        return
    missing = [show(name) for name in classes if name not in given]
    unknown = [show(name) for name in given if name not in classes]
    problems = (
        [f"finetune.class_weight: no weight for {in_words(missing)}; add one, 1 for no change"] if missing else []
    )
    if unknown:
        there = in_words([show(name) for name in classes])
        problems.append(f"finetune.class_weight: no class {in_words(unknown)}; there are {there}")
    if problems:
        raise UserError("params.yaml does not fit the data, nothing was trained:", problems)


def class_weights(params: FinetuneParams, classes: Sequence[str], labels: NDArray[np.int64]) -> dict[int, float] | None:
    """Gives the weight of each class number in the loss of one repeat.

    Args:
        params: `class_weight`: `balanced` gives each class the same total weight, and texts a mean weight of 1 (King
            and Zeng 2001, Logistic Regression in Rare Events Data); or a weight by name; or None.
        classes: Names, in the order of the numbers.
        labels: Class numbers of the texts that are trained on; each class occurs.

    Returns:
        What Keras's `fit` takes; None if all texts count alike.
    """
    given = params.class_weight
    if given is None:
        return None
    if isinstance(given, dict):
        return {number: given[name] for number, name in enumerate(classes)}
    counts = np.bincount(labels, minlength=len(classes))
    return {number: float(weight) for number, weight in enumerate(len(labels) / (len(classes) * counts))}
