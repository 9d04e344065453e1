"""Fine-tuning, one repeat after the other in one process and with one traced training step."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gapwise.base.seeds import derive
from gapwise.encoding.runtime import keras
from gapwise.network import lora
from gapwise.network.batches import Examples, in_order, shuffled
from gapwise.network.classifier import Weights, fresh_start, output, weights
from gapwise.network.recipe import FinetuneParams
from gapwise.training.objective import Learner
from gapwise.training.penalties import penalize
from gapwise.training.rates import BlockOptimizer, Schedule, plan
from gapwise.training.regularizers.class_weights import class_weights
from gapwise.training.regularizers.probe_head import probe
from gapwise.training.regularizers.reinit import reinitialize
from gapwise.training.stopping import MacroF1, early_stopping


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
        network: From `network.build`, at its pre-trained weights. All repeats share one traced training step.
        params: The recipe.
        classes: Their names, in the order of the logits.
    """

    def __init__(self, network: keras.Model, params: FinetuneParams, classes: Sequence[str]) -> None:
        self.network, self.params, self.classes = network, params, classes
        self.pretrained = weights(network)
        self.plan = plan(network, params)
        penalize(network, params)
        self.learner = Learner(network, params)
        self.learner.compile(
            optimizer=BlockOptimizer(self.plan, params.clip_norm),
            # Beside the loss, which has the penalties in it: what settings are compared and stopped by.
            metrics=[
                keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="log_loss"),
                keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
                *([MacroF1()] if params.early_stopping.monitor == "macro_f1" else []),
            ],
            jit_compile=False,  # measured slower on a CPU
        )
        self.learner.optimizer.build(self.learner.trainable_variables)  # now, or the first step would be traced twice

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
        class_weight = class_weights(params, self.classes, train.labels[train.rows])
        self._restart(seed)
        if params.head_init == "probe":
            self._fit_head(train, validation, class_weight)
        stopping = early_stopping(params.early_stopping)
        steps = params.epochs * -(-len(train.rows) // params.batch_size)
        averaging = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if params.ema else []
        history = self.learner.fit(
            shuffled(train, params.batch_size, derive(seed, "order")),
            validation_data=in_order(validation),
            epochs=params.epochs,
            class_weight=class_weight,
            callbacks=[*averaging, stopping, Schedule(self.plan, steps, params), *callbacks],
            shuffle=False,  # the data set does it, by its own seed
            verbose=0,
        )
        if params.head_refit:
            self._fit_head(train, validation, class_weight)
        return Trained(weights(self.network), _epochs(history), stopping.best_epoch + 1)

    def _restart(self, seed: int) -> None:
        fresh_start(self.network, self.pretrained, seed)
        reinitialize(self.network, self.params.reinit_layers, seed)
        lora.restart(self.network, seed)
        self.learner.restart(seed)
        for variable in self.learner.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))

    def _fit_head(self, train: Examples, validation: Examples, class_weight: dict[int, float] | None) -> None:
        """Gives the head what `probe_head.probe` fits to the vectors that the encoder makes now."""
        on, by = (
            (output(self.learner.represent, part.features, part.rows), part.labels[part.rows])
            for part in (train, validation)
        )
        fitted = probe(*on, *by, class_weight)
        self.learner.head.kernel.assign(fitted.kernel)
        self.learner.head.bias.assign(fitted.bias)


def _epochs(history: keras.callbacks.History) -> pd.DataFrame:
    values = {name.replace("val_", "validation_"): column for name, column in history.history.items()}
    columns = {
        f"{part}{metric}": values[f"{'' if part == 'train_' else part}{metric}"]
        for part in ("train_", "validation_")
        for metric in ("log_loss", "accuracy")
    }
    return pd.DataFrame({"epoch": [epoch + 1 for epoch in history.epoch], **columns})
