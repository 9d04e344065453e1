"""No labels: the matrix products of the encoder alone, in NumPy, on as many rows as the texts have tokens.

Attention, norms, activations and the tokenizer are left out, and nothing is padded, so no way that computes in float32
can be faster than this by much. What is left to gain by another runtime is what lies between.
"""

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from benchmarks.predict.ways.task import given, report

LAYERS, WIDTH = 6, 384
SHAPES = [(WIDTH, 3 * WIDTH), (WIDTH, WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH, WIDTH)]  # of one layer
AT_ONCE = 32  # texts


def main() -> None:
    """Counts tokens and multiplies."""
    task = given()
    tokenizer = Tokenizer.from_file(str(Path(task["model"]) / "tokenizer.json"))
    tokenizer.no_padding()
    weights = [np.full(shape, 0.01, np.float32) for shape in SHAPES]

    def label(texts: list[str]) -> list[int]:
        lengths = sorted(len(one.ids) for one in tokenizer.encode_batch(texts))
        for start in range(0, len(lengths), AT_ONCE):
            rows = sum(lengths[start : start + AT_ONCE])
            inputs = {width: np.full((rows, width), 0.01, np.float32) for width in (WIDTH, 4 * WIDTH)}
            for _ in range(LAYERS):
                for weight in weights:
                    inputs[len(weight)] @ weight
        return [0] * len(texts)

    report(task, label)


if __name__ == "__main__":
    main()
