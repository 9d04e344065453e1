"""What a regularizer is: its keys of the section `finetune`, their rules, and the places of training where it acts.

A regularizer is one class in one file of `training/regularizers/`, and one import in `training/catalogue.py`. Its
module must not import TensorFlow, because every stage reads the keys: it says `from gapwise.encoding import runtime`,
and uses `runtime.keras` and `runtime.tf` inside of its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gapwise.base.rules import is_on, rules
from gapwise.base.validation import Section

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf
    from gapwise.network.batches import Examples

Vectors = Callable[["Examples"], NDArray[np.float32]]


@dataclass(frozen=True)
class Trainee:
    """The network in training, by the parts that regularizers act on. All hold the network's own weights.

    Attributes:
        represent: Maps `[mask, packed]` to the pooled vectors, shape (texts, width).
        drop: The dropout layer before the head.
        head: The dense layer that makes logits of shape (texts, classes).
        variables: All that is trained, in the order of its gradient.
        blocks: The same from the top: the head's, those of each trained layer, those of the embeddings.
        classes: Names of the classes, in the order of the logits.
    """

    represent: keras.Model
    drop: keras.layers.Dropout
    head: keras.layers.Dense
    variables: Sequence[keras.Variable]
    blocks: Sequence[Sequence[keras.Variable]]
    classes: Sequence[str]

    @property
    def encoder_variables(self) -> list[keras.Variable]:
        """All that is trained but the head."""
        return [variable for block in self.blocks[1:] for variable in block]


@dataclass(frozen=True)
class Choice:
    """What a regularizer has chosen of the rows to train on.

    Attributes:
        name: Of what it chose among.
        rows: That are trained on, of those that there were.
        note: Says it to a user.
        figures: It was chosen by.
    """

    name: str
    rows: NDArray[np.int64]
    note: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """One repeat.

    Attributes:
        seed: Of all that a regularizer draws; derive one for each purpose.
        train: Texts to train on.
        validation: Texts that training stops by; none where it takes a fixed number of epochs.
        class_weight: Weight of each class number in the error; None if all texts count alike.
        vectors: Computes the pooled vectors of texts with the weights as they are now, shape (texts, width).
        penalties: That a linear probe chooses from; None for its own.
    """

    seed: int
    train: Examples
    validation: Examples
    class_weight: dict[int, float] | None
    vectors: Vectors
    penalties: Sequence[float] | None = None


@dataclass(frozen=True)
class Batch:
    """One batch while it is trained on.

    Attributes:
        labels: Class numbers, shape (texts,).
        weights: Of each text in the error; None if all count alike.
        pooled: Vectors below the head, shape (texts, width).
        logits: Shape (texts, classes).
        cross_entropy: Gives the mean error from labels, logits and weights.
        classify: Gives the logits of other vectors, with the head's dropout.
        second_pass: Gives the logits of the same texts once more, with dropout drawn anew.
    """

    labels: tf.Tensor
    weights: tf.Tensor | None
    pooled: tf.Tensor
    logits: tf.Tensor
    cross_entropy: Callable[[tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor]
    classify: Callable[[tf.Tensor], tf.Tensor]
    second_pass: Callable[[], tf.Tensor]


class Regularizer:
    """One entry of the catalogue. A hook that a class does not define leaves training as it is.

    Args:
        keys: The recipe, which holds the keys of every regularizer.
        trainee: The network, at its pre-trained weights.
    """

    Keys: ClassVar[type[Section]]

    def __init__(self, keys: Any, trainee: Trainee) -> None:
        self.keys, self.trainee = keys, trainee

    @classmethod
    def is_on(cls, recipe: Section) -> bool:
        """Tells whether a recipe asks for this regularizer: one of its keys that can be off is not."""
        return any(is_on(recipe, key) for key in rules(cls.Keys))

    @classmethod
    def problems(cls, recipe: Any, all_frozen: bool, trained_layers: int | None) -> list[str]:
        """Names what in a recipe makes this regularizer useless, beside what the rules of its keys say.

        Args:
            recipe: With the keys of every regularizer.
            all_frozen: Whether the encoder is known to have no trained layer.
            trained_layers: How many it has; None before the encoder is loaded.
        """
        return []

    @classmethod
    def misfits(cls, recipe: Any, classes: Sequence[str]) -> list[str]:
        """Names what in a recipe does not fit the classes of the data."""
        return []

    @classmethod
    def notes(cls, recipe: Any, classes: Sequence[str]) -> list[str]:
        """Says what a user must know while a recipe is trained."""
        return []

    def choose(self, train: Examples, vectors: Vectors) -> Choice | None:
        """Chooses among the rows to train on; None leaves all.

        Args:
            train: Texts, their variants and class sentences.
            vectors: Computes the pooled vectors of texts with the encoder as it was pre-trained.
        """
        return None

    def start(self, seed: int) -> None:
        """Changes the weights that training starts from, and puts own draws where they start."""

    def before(self, run: Run) -> None:
        """Acts once all weights are at their start, before the first step."""

    def after(self, run: Run) -> None:
        """Acts once the best epoch's weights are restored."""

    def class_weight(self, labels: NDArray[np.int64]) -> dict[int, float] | None:
        """Weighs each class number in the error; None leaves all alike."""
        return None

    def loss(self) -> keras.losses.Loss | None:
        """Gives another loss of class numbers and logits than the cross-entropy."""
        return None

    def encode(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor | None:
        """Computes the pooled vectors of a training batch in another way."""
        return None

    def error(self, batch: Batch) -> tf.Tensor | None:
        """Measures the error of a batch in place of the cross-entropy of its logits."""
        return None

    def term(self, batch: Batch) -> tuple[float, tf.Tensor] | None:
        """Adds a term to the loss; the share that it takes, in [0, 1), is taken from the error."""
        return None

    def head_penalty(self, kernel: tf.Tensor) -> tf.Tensor | None:
        """Penalizes the head's kernel."""
        return None

    def encoder_penalty(self, variable: keras.Variable) -> tf.Tensor | None:
        """Penalizes a trained variable of the encoder."""
        return None

    def learned(self, labels: tf.Tensor, pooled: tf.Tensor) -> None:
        """Acts once the gradient of a batch is known, with its class numbers and its pooled vectors."""

    def gradient(self, compute: Callable[[], list[tf.Tensor]]) -> list[tf.Tensor] | None:
        """Gives the gradient to descend by.

        Args:
            compute: Computes the gradient of `trainee.variables` with the weights as they are now.
        """
        return None
