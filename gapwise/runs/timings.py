"""How long trainings took on this machine, kept from DVC: a wall-clock time would make every output differ."""

import json
import os
from pathlib import Path

from gapwise.disk.atomic import atomic
from gapwise.disk.recorded import md5

FOLDER = Path(".gapwise/timings")
# Two trainings with the same weights are the same training, and dvc.lock leads to the hash of this file.
NAMED_AFTER = "repeat-0.safetensors"


def record(seconds: float, repeats: int) -> None:
    """Notes how long the training took whose weights lie in models/.

    Each training has a file of its own, so that experiments that run side by side do not lose each other's.

    Args:
        seconds: Of all repeats together. Do not record a training that was resumed: part of its time is missing.
        repeats: How many were trained.
    """
    # A queued experiment runs in a passing copy; DVC tells in its environment where the project is.
    folder = Path(os.environ.get("DVC_ROOT", ".")) / FOLDER
    with atomic(folder / f"{md5(Path('models') / NAMED_AFTER)}.json") as temporary:
        temporary.write_text(json.dumps({"seconds": round(seconds, 1), "repeats": repeats}) + "\n", encoding="utf-8")
