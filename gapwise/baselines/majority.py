"""The class shares of the train rows, for every text."""

import pandas as pd
from sklearn.dummy import DummyClassifier

from gapwise.baselines.baseline import Probabilities, Repeat


def majority(repeat: Repeat, vectors: pd.DataFrame) -> Probabilities:
    """Gives every text the class shares of the train rows."""
    model = DummyClassifier(strategy="prior").fit(repeat.train["text"], repeat.train["label"])
    return [model.predict_proba(part["text"]) for part in repeat]
