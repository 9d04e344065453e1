"""Exports, run by their own runtimes. Nothing here imports TensorFlow but what needs it, a SavedModel."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gapwise.base import telemetry
from gapwise.base.errors import UserError

ABOUT = "export.json"
VERSION = 1
AT_ONCE = 32  # texts; they are padded to the longest of them
Run = Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.float32]]  # ids and mask to probabilities


class Exported:
    """Labels texts with an export.

    Args:
        folder: That `gapwise export` wrote.

    Attributes:
        classes: Their names, in the order of the probabilities.
        about: What export.json says.

    Raises:
        UserError: If it is none, of another version, not whole, or its runtime is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.about = read_about(folder)
        self.classes: Sequence[str] = self.about["classes"]
        self._cut: Callable[[Sequence[str]], int] | None
        kind = self.about["format"]
        telemetry.off()
        try:
            if kind == "saved_model":
                self._of_texts, self._cut = _saved_model(folder), None
            else:
                run = RUNTIMES[kind](folder)
                self._of_texts, self._cut = _with_tokenizer(folder, run, int(self.about["pad"]))
        except ImportError as error:
            raise UserError(f"{folder} needs a package that is not installed: {error.name}. Run `make env`.") from error
        except Exception as error:  # each runtime has its own exceptions for a file that is not whole
            first = str(error).strip().splitlines()[:1]
            raise UserError(f"{folder} cannot be loaded: {' '.join(first)}. Run `gapwise export` again.") from error

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Predicts: shape (1, texts, classes), for at least one text, cleaned and not empty."""
        order = np.argsort([len(text) for text in texts], kind="stable")  # texts of like length pad each other less
        found = np.empty((len(texts), len(self.classes)))
        for start in range(0, len(order), AT_ONCE):
            rows = order[start : start + AT_ONCE]
            found[rows] = self._of_texts([texts[row] for row in rows])
        return found[None]

    def cut(self, texts: Sequence[str]) -> int | None:
        """Counts the texts that are too long to be read to their end; None of a SavedModel, which does not tell."""
        return None if self._cut is None else self._cut(texts)


def read_about(folder: Path) -> dict[str, Any]:
    """Reads export.json.

    Raises:
        UserError: If it is missing, damaged or of another version.
    """
    path = folder / ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        version = about["version"]
    except OSError as error:
        raise UserError(f"{folder} is no export: {ABOUT} is missing. `gapwise export --to onnx` makes one.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged. Run `gapwise export` again.") from error
    if version != VERSION:
        raise UserError(f"{folder} is an export of version {version}, and this Gapwise reads {VERSION}: export again.")
    return dict(about)


def _with_tokenizer(
    folder: Path, run: Run, pad: int
) -> tuple[Callable[[Sequence[str]], NDArray[np.float32]], Callable[[Sequence[str]], int]]:
    """Gives what predicts texts, and what counts those that are cut."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True  # what a text says is text

    def of_texts(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [one.ids for one in tokenizer.encode_batch(list(texts))]
        mask = (np.arange(max(map(len, rows))) < np.array([len(row) for row in rows])[:, None]).astype(np.int32)
        ids = np.full(mask.shape, pad, np.int32)
        ids[mask > 0] = np.concatenate(rows)
        return run(ids, mask)

    def cut(texts: Sequence[str]) -> int:
        return sum(bool(one.overflowing) for one in tokenizer.encode_batch(list(texts)))

    return of_texts, cut


def _onnx(folder: Path) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return lambda ids, mask: session.run(None, dict(zip(names, (ids, mask), strict=True)))[0]


def _openvino(folder: Path) -> Run:
    import openvino

    # Without it, products are in bfloat16 where the processor has it, and probabilities are off by 0.01 and more.
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(folder / "model.xml", "CPU", exact)
    return lambda ids, mask: compiled([ids, mask])[0]


def _litert(folder: Path) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(folder / "model.tflite"))
    names = {one["name"]: one["index"] for one in interpreter.get_input_details()}
    places = [
        next(place for name, place in names.items() if wanted in name) for wanted in ("token_ids", "padding_mask")
    ]
    output = interpreter.get_output_details()[0]["index"]
    shape: tuple[int, ...] = ()

    def run(ids: NDArray[np.int32], mask: NDArray[np.int32]) -> NDArray[np.float32]:
        nonlocal shape
        if ids.shape != shape:
            for place in places:
                interpreter.resize_tensor_input(place, ids.shape)
            interpreter.allocate_tensors()
            shape = ids.shape
        for place, values in zip(places, (ids, mask), strict=True):
            interpreter.set_tensor(place, values)
        interpreter.invoke()
        found: NDArray[np.float32] = interpreter.get_tensor(output)
        return found

    return run


def _saved_model(folder: Path) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    from gapwise.encoding.runtime import tf  # with keras-hub, and so with the operations of tokenizers

    served = tf.saved_model.load(str(folder / "saved_model"))
    return lambda texts: served(tf.constant(list(texts)))["probabilities"].numpy()


RUNTIMES: dict[str, Callable[[Path], Run]] = {"onnx": _onnx, "openvino": _openvino, "litert": _litert}
