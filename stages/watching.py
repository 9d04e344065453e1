"""What is seen of a training while it runs: a line per epoch, and curves that dvclive writes."""

from pathlib import Path
from typing import Any

from gapwise.runtime import keras  # before dvclive, which would import TensorFlow with all its start-up messages

# isort: split
from dvclive import Live
from dvclive.keras import DVCLiveCallback

from stages.whole import temporary_name

FOLDER = "metrics/training"


def curves(repeat: int) -> Path:
    """Gives the folder of one repeat's curves while it trains; with all repeats done, it moves to `FOLDER`."""
    return temporary_name(FOLDER) / f"repeat-{repeat}"


def watch(repeat: int, repeats: int, epochs: int) -> list[keras.callbacks.Callback]:
    """Gives the callbacks that watch one repeat.

    Args:
        repeat: From 0. Its curves are written to `curves(repeat)`.
        repeats: How many there are.
        epochs: How many each has at most.
    """
    live = Live(str(curves(repeat)), dvcyaml=None, save_dvc_exp=False)
    return [Progress(f"repeat {repeat + 1} of {repeats}", epochs), DVCLiveCallback(live=live)]


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Prints a line per epoch: enough for a person to follow, and no noise in a log file."""

    def __init__(self, name: str, epochs: int) -> None:
        super().__init__()
        self.name, self.epochs = name, epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Prints what Keras has logged."""
        values = logs or {}
        print(
            f"{self.name}, epoch {epoch + 1:2} of {self.epochs}:  log loss {values['log_loss']:.3f} on train, "
            f"{values['val_log_loss']:.3f} on validation;  accuracy {values['accuracy']:.3f}, "
            f"{values['val_accuracy']:.3f}",
            flush=True,
        )
