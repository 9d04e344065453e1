"""A head that is a linear probe: a logistic regression on the encoder's vectors, before or after it is fine-tuned.

Before: Kumar et al. 2022 (Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution) call it
LP-FT. A random head sends large, misleading gradients into the encoder, a fitted one does not.

After: Tunstall et al. 2022 (Efficient Few-Shot Learning Without Prompts) tune the encoder by a contrastive loss and fit
the head to what it then gives. A head that has learnt a few texts by heart is too sure, and the probe's penalty keeps
it from that.

Validation rows choose the penalty. Where there are none, cross-fitting on the train texts does, variants apart, with
the vectors of the encoder as it was pre-trained. The tuned encoder was trained on the very rows that a fold holds out:
folds of its vectors would choose almost no penalty. It has also moved these rows further apart than others, so that a
refitted head is too sure with the penalty of the pre-trained vectors. Its logits are divided by a temperature, which
changes no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.training.regularizer import Regularizer, Run

if TYPE_CHECKING:
    from gapwise.encoding.probe import Probe


TUNED = 1.5  # temperature of a refitted head whose penalty cross-fitting chose: see docs/what-helps.md


class ProbeHead(Regularizer):
    """Fits the head to the vectors of the train texts: before training, after it, or both."""

    class Keys(Section):
        """Its keys."""

        head_init: Annotated[Literal["random", "probe"], Rule(off="random", tried="probe")]
        head_refit: Annotated[bool, Rule(off=False, tried=True)]

    @classmethod
    def notes(cls, recipe: Any, classes: Sequence[str]) -> list[str]:
        """Says that the head of the epochs is not the one that is kept."""
        if not recipe.head_refit:
            return []
        return ["the figures by epoch are of a head that is fitted anew in the end: its log loss may be far worse"]

    def before(self, run: Run) -> None:
        """Chooses the penalty where no validation row does, and starts from the probe of the pre-trained encoder."""
        is_given = run.penalties is not None or len(run.validation.rows)
        self.penalties = run.penalties if is_given else [self._cross_fitted(run)]
        self.temperature = 1.0 if is_given else TUNED
        if self.keys.head_init == "probe":
            self._fit(run)

    def after(self, run: Run) -> None:
        """Ends with the probe of the tuned encoder."""
        if self.keys.head_refit:
            self._fit(run, self.temperature)

    def _cross_fitted(self, run: Run) -> float:
        from gapwise.encoding.probe import cross_fitted_probe

        texts = run.train.texts()
        labels, groups = texts.labels[texts.rows], texts.groups_of_rows()
        return cross_fitted_probe(run.vectors(texts), labels, run.class_weight, groups=groups)

    def _fit(self, run: Run, temperature: float = 1.0) -> None:
        from gapwise.encoding.probe import (  # every stage imports this module, and few wait for scikit-learn
            PENALTIES,
            probe,
        )

        on, by = ((run.vectors(part), part.labels[part.rows]) for part in (run.train, run.validation))
        head = head_of(probe(*on, *by, run.class_weight, penalties=self.penalties or PENALTIES))
        self.trainee.head.kernel.assign(head.kernel / temperature)
        self.trainee.head.bias.assign(head.bias / temperature)


class Head(NamedTuple):
    """Weights of a softmax head: the kernel, shape (width, classes), and the bias, shape (classes,)."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def head_of(probe: Probe) -> Head:
    """Turns a probe into a head that gives the same probabilities for vectors as they are."""
    kernel, bias = probe.model.coef_, probe.model.intercept_
    if len(kernel) == 1:  # of two classes scikit-learn has the second one's logit alone; a softmax has one for each
        kernel, bias = np.concatenate([-kernel, kernel]) / 2, np.concatenate([-bias, bias]) / 2
    kernel = kernel / probe.scale
    return Head(kernel.T.astype(np.float32), (bias - kernel @ probe.mean).astype(np.float32))
