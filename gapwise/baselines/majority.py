"""The class shares of the train rows, for every text."""

import pandas as pd
from sklearn.dummy import DummyClassifier

from gapwise.baselines.baseline import Probabilities, Repeat


def majority(repeat: Repeat, vectors: pd.DataFrame) -> Probabilities:
    """Gives every text the class shares of the train rows.

    Where all classes have as many, as with `split.train_per_class`, the train rows say nothing of the shares; those of
    train and validation rows together do.
    """
    rows = repeat.train
    counts = rows["label"].value_counts()
    if counts.min() == counts.max():
        rows = pd.concat([repeat.train, repeat.validation])
    model = DummyClassifier(strategy="prior").fit(rows["text"], rows["label"])
    return [model.predict_proba(part["text"]) for part in repeat]
