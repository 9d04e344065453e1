"""How fast each block of the network learns at each step: the head, every trained encoder layer, the embeddings.

The head starts from nothing and may learn faster than the encoder. Lower layers, which hold what is common to all
texts, may learn slower than upper ones (Howard and Ruder 2018, Universal Language Model Fine-tuning for Text
Classification, where a layer has 1/2.6 of the rate of the one above; ELECTRA and others take 0.8 to 0.95). Or they
wait: with gradual unfreezing the head alone is trained first, then one more layer from the top after every few epochs,
so that what lower layers hold is not overwritten while the head still guesses (the same paper, one layer per epoch).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gapwise.encoding.keras_internals import optimizer_of
from gapwise.encoding.runtime import keras, tf
from gapwise.network.classifier import blocks
from gapwise.training.adam import Adam
from gapwise.training.recipe import FinetuneParams

# Pulling these to zero would change what the network computes and not how complex it is.
NOT_DECAYED = ["bias", "gamma", "beta"]


@dataclass(frozen=True)
class Block:
    """What learns at one rate.

    Attributes:
        variables: Of the head, of one encoder layer or of the embeddings.
        optimizer: Theirs alone.
        peak: The highest rate that they reach.
        waits: Epochs in which they are not trained yet.
    """

    variables: list[keras.Variable]
    optimizer: Adam
    peak: float
    waits: int


def by_block(network: keras.Model, params: FinetuneParams) -> list[Block]:
    """Gives every block of a network its optimizer and its rate, from the head down.

    Args:
        network: From `classifier.build`.
        params: The recipe. Its `weight_decay` is decoupled from the gradient (Loshchilov and Hutter 2019, Decoupled
            Weight Decay Regularization) and spares biases and normalization.
    """
    return [
        Block(
            variables,
            _optimizer(params),
            params.learning_rate * params.layer_decay ** (place - 1) if place else params.head_learning_rate,
            place * params.gradual_unfreezing,
        )
        for place, variables in enumerate(blocks(network))
    ]


def _optimizer(params: FinetuneParams) -> Adam:
    optimizer = Adam(
        weight_decay=params.weight_decay or None,
        use_ema=params.ema > 0,
        ema_momentum=params.ema,
    )
    optimizer.exclude_from_weight_decay(var_names=NOT_DECAYED)
    return optimizer


class BlockOptimizer(keras.optimizers.MultiOptimizer):  # type: ignore[misc]  # Keras has no types
    """Hands each block's gradients to its optimizer, those of waiting blocks as zeros, clipped by their common norm.

    Keras would clip block by block, which changes the direction of the step (Pascanu et al. 2013, On the Difficulty
    of Training Recurrent Neural Networks).

    Args:
        blocks: From `by_block`.
        clip_norm: The gradients' longest norm; 0 for no limit.
    """

    def __init__(self, blocks: Sequence[Block], clip_norm: float) -> None:
        of_variable = {variable.path: block.optimizer for block in blocks for variable in block.variables}
        super().__init__(lambda variable: of_variable[variable.path])
        self.clip, self.some_wait = clip_norm, any(block.waits for block in blocks)

    def apply(self, grads: Sequence[tf.Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Takes one step with the gradients of all blocks."""
        if self.some_wait:
            rates = [optimizer_of(self, variable).learning_rate for variable in trainable_variables or ()]
            grads = [tf.math.scalar_mul(tf.cast(rate > 0, tf.float32), g) for rate, g in zip(rates, grads, strict=True)]
        if self.clip:
            grads, _ = tf.clip_by_global_norm(list(grads), self.clip)
        super().apply(grads, trainable_variables)


class Schedule(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Sets the rate of every block before every step.

    A Keras LearningRateSchedule would write the number of steps into the traced step, and repeats differ in it.

    Args:
        blocks: From `by_block`.
        steps: Of the whole training, if nothing stops it early.
        params: Uses `warmup` and `schedule`.
    """

    def __init__(self, blocks: Sequence[Block], steps: int, params: FinetuneParams) -> None:
        super().__init__()
        self.blocks, self.steps, self.recipe = blocks, steps, params
        self.epoch, self.step = 0, 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Has each block that is trained from this epoch on count its steps from 0."""
        self.epoch = epoch
        for block in self.blocks:
            if epoch == block.waits:
                block.optimizer.iterations.assign(0)  # its first step is yet to come

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Sets the rates of the step to come."""
        share = factor(self.step, self.steps, self.recipe.warmup, self.recipe.schedule)
        for block in self.blocks:
            waits = self.epoch < block.waits
            block.optimizer.learning_rate.assign(0.0 if waits else block.peak * share)
            if waits:
                block.optimizer.iterations.assign(0)  # so that its average stays the weights themselves
        self.step += 1


def factor(step: int, steps: int, warmup: float, schedule: str) -> float:
    """Gives the share of the peak rate at a step: a linear rise from about 0, then the schedule's way down.

    Early steps of a fresh head give large, misleading gradients (Mosbach et al. 2021, On the Stability of
    Fine-tuning BERT).

    Args:
        step: From 0.
        steps: In all.
        warmup: Share of the steps that rise, in [0, 1).
        schedule: `linear` or `cosine`, which would reach 0 one step after the last, or `constant`.
    """
    rising = round(steps * warmup)
    if step < rising:
        return (step + 1) / (rising + 1)
    left = (steps - step) / (steps - rising)
    return {"linear": left, "cosine": (1 - math.cos(math.pi * left)) / 2, "constant": 1.0}[schedule]
