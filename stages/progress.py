"""One line per epoch: enough for a person to follow, and no noise in a log file."""

from typing import Any

from gapwise.runtime import keras


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Prints how far training is.

    Args:
        repeat: The repeat that is trained, from 0.
        repeats: How many there are.
        epochs: How many each has at most.
    """

    def __init__(self, repeat: int, repeats: int, epochs: int) -> None:
        super().__init__()
        self.place, self.epochs = f"repeat {repeat + 1} of {repeats}", epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Prints one line."""
        values = logs or {}
        print(
            f"{self.place}, epoch {epoch + 1:2} of {self.epochs}:  log loss {values['log_loss']:.3f} on train, "
            f"{values['val_log_loss']:.3f} on validation;  accuracy {values['accuracy']:.3f}, "
            f"{values['val_accuracy']:.3f}",
            flush=True,
        )
