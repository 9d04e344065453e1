"""When training stops, and which epoch is kept."""

from typing import Any

from gapwise.encoding.runtime import keras, tf
from gapwise.training.recipe import FinetuneParams

# What is watched, and whether it should fall or rise. The log loss is the plain one, without any penalty.
MONITORS = {"loss": ("val_log_loss", "min"), "accuracy": ("val_accuracy", "max"), "macro_f1": ("val_macro_f1", "max")}


def early_stopping(recipe: FinetuneParams) -> keras.callbacks.EarlyStopping:
    """Gives the callback that ends training and restores the best epoch's weights, by the validation rows."""
    params = recipe.early_stopping
    monitor, mode = MONITORS[params.monitor]
    return keras.callbacks.EarlyStopping(
        monitor=monitor,
        mode=mode,
        patience=params.patience,
        min_delta=params.min_delta,
        start_from_epoch=recipe.earliest_epoch - 1,  # counted from 0
        restore_best_weights=True,
    )


class MacroF1(keras.metrics.F1Score):  # type: ignore[misc]  # Keras has no types
    """Computes Keras's macro-averaged F1 from class numbers and logits. A class that does not occur counts as 0."""

    def __init__(self) -> None:
        super().__init__(average="macro", name="macro_f1")

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: Any = None) -> None:
        """Adds a batch: class numbers, shape (texts,), and logits, shape (texts, classes)."""
        labels = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1])
        super().update_state(labels, keras.ops.softmax(y_pred), sample_weight)
