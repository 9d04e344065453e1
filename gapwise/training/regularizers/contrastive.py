"""The supervised contrastive term: vectors of one class are pulled together, those of others pushed apart.

Gunel et al. 2021 (Supervised Contrastive Learning for Pre-trained Language Model Fine-tuning) add it to the
cross-entropy; the loss is that of Khosla et al. 2020 (Supervised Contrastive Learning). A batch has few texts of each
class, of many classes often none, so the texts of earlier batches may be kept as neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule, shown
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Batch, Regularizer, Trainee

if TYPE_CHECKING:
    from gapwise.encoding.runtime import tf

MANY = 1024  # texts
EMPTY = -1


class Contrastive(Regularizer):
    """Gives the share `contrastive` of the loss to the contrastive term, and takes it from the error."""

    class Keys(Section):
        """Its keys."""

        contrastive: Annotated[
            float, Field(ge=0, lt=1), Rule(off=0.0, on_trained_layers=True, on_batches=True, tried=0.9)
        ]
        contrastive_temperature: float = Field(gt=0)
        contrastive_memory: int | None = Field(ge=0)

    def __init__(self, keys: Any, trainee: Trainee) -> None:
        super().__init__(keys, trainee)
        size = remembered(keys, len(trainee.classes))
        self.memory = Memory(size, trainee.head.kernel.shape[0]) if size else None

    @classmethod
    def notes(cls, recipe: Any, classes: Sequence[str]) -> list[str]:
        """Says how many texts are remembered where that was left open."""
        size = remembered(recipe, len(classes))
        if recipe.contrastive_memory is not None or not size or not recipe.contrastive:
            return []
        batches = f"for {len(classes)} classes in batches of {recipe.batch_size}"
        return [f"finetune.contrastive_memory is null: {size:,} texts of earlier batches, {batches}"]

    @classmethod
    def problems(cls, recipe: Any, all_frozen: bool, trained_layers: int | None) -> list[str]:
        """Refuses a memory that no term looks at."""
        if not recipe.contrastive_memory or recipe.contrastive:
            return []
        return [
            f"contrastive_memory ({recipe.contrastive_memory}) is for the contrastive term, and contrastive "
            f"({shown(recipe, 'contrastive')}) leaves it out; set contrastive_memory to 0, or raise contrastive"
        ]

    def start(self, seed: int) -> None:
        """Forgets the texts of another repeat."""
        if self.memory:
            self.memory.clear()

    def term(self, batch: Batch) -> tuple[float, tf.Tensor]:
        """Gives the share and the term."""
        earlier = self.memory.held() if self.memory else None
        keys = self.keys
        return keys.contrastive, contrast(batch.pooled, batch.labels, keys.contrastive_temperature, earlier)

    def learned(self, labels: tf.Tensor, pooled: tf.Tensor) -> None:
        """Remembers the texts of the batch."""
        if self.memory:
            self.memory.add(labels, pooled)


def remembered(recipe: Any, classes: int) -> int:
    """Gives how many texts of earlier batches are remembered: `contrastive_memory`, or what suits the classes.

    Where a batch has fewer than two texts of each class, a text has few others of its class beside it, or none.
    docs/what-helps.md has what a memory was worth there, and that with few classes and few rows it costs accuracy.
    """
    given: int | None = recipe.contrastive_memory
    return given if given is not None else (MANY if recipe.batch_size < 2 * classes else 0)


class Memory:
    """The texts that were trained on last: their class numbers, and their vectors as they were then.

    Wang et al. 2020 (Cross-Batch Memory for Embedding Learning): vectors change so slowly that those of earlier batches
    are as good as if they were computed anew.

    Args:
        size: How many texts.
        width: Of a vector.
    """

    def __init__(self, size: int, width: int) -> None:
        tf = runtime.tf
        self.labels = tf.Variable(tf.fill([size], EMPTY), trainable=False)
        self.vectors = tf.Variable(tf.zeros([size, width]), trainable=False)

    def clear(self) -> None:
        """Forgets all."""
        self.labels.assign(runtime.tf.fill(self.labels.shape, EMPTY))
        self.vectors.assign(runtime.tf.zeros(self.vectors.shape))

    def held(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Gives the labels, shape (size,), with `EMPTY` where nothing is yet, and the vectors, shape (size, width)."""
        return self.labels.read_value(), self.vectors.read_value()

    def add(self, labels: tf.Tensor, vectors: tf.Tensor) -> None:
        """Puts texts before those that are held, the oldest of which fall out."""
        for held, new in ((self.labels, labels), (self.vectors, vectors)):
            held.assign(runtime.tf.concat([runtime.tf.cast(new, held.dtype), held], axis=0)[: held.shape[0]])


def contrast(
    pooled: tf.Tensor, labels: tf.Tensor, temperature: float, earlier: tuple[tf.Tensor, tf.Tensor] | None = None
) -> tf.Tensor:
    """Measures how hard it is to tell a text's own class among its neighbours.

    Args:
        pooled: Vectors of the texts, shape (texts, width); only their direction counts.
        labels: Their class numbers, shape (texts,).
        temperature: Above 0. With a low one only the nearest vectors matter.
        earlier: Labels and vectors of other texts that are neighbours too, see `Memory.held`; without it the batch is
            all there is.

    Returns:
        The mean over the texts; one without another of its class among its neighbours counts as 0.
    """
    ops = runtime.keras.ops
    vectors, texts = ops.normalize(pooled, axis=-1), ops.shape(labels)[0]
    labels = ops.cast(labels, "int32")
    near_labels, near, others = labels, vectors, 1 - ops.eye(texts)  # no text is its own neighbour
    if earlier is not None:
        near_labels = ops.concatenate([labels, earlier[0]])
        near = ops.concatenate([vectors, ops.normalize(earlier[1], axis=-1)])
        there = ops.cast(earlier[0] != EMPTY, others.dtype)
        others = ops.concatenate([others, ops.tile(there[None, :], (texts, 1))], axis=1)
    alike = others * ops.cast(labels[:, None] == near_labels[None, :], others.dtype)
    similarity = ops.matmul(vectors, ops.transpose(near)) / temperature
    log_shares = ops.log_softmax(similarity - 1e9 * (1 - others), axis=-1)
    own = ops.sum(alike * log_shares, axis=-1) / ops.maximum(ops.sum(alike, axis=-1), 1)
    return -ops.mean(own)
