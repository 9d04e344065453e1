"""Checkpoints: finished repeats that finetune keeps while it runs, so that none is trained twice after a crash.

They lie outside of the stage's outs, which DVC deletes before it runs a stage. Each is written whole or not at all,
below the digest of all that determines it, so what is taken over is what would be trained again.
"""

import hashlib
import importlib.metadata
import json
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from gapwise.disk.atomic import atomic
from gapwise.network.description import Description
from gapwise.runs.progress import curves
from gapwise.training.recipe import FinetuneParams
from gapwise.training.trainer import Trained

FOLDER = Path(".gapwise/checkpoints")
PACKAGES = ("tensorflow", "keras", "keras-hub", "numpy", "dvclive")  # other versions may give other bits
PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Checkpoints:
    """The repeats of one run.

    Attributes:
        digest: From `digest`.
    """

    digest: str

    def load(self, repeat: int) -> Trained | None:
        """Takes over a finished repeat and its curves; None if it has to be trained."""
        folder = self._folder(repeat)
        try:
            weights = load_file(folder / "weights.safetensors")
            rest = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, SafetensorError):  # missing, or damaged: then it is trained again
            return None
        shutil.rmtree(curves(repeat), ignore_errors=True)
        shutil.copytree(folder / "curves", curves(repeat))
        return Trained(weights=weights, epochs=pd.DataFrame(rest["epochs"]), best_epoch=rest["best_epoch"])

    def save(self, repeat: int, trained: Trained) -> None:
        """Writes a repeat that was just trained, and its curves."""
        rest = {"epochs": trained.epochs.to_dict("list"), "best_epoch": trained.best_epoch}
        with atomic(self._folder(repeat)) as folder:
            folder.mkdir()
            (folder / "weights.safetensors").write_bytes(save(trained.weights))
            (folder / "trained.json").write_text(json.dumps(rest), encoding="utf-8")  # floats come back to the bit
            shutil.copytree(curves(repeat), folder / "curves")

    def remove_others(self) -> None:
        """Removes what a run with other settings, data or code has left."""
        for other in FOLDER.glob("*"):
            if other.name != self.digest:
                shutil.rmtree(other)

    def is_resumed(self) -> bool:
        """Whether an interrupted run has left something to take over."""
        return (FOLDER / self.digest).is_dir()

    def remove(self) -> None:
        """Removes all of it, once the stage's own outputs are written."""
        shutil.rmtree(FOLDER, ignore_errors=True)

    def _folder(self, repeat: int) -> Path:
        return FOLDER / self.digest / f"repeat-{repeat}"


def digest(
    description: Description,
    recipe: FinetuneParams,
    *,
    development: pd.DataFrame,
    repeats: pd.DataFrame,
    tokens: pd.DataFrame,
    seed: int,
) -> str:
    """Digests all that determines the networks: settings, data, seed, the project's code and the packages it runs on.

    Args:
        description: From `repeats.describe`; it has the hashes of the encoder's files.
        recipe: The `finetune` section.
        development: `tables.Texts`, of which ids, labels and groups count.
        repeats: `tables.Repeats`.
        tokens: `tables.Tokens`.
        seed: `split.seed`.
    """
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    sections = [section.model_dump(mode="json") for section in (description, recipe)]
    settings = [*sections, seed, versions, platform.python_version(), platform.machine()]
    found = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for table in (
        development[["text_id", "label", "group"]],
        repeats,
        tokens.assign(token_ids=tokens["token_ids"].map(bytes)),
    ):
        found.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    for path in code():
        found.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:32]


def code() -> list[Path]:
    """Lists every module that a stage may run."""
    return sorted(path for folder in ("gapwise", "stages") for path in (PROJECT / folder).rglob("*.py"))
