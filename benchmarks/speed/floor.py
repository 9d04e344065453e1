"""The floor: no epoch can be faster than its matrix products on this machine."""

import os
import subprocess
import sys
from collections.abc import Mapping

import numpy as np

WIDTH, INNER = 384, 1536  # of all-MiniLM-L6-v2

RATE = """
import time
from gapwise.encoding.runtime import tf
a, b = (tf.random.stateless_normal((1024, 1024), [1, seed]) for seed in (1, 2))
product = tf.function(lambda a, b: tf.reduce_sum(tf.stack([tf.matmul(a + float(i), b)[0, 0] for i in range(8)])))
def once():
    start = time.perf_counter()
    product(a, b).numpy()
    return time.perf_counter() - start
once()
print(8 * 2 * 1024**3 / min(once() for _ in range(40)))
"""


def matrix_rate(changed: Mapping[str, str] | None = None) -> float:
    """Measures the machine's rate of float32 matrix products in TensorFlow, in operations per second.

    Args:
        changed: In the environment, for example how many threads there are; None for all processors.
    """
    environment = os.environ | (changed or {})
    command = [sys.executable, "-c", RATE]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def floor(train: np.ndarray, validation: np.ndarray, layers: int) -> float:
    """Counts the operations of the matrix products of an epoch, no padding and nothing below the cut among them.

    Args:
        train: Tokens of each row that is trained on: forward and, with two products for each, backward.
        validation: Tokens of each row that is only predicted.
        layers: Trained.
    """
    return layers * (3 * _forward(train) + _forward(validation))


def _forward(lengths: np.ndarray) -> float:
    weights = 4 * WIDTH * WIDTH + 2 * WIDTH * INNER
    return float(2 * weights * lengths.sum() + 4 * WIDTH * (lengths.astype(float) ** 2).sum())
