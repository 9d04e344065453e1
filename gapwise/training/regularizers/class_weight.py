"""Class weights: how much the texts of each class count in the error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.base.wording import in_words, show
from gapwise.training.regularizer import Regularizer

Weight = Annotated[float, Field(gt=0)]


def _shape(value: Any) -> str:
    return "weights" if isinstance(value, dict) else "null" if value is None else "name"


# Told apart by shape, so that a mistake is one message and not one for each thing that the value could have been.
ClassWeights = Annotated[
    Annotated[Literal["balanced"], Tag("name")]
    | Annotated[dict[str, Weight], Tag("weights")]
    | Annotated[None, Tag("null")],
    Discriminator(_shape),
]


class ClassWeight(Regularizer):
    """Weighs the error of each text by its class; a term beside the error, as the contrastive one, is not weighed."""

    class Keys(Section):
        """Its key."""

        class_weight: Annotated[ClassWeights, Rule(off=None, tried="balanced")]

    @classmethod
    def misfits(cls, recipe: Any, classes: Sequence[str]) -> list[str]:
        """Names classes without a weight, and weights without a class."""
        given = recipe.class_weight
        if not isinstance(given, dict):
            return []
        missing = [show(name) for name in classes if name not in given]
        unknown = [show(name) for name in given if name not in classes]
        problems = [f"class_weight: no weight for {in_words(missing)}; add one, 1 for no change"] if missing else []
        if unknown:
            there = in_words([show(name) for name in classes])
            problems.append(f"class_weight: no class {in_words(unknown)}; there are {there}")
        return problems

    def class_weight(self, labels: NDArray[np.int64]) -> dict[int, float] | None:
        """Gives the weight of each class number.

        `balanced` gives each class the same total weight, and texts a mean weight of 1 (King and Zeng 2001, Logistic
        Regression in Rare Events Data).

        Args:
            labels: Class numbers of the texts that are trained on; each class occurs.
        """
        given, classes = self.keys.class_weight, self.trainee.classes
        if isinstance(given, dict):
            return {number: given[name] for number, name in enumerate(classes)}
        counts = np.bincount(labels, minlength=len(classes))
        return {number: float(weight) for number, weight in enumerate(len(labels) / (len(classes) * counts))}
