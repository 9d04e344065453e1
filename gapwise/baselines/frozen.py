"""A linear probe on the vectors of the encoder as it was pre-trained."""

import pandas as pd

from gapwise.baselines.baseline import Probabilities, Repeat
from gapwise.encoding.probe import probe


def frozen(repeat: Repeat, vectors: pd.DataFrame) -> Probabilities:
    """Fits the probe that `head_init: probe` starts from, scaled by the train rows alone."""
    train, validation, test = (vectors.loc[part["text_id"]].to_numpy(float) for part in repeat)
    train_labels, validation_labels = repeat.labels()
    groups = repeat.train["group"].to_numpy(object)
    fitted = probe(train, train_labels, validation, validation_labels, groups=groups)
    return [fitted.probabilities(part) for part in (train, validation, test)]
