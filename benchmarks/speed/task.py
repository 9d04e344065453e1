"""One task for all ways: the same rows, encoder, recipe and clock. Read by processes of other environments too."""

import json
import resource
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Task:
    """What a way has to do.

    Attributes:
        folder: With rows.npz: token ids one text after the other, where each text ends, class and part of each.
        encoder: Folder in Hugging Face layout.
        freeze: Layers frozen from the bottom, embeddings too when > 0.
        repeats: Networks to train; all on the same rows, which costs the same as on others.
        epochs: Of each.
        workers: Processes of Gapwise at most.
        began: When the process was started, in seconds of `time.time`.
    """

    folder: str
    encoder: str
    freeze: int
    repeats: int = 1
    epochs: int = 3
    workers: int = 1
    batch_size: int = 16
    dropout: float = 0.1
    learning_rate: float = 5e-5
    head_learning_rate: float = 1e-3
    seed: int = 1
    began: float = 0.0

    def write(self) -> str:
        """Writes the task for a process that is started now, and gives the file's name."""
        path = Path(self.folder) / f"task-{uuid.uuid4().hex}.json"
        path.write_text(json.dumps(asdict(self) | {"began": time.time()}), encoding="utf-8")
        return str(path)

    def rows(self) -> dict[str, tuple[list[np.ndarray], np.ndarray]]:
        """Gives token ids and classes of each part."""
        stored = np.load(Path(self.folder) / "rows.npz")
        ids = np.split(stored["ids"], stored["ends"][:-1])
        chosen = {name: np.flatnonzero(stored["part"] == number) for number, name in enumerate(PARTS)}
        return {name: ([ids[row] for row in rows], stored["label"][rows]) for name, rows in chosen.items()}


def given() -> Task:
    """Reads the task that this process was started for."""
    return Task(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))


class Clock:
    """Measures seconds: until the first epoch, and of each epoch with its validation."""

    def __init__(self, task: Task) -> None:
        self.task, self.start, self.epochs = task, 0.0, []
        self.now = 0.0

    def begin(self) -> None:
        """Starts the clock of an epoch."""
        self.start = self.start or time.time() - self.task.began
        self.now = time.perf_counter()

    def end(self) -> None:
        """Stops it, after the epoch's validation."""
        self.epochs.append(time.perf_counter() - self.now)

    def report(self, accuracy: float) -> None:
        """Prints what the process that started this one reads."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        total = time.time() - self.task.began
        found: dict[str, Any] = {"start": self.start, "epochs": self.epochs, "total": total, "memory": memory}
        print("\n" + json.dumps(found | {"accuracy": accuracy}))
