"""A logistic regression on the words of the texts."""

import re

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from gapwise.baselines.baseline import Probabilities, Repeat
from gapwise.baselines.majority import majority
from gapwise.encoding.probe import fit, predict

WORD = r"(?u)\b\w+\b"


def tfidf(repeat: Repeat, vectors: pd.DataFrame) -> Probabilities:
    """Fits a logistic regression to the words of the train texts.

    Pairs of words are features too, so that "not good" is not "good". `sublinear_tf` takes the logarithm of counts: a
    word said five times is not five times the evidence. Words that only other parts have stay unknown. Train texts
    without a single word, as of emoji alone, teach no more than `majority` knows.
    """
    if not any(re.search(WORD, text) for text in repeat.train["text"]):
        return majority(repeat, vectors)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=WORD)
    vectorizer.fit(repeat.train["text"])
    none = np.empty((0, len(vectorizer.vocabulary_)))  # scikit-learn refuses a part of no texts
    features = [vectorizer.transform(part["text"]) if len(part) else none for part in repeat]
    train_labels, validation_labels = repeat.labels()
    model = fit(
        features[0], train_labels, features[1], validation_labels, groups=repeat.train["group"].to_numpy(object)
    )
    return [predict(model, part) for part in features]
