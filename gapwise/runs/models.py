"""The folder models/: one description, and per repeat the weights that were trained."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from gapwise.base.errors import UserError
from gapwise.disk.atomic import atomic
from gapwise.disk.recorded import check
from gapwise.network.classifier import Weights
from gapwise.network.description import Description

FOLDER = Path("models")


def write_model(description: Description, weights: Sequence[Weights], folder: Path = FOLDER) -> None:
    """Writes the folder whole, or not at all."""
    with atomic(folder) as temporary:
        temporary.mkdir()
        (temporary / "model.json").write_text(description.model_dump_json(indent=2) + "\n", encoding="utf-8")
        for repeat, values in enumerate(weights):
            _file(temporary, repeat).write_bytes(save(values))


def read_description(folder: Path = FOLDER) -> Description:
    """Reads the description."""
    check(folder.as_posix())
    try:
        return Description.read((folder / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        advice = "Run `dvc repro`, which makes it, or `dvc pull`."
        raise UserError(f"{folder}/model.json is missing. {advice}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder}/model.json is damaged, or a newer version of Gapwise wrote it. Run `dvc repro -s -f finetune`."
        ) from error


def read_weights(description: Description, folder: Path = FOLDER) -> Iterator[Weights]:
    """Reads the trained weights of one repeat after the other."""
    return (_read(_file(folder, repeat)) for repeat in range(description.repeats))


def _read(path: Path) -> Weights:
    try:
        weights: Weights = load_file(path)
        return weights
    except (FileNotFoundError, SafetensorError) as error:
        raise UserError(
            f"{path} is missing or not whole. Run `dvc repro`, which makes it again, or `dvc pull`.", [str(error)]
        ) from error


def _file(folder: Path, repeat: int) -> Path:
    return folder / f"repeat-{repeat}.safetensors"
