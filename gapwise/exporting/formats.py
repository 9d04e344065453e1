"""The formats of an export, one entry each: how it is written, and whether its weights can be made smaller."""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapwise.base import telemetry
from gapwise.encoding.in_graph import load_in_graph
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras, tf
from gapwise.exporting.network import OfTexts


@dataclass(frozen=True)
class Source:
    """What is exported.

    Attributes:
        network: From `network.whole_network`.
        classes: Names, in the order of the probabilities.
        tokenize: How texts were tokenized in training.
    """

    network: keras.Model
    classes: Sequence[str]
    tokenize: TokenizeParams


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        write: Writes a source to a folder, in float32.
        write_small: Replaces what was written to a folder by one of 8-bit weights; None where no tool does it.
        has_tokenizer: Whether texts go in, not token ids.
    """

    write: Callable[[Source, Path], None]
    write_small: Callable[[Source, Path], None] | None = None
    has_tokenizer: bool = False


def _saved_model(source: Source, folder: Path) -> None:
    of_texts = OfTexts(source.network, load_in_graph(source.tokenize.preset), source.classes, source.tokenize)
    served = of_texts.__call__.get_concrete_function()
    tf.saved_model.save(of_texts, str(folder / "saved_model"), signatures={"serving_default": served})


def _onnx(source: Source, folder: Path) -> None:
    _export(source, folder / "model.onnx", "onnx")


def _openvino(source: Source, folder: Path) -> None:
    _export(source, folder / "model.xml", "openvino")


def _litert(source: Source, folder: Path) -> None:
    _export(source, folder / "model.tflite", "litert")


def _export(source: Source, path: Path, name: str, **settings: Any) -> None:
    telemetry.off()
    ones = tf.ones((1, 2), tf.int32)
    source.network([ones, ones])  # Keras exports no network that was never called
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # tf2onnx knows names of an older NumPy
        source.network.export(str(path), format=name, verbose=False, **settings)


def _small_onnx(source: Source, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole, small = folder / "model.onnx", folder / "small.onnx"
    logging.disable(logging.WARNING)  # it advises to prepare the file first, which who exports cannot do
    try:
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        logging.disable(logging.NOTSET)
    small.replace(whole)


def _small_litert(source: Source, folder: Path) -> None:
    _export(source, folder / "model.tflite", "litert", optimizations=[tf.lite.Optimize.DEFAULT])


FORMATS: dict[str, Format] = {
    "saved_model": Format(_saved_model, has_tokenizer=True),
    "onnx": Format(_onnx, _small_onnx),
    "openvino": Format(_openvino),
    "litert": Format(_litert, _small_litert),
}
