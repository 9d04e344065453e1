"""The head's start from a linear probe: fit the head to the pre-trained encoder first, then fine-tune all.

Kumar et al. 2022 (Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution) call it LP-FT: a
random head sends large, misleading gradients into the encoder, a fitted one does not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Of the largest spread. MiniLM has three features that are all but constant: to bring them to the scale of the others
# takes weights of up to 1e30, whose gradients are infinite.
NEGLIGIBLE = 1e-6


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
    """Fits the head that predicts what the frozen-encoder baseline does, but for features that hardly vary.

    Args:
        train: Pooled vectors of the pre-trained encoder, shape (rows, width).
        train_labels: Class numbers; every class occurs.
        validation: Pooled vectors of the texts that choose the penalty, shape (rows, width).
        validation_labels: Class numbers.
        class_weight: See `class_weights`.
    """
    # Every run of finetune imports this module; only some need to wait for scikit-learn.
    from sklearn.preprocessing import StandardScaler

    from gapwise import logistic

    spread = train.std(axis=0)
    varies = spread >= NEGLIGIBLE * spread.max()
    # As the baseline: on one scale, one list of penalties serves every encoder.
    scaler = StandardScaler().fit(train[:, varies].astype(float))
    on, by = (scaler.transform(part[:, varies].astype(float)) for part in (train, validation))
    model = logistic.fit(on, train_labels, by, validation_labels, class_weight)
    kernel, bias = model.coef_, model.intercept_
    if len(kernel) == 1:  # of two classes scikit-learn has the second one's logit alone; a softmax has one for each
        kernel, bias = np.concatenate([-kernel, kernel]) / 2, np.concatenate([-bias, bias]) / 2
    whole = np.zeros((len(kernel), len(varies)))
    whole[:, varies] = kernel / scaler.scale_
    return Head(whole.T.astype(np.float32), (bias - whole[:, varies] @ scaler.mean_).astype(np.float32))
