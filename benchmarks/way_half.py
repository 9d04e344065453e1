"""Gapwise with the frozen output kept in half precision: tried, and left out."""

from typing import Any

import numpy as np
import way_gapwise

from gapwise import finetuning
from gapwise.freezing import frozen_output
from gapwise.ragged import Ragged


def half(*args: Any, **kwargs: Any) -> Ragged:
    """Stands in for `freezing.frozen_output`; the network's input makes single precision of it again."""
    features = frozen_output(*args, **kwargs)
    return Ragged(features.values.astype(np.float16), features.splits)


if __name__ == "__main__":
    finetuning.frozen_output = half
    way_gapwise.main()
