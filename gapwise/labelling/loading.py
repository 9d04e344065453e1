"""From a folder that a training or an export wrote to what labels texts."""

import json
from pathlib import Path
from typing import Any

from gapwise.base.errors import UserError
from gapwise.labelling import exported
from gapwise.labelling.labels import Labeller

ABOUT = "final.json"  # beside the network that `gapwise final` trains


def load(folder: Path) -> Labeller:
    """Loads what labels texts.

    Args:
        folder: models/, what `gapwise final` wrote, or an ONNX export.

    Raises:
        UserError: If the folder is none of these, not whole, or of another version.
    """
    _require_folder(folder)
    if is_export(folder):
        return exported.Exported(folder)
    # Here, because they import TensorFlow, which an export does without.
    from gapwise.labelling.networks import Networks
    from gapwise.runs.models import read_description, read_weights

    description = read_description(folder)
    temperature = read_about(folder).get("temperature", 1.0)  # of a final network
    return Networks(description, list(read_weights(description, folder)), temperature)


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise UserError(
            f"There is no folder {folder}. `dvc repro` makes models/, `gapwise final` final/, `gapwise export` those "
            "in exports/."
        )


def is_export(folder: Path) -> bool:
    """Tells whether a folder holds what `gapwise export` writes."""
    return (folder / exported.ABOUT).is_file()


def text_column(folder: Path) -> str:
    """Names the column that a final network or an export was trained on the texts of; `text` where it does not say."""
    _require_folder(folder)
    about = exported.read_about(folder) if is_export(folder) else read_about(folder)
    return str(about.get("text_column", "text"))


def read_about(folder: Path) -> dict[str, Any]:
    """Reads what `gapwise final` knows of its network; empty for models/."""
    path = folder / ABOUT
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}. Run `gapwise final` again.") from error
