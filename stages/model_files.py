"""The folder models/: one description, and per repeat the weights that were trained."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError
from safetensors.numpy import load_file, save_file

from gapwise.errors import UserError
from gapwise.finetuning import Model
from gapwise.network import Weights

FOLDER = Path("models")


def write_model(model: Model, weights: Sequence[Weights]) -> None:
    """Writes the folder whole, or not at all."""
    temporary = FOLDER.with_name(f".{FOLDER.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    (temporary / "model.json").write_text(model.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for repeat, values in enumerate(weights):
        save_file(values, _file(temporary, repeat))
    shutil.rmtree(FOLDER, ignore_errors=True)
    temporary.replace(FOLDER)


def read_model() -> Model:
    """Reads the description."""
    try:
        return Model.model_validate_json((FOLDER / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError("models/model.json is missing. Run `dvc repro`, which makes it, or `dvc pull`.") from error
    except ValidationError as error:
        raise UserError(
            "models/model.json was written by another version of Gapwise. Run `dvc repro -s -f finetune`."
        ) from error


def read_weights(model: Model) -> Iterator[Weights]:
    """Reads the trained weights of one repeat after the other."""
    return (load_file(_file(FOLDER, repeat)) for repeat in range(model.repeats))


def _file(folder: Path, repeat: int) -> Path:
    return folder / f"repeat-{repeat}.safetensors"
