"""What is seen of a training while it runs: what it has chosen, a line per epoch, and curves that dvclive writes."""

import json
import math
import statistics
import time
from pathlib import Path
from typing import Any

from gapwise.encoding.runtime import (
    keras,  # before dvclive, which would import TensorFlow with all its start-up messages
)

# isort: split
from dvclive import Live
from dvclive.keras import DVCLiveCallback

from gapwise.disk.atomic import temporary_name
from gapwise.training.regularizer import Choice

FOLDER = "metrics/training"


def curves(repeat: int) -> Path:
    """Gives the folder of one repeat's curves while it trains; with all repeats done, it moves to `FOLDER`."""
    return temporary_name(FOLDER) / f"repeat-{repeat}"


class Progress:
    """Makes the callbacks of each repeat: a line per epoch, and the curves of dvclive.

    Args:
        repeats: How many there are.
        epochs: How many each has at most.
        what: A line calls them.
    """

    def __init__(self, repeats: int, epochs: int, what: str = "repeat") -> None:
        self.repeats, self.epochs, self.what = repeats, epochs, what
        self.at_once, self.seconds = 1, list[float]()

    def __call__(self, repeat: int, at_once: int) -> list[keras.callbacks.Callback]:
        """Makes those of one repeat, counted from 0, of so many at once. Its curves are written to `curves(repeat)`."""
        self.at_once = at_once
        live = Live(str(curves(repeat)), dvcyaml=None, save_dvc_exp=False)
        return [EpochLine(self, repeat), DVCLiveCallback(live=live)]

    def tell(self, repeat: int, choice: Choice) -> None:
        """Prints what a repeat, counted from 0, has chosen of its rows."""
        print(f"{self.what} {repeat + 1} of {self.repeats}: {choice.note}", flush=True)

    def keep(self, repeat: int, choice: Choice) -> None:
        """Prints it, and writes its figures beside the curves."""
        self.tell(repeat, choice)
        file = curves(repeat) / f"{choice.name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(choice.figures, indent=2) + "\n", encoding="utf-8")

    def time_left(self, repeat: int, epoch: int) -> str:
        """Says how long it will take at most, at the pace of the epochs so far: early stopping can only shorten it."""
        later = math.ceil((self.repeats - repeat - 1) / self.at_once)
        epochs = self.epochs - epoch - 1 + self.epochs * later
        seconds = math.ceil(epochs * statistics.median(self.seconds))  # the first epoch, traced, is no measure
        minutes = math.ceil(seconds / 60)
        return f"at most {f'{seconds} s' if seconds < 100 else f'{minutes} min'} left"


class EpochLine(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Prints a line per epoch: enough for a person to follow, and no noise in a log file.

    Args:
        progress: Of the whole training.
        repeat: From 0.
    """

    def __init__(self, progress: Progress, repeat: int) -> None:
        super().__init__()
        self.progress, self.repeat, self.began = progress, repeat, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Prints what Keras has logged."""
        values, progress = logs or {}, self.progress
        progress.seconds.append(time.monotonic() - self.began)
        left = progress.time_left(self.repeat, epoch)
        is_validated = "val_log_loss" in values
        loss = f", {values['val_log_loss']:.3f} on validation" if is_validated else ""
        accuracy = f", {values['val_accuracy']:.3f}" if is_validated else ""
        print(
            f"{progress.what} {self.repeat + 1} of {progress.repeats}, epoch {epoch + 1:2} of {progress.epochs}:  "
            f"log loss {values['log_loss']:.3f} on train{loss};  accuracy {values['accuracy']:.3f}{accuracy};  {left}",
            flush=True,
        )
