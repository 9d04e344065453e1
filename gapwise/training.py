"""Fine-tuning, one repeat after the other in one process and with one traced training step."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gapwise.adam import Adam
from gapwise.batches import Examples, in_order, shuffled
from gapwise.network import Weights, fresh_start, weights
from gapwise.recipe import FinetuneParams
from gapwise.runtime import keras
from gapwise.seeds import derive


@dataclass(frozen=True)
class Trained:
    """What training one repeat gives.

    Attributes:
        weights: Of the best epoch.
        epochs: One row per epoch: `epoch` from 1, then `train_` and `validation_` `log_loss` and `accuracy`, the
            train ones as they were while training, with dropout on. No penalty is in any log loss.
        best_epoch: From 1.
    """

    weights: Weights
    epochs: pd.DataFrame
    best_epoch: int


class Trainer:
    """Trains one network again and again, each time from the pre-trained start.

    Args:
        network: From `network.build`. It is compiled here, once: all repeats share one traced training step.
        params: The recipe.
    """

    def __init__(self, network: keras.Model, params: FinetuneParams) -> None:
        self.network, self.params = network, params
        self.pretrained = weights(network)
        self.encoder, self.head = (Adam() for _ in range(2))
        network.compile(
            optimizer=keras.optimizers.MultiOptimizer(
                keras.optimizers.OptimizerMap(self.encoder, {r"head/.*": self.head})
            ),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            # Beside the loss, which has the penalties in it: what settings are compared and stopped by.
            metrics=[
                keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="log_loss"),
                keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
            ],
            jit_compile=False,  # measured slower on a CPU
        )
        network.optimizer.build(network.trainable_variables)  # now, or the first step would be traced twice

    def train(
        self, train: Examples, validation: Examples, seed: int, callbacks: Sequence[keras.callbacks.Callback] = ()
    ) -> Trained:
        """Trains from the pre-trained start until validation stops improving, and restores the best epoch.

        Args:
            train: At least one text of each class.
            validation: What training stops by.
            seed: Of the head, the dropout and the order of texts; the same seed and texts give the same bits.
            callbacks: That watch.
        """
        params = self.params
        fresh_start(self.network, self.pretrained, seed)
        for variable in self.network.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        stopping = _early_stopping(params)
        steps = params.epochs * -(-len(train.rows) // params.batch_size)
        rates = WarmupLinearDecay(
            {self.encoder: params.learning_rate, self.head: params.head_learning_rate}, steps, params.warmup
        )
        history = self.network.fit(
            shuffled(train, params.batch_size, derive(seed, "order")),
            validation_data=in_order(validation),
            epochs=params.epochs,
            callbacks=[stopping, rates, *callbacks],
            shuffle=False,  # the data set does it, by its own seed
            verbose=0,
        )
        return Trained(weights(self.network), _epochs(history), stopping.best_epoch + 1)


class WarmupLinearDecay(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Raises each learning rate linearly to its peak, then lowers it linearly to 0 at the last step.

    Early steps of a fresh head give large, misleading gradients (Mosbach et al. 2021, On the Stability of
    Fine-tuning BERT).

    Args:
        peaks: Optimizers and the rates they reach.
        steps: Of the whole training, if nothing stops it early.
        warmup: Share of the steps that rise, in [0, 1).
    """

    def __init__(self, peaks: dict[keras.optimizers.Optimizer, float], steps: int, warmup: float) -> None:
        super().__init__()
        self.peaks, self.steps, self.rising, self.step = peaks, steps, round(steps * warmup), 0

    def factor(self, step: int) -> float:
        """Gives the share of the peak at a step, counted from 0."""
        if step < self.rising:
            return (step + 1) / (self.rising + 1)
        return (self.steps - step) / (self.steps - self.rising)

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Sets the rates of the step to come."""
        for optimizer, peak in self.peaks.items():
            optimizer.learning_rate.assign(peak * self.factor(self.step))
        self.step += 1


def _early_stopping(params: FinetuneParams) -> keras.callbacks.EarlyStopping:
    stopping = params.early_stopping
    monitor, mode = {"loss": ("val_log_loss", "min"), "accuracy": ("val_accuracy", "max")}[stopping.monitor]
    return keras.callbacks.EarlyStopping(
        monitor=monitor,
        mode=mode,
        patience=stopping.patience,
        min_delta=stopping.min_delta,
        restore_best_weights=True,
    )


def _epochs(history: keras.callbacks.History) -> pd.DataFrame:
    values = {name.replace("val_", "validation_"): column for name, column in history.history.items()}
    columns = {
        f"{part}{metric}": values[f"{'' if part == 'train_' else part}{metric}"]
        for part in ("train_", "validation_")
        for metric in ("log_loss", "accuracy")
    }
    return pd.DataFrame({"epoch": [epoch + 1 for epoch in history.epoch], **columns})
