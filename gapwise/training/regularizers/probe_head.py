"""A head that is a linear probe: a logistic regression on the encoder's vectors, before or after it is fine-tuned.

Before: Kumar et al. 2022 (Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution) call it
LP-FT. A random head sends large, misleading gradients into the encoder, a fitted one does not.

After: Tunstall et al. 2022 (Efficient Few-Shot Learning Without Prompts) tune the encoder by a contrastive loss and fit
the head to what it then gives. A head that has learnt a few texts by heart is too sure, and the probe's penalty keeps
it from that.
"""

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.training.regularizer import Regularizer, Run


class ProbeHead(Regularizer):
    """Fits the head to the vectors of the train texts: before training, after it, or both."""

    class Keys(Section):
        """Its keys."""

        head_init: Annotated[Literal["random", "probe"], Rule(off="random", tried="probe")]
        head_refit: Annotated[bool, Rule(off=False, tried=True)]

    @classmethod
    def notes(cls, recipe: Any) -> list[str]:
        """Says that the head of the epochs is not the one that is kept."""
        if not recipe.head_refit:
            return []
        return ["the figures by epoch are of a head that is fitted anew in the end: its log loss may be far worse"]

    def before(self, run: Run) -> None:
        """Starts from the probe of the pre-trained encoder."""
        if self.keys.head_init == "probe":
            self._fit(run)

    def after(self, run: Run) -> None:
        """Ends with the probe of the tuned encoder."""
        if self.keys.head_refit:
            self._fit(run)

    def _fit(self, run: Run) -> None:
        on, by = ((run.vectors(part), part.labels[part.rows]) for part in (run.train, run.validation))
        fitted = probe(*on, *by, run.class_weight)
        self.trainee.head.kernel.assign(fitted.kernel)
        self.trainee.head.bias.assign(fitted.bias)


class Head(NamedTuple):
    """Weights of a softmax head: the kernel, shape (width, classes), and the bias, shape (classes,)."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def probe(
    train: NDArray[np.float32],
    train_labels: NDArray[np.int64],
    validation: NDArray[np.float32],
    validation_labels: NDArray[np.int64],
    class_weight: dict[int, float] | None,
) -> Head:
    """Fits the head as a logistic regression, with the penalty that predicts the validation texts best.

    Args:
        train: Pooled vectors of the train texts, shape (rows, width).
        train_labels: Class numbers; every class occurs.
        validation: Pooled vectors of the texts that choose the penalty, shape (rows, width).
        validation_labels: Class numbers.
        class_weight: Weight of each class number; None if all texts count alike.
    """
    # Every run of finetune imports this module; only some need to wait for scikit-learn.
    from gapwise.encoding import probe

    # One scale for all features: one list of penalties serves every encoder, and what lies between texts stays as it
    # is. A scale for each would blow up features that are the same for all texts; all-MiniLM-L6-v2 has two, of 1e-33.
    mean, scale = train.mean(axis=0, dtype=float), train.astype(float).std(axis=0)
    scale = float(np.sqrt(np.mean(scale**2))) or 1.0
    model = probe.fit(
        (train - mean) / scale, train_labels, (validation - mean) / scale, validation_labels, class_weight
    )
    kernel, bias = model.coef_, model.intercept_
    if len(kernel) == 1:  # of two classes scikit-learn has the second one's logit alone; a softmax has one for each
        kernel, bias = np.concatenate([-kernel, kernel]) / 2, np.concatenate([-bias, bias]) / 2
    kernel = kernel / scale
    return Head(kernel.T.astype(np.float32), (bias - kernel @ mean).astype(np.float32))
