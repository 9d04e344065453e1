"""Gapwise with the frozen output kept in half precision: tried, and left out."""

from typing import Any

import numpy as np

from benchmarks.speed.ways import gapwise as way
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.ragged import Ragged
from gapwise.training import repeats


def half(*args: Any, **kwargs: Any) -> Ragged:
    """Stands in for `cut.frozen_output`; the network's input makes single precision of it again."""
    features = frozen_output(*args, **kwargs)
    return Ragged(features.values.astype(np.float16), features.splits)


if __name__ == "__main__":
    repeats.frozen_output = half
    way.main()
