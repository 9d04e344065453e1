"""Fine-tuning, one repeat after the other in one process and with one traced training step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.seeds import derive
from gapwise.encoding.runtime import keras
from gapwise.network.batches import Examples, in_order, shuffled
from gapwise.network.classifier import Weights, blocks, fresh_start, output, weights
from gapwise.training.catalogue import CATALOGUE
from gapwise.training.objective import Objective
from gapwise.training.rates import BlockOptimizer, Schedule, by_block
from gapwise.training.recipe import FinetuneParams
from gapwise.training.regularizer import Choice, Run, Trainee
from gapwise.training.stopping import MacroF1, early_stopping


@dataclass(frozen=True)
class Trained:
    """What training one repeat gives.

    Attributes:
        weights: Of the best epoch; of the last one without validation rows.
        epochs: One row per epoch: `epoch` from 1, then `train_` and, with validation rows, `validation_` `log_loss` and
            `accuracy`, the train ones as they were while training, with dropout on. No penalty is in any log loss.
        best_epoch: From 1.
    """

    weights: Weights
    epochs: pd.DataFrame
    best_epoch: int


class Trainer:
    """Trains one network again and again, each time from the pre-trained start.

    Args:
        network: From `classifier.build`, at its pre-trained weights. All repeats share one traced training step.
        params: The recipe.
        classes: Their names, in the order of the logits.
    """

    def __init__(self, network: keras.Model, params: FinetuneParams, classes: Sequence[str]) -> None:
        self.network, self.params = network, params
        self.pretrained = weights(network)
        self.blocks = by_block(network, params)
        trainee = Trainee(
            represent=keras.Model(network.inputs, network.get_layer("pooled").output),
            drop=network.get_layer("dropout"),
            head=network.get_layer("head"),
            variables=network.trainable_variables,
            blocks=blocks(network),
            classes=classes,
        )
        self.regularizers = [kind(params, trainee) for kind in CATALOGUE if kind.is_on(params)]
        self.objective = Objective(trainee, self.regularizers)
        self.objective.compile(
            optimizer=BlockOptimizer(self.blocks, params.clip_norm),
            # Beside the loss, which has the penalties in it: what settings are compared and stopped by.
            metrics=[
                keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="log_loss"),
                keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
                *([MacroF1()] if params.early_stopping.monitor == "macro_f1" else []),
            ],
            jit_compile=False,  # XLA compiles no packed tokens: their number depends on the texts
        )
        # Now, because the first step would be traced twice if it had to build the optimizer.
        self.objective.optimizer.build(trainee.variables)

    def train(
        self,
        train: Examples,
        validation: Examples,
        seed: int,
        *,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        penalties: Sequence[float] | None = None,
        tell: Callable[[Choice], None] | None = None,
    ) -> Trained:
        """Trains from the pre-trained start until validation stops improving, and restores the best epoch.

        Without validation rows it trains all epochs, and keeps the last.

        Args:
            train: At least one text of each class.
            validation: What training stops by; may be none.
            seed: Of the head, the dropout and the order of texts; the same seed and texts give the same bits.
            callbacks: Keras callbacks, for example of progress.
            penalties: That a head which is a linear probe chooses from; those of `encoding.probe` without it.
            tell: Is told what was chosen of the rows, before they are trained on.
        """
        params = self.params
        fresh_start(self.network, self.pretrained, seed)
        train = self.choose(train, tell)
        run = Run(
            *(seed, train, validation, self.class_weight(train), partial(_vectors, self.objective.represent)),
            penalties=penalties,
        )
        self._start(seed)
        for regularizer in self.regularizers:
            regularizer.before(run)
        stopping = [early_stopping(params)] if len(validation.rows) else []
        steps = params.last_epoch * -(-len(train.rows) // params.batch_size)
        averaging = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if params.ema else []
        history = self.objective.fit(
            shuffled(train, params.batch_size, derive(seed, "order")),
            validation_data=in_order(validation) if stopping else None,
            epochs=params.last_epoch,
            class_weight=run.class_weight,
            callbacks=[*averaging, *stopping, Schedule(self.blocks, steps, params), *callbacks],
            shuffle=False,  # the data set does it, by its own seed
            verbose=0,
        )
        for regularizer in self.regularizers:
            regularizer.after(run)
        kept = stopping[0].best_epoch if stopping else history.epoch[-1]
        return Trained(weights(self.network), _epochs(history), kept + 1)

    def choose(self, train: Examples, tell: Callable[[Choice], None] | None = None) -> Examples:
        """Gives what is trained on of some rows; the network must be as it was pre-trained.

        Args:
            train: See `train`.
            tell: See `train`.
        """
        for regularizer in self.regularizers:
            choice = regularizer.choose(train, partial(_vectors, self.objective.represent))
            if choice is not None:
                train = replace(train, rows=choice.rows)
                if tell is not None:
                    tell(choice)
        return train

    def _start(self, seed: int) -> None:
        for regularizer in self.regularizers:
            regularizer.start(seed)
        for variable in self.objective.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))

    def class_weight(self, train: Examples) -> dict[int, float] | None:
        """Gives the weight of each class number in the error; None if all texts count alike."""
        given = (regularizer.class_weight(train.labels[train.rows]) for regularizer in self.regularizers)
        return next((weight for weight in given if weight is not None), None)


def _vectors(represent: keras.Model, part: Examples) -> NDArray[np.float32]:
    return output(represent, part.features, part.rows)


def _epochs(history: keras.callbacks.History) -> pd.DataFrame:
    values = {name.replace("val_", "validation_"): column for name, column in history.history.items()}
    columns = {
        f"{part}{metric}": values[f"{'' if part == 'train_' else part}{metric}"]
        for part in ("train_", "validation_")
        for metric in ("log_loss", "accuracy")
        if f"{part}{metric}".removeprefix("train_") in values
    }
    return pd.DataFrame({"epoch": [epoch + 1 for epoch in history.epoch], **columns})
