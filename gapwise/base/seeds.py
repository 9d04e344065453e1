"""Every random choice gets its own seed, derived from `split.seed` by name."""

import hashlib

import numpy as np


def derive(seed: int, *path: int | str) -> int:
    """Derives the seed of one purpose, so that no two purposes share a random stream.

    Args:
        seed: `split.seed`, 0 or more.
        path: What the seed is for, for example `(repeat, "dropout")`. Other paths give unrelated seeds.

    Returns:
        A number in [0, 2**32), the same on every machine.

    Example:
        >>> derive(1, 0, "train") == derive(1, 0, "train") != derive(1, 1, "train")
        True
    """
    words = [int.from_bytes(hashlib.sha256(repr(step).encode()).digest()[:4], "little") for step in path]
    return int(np.random.SeedSequence([seed, *words]).generate_state(1)[0])
