"""Cheap classifiers on the same repeats, which fine-tuning must be worth its cost against."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from gapwise.base.predictions import tabulate
from gapwise.encoding.probe import fit

WORD = r"(?u)\b\w+\b"


class Parts(NamedTuple):
    """One repeat's texts: rows of `tables.Texts` in each part."""

    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame


# Gives the probabilities of the sorted classes in each part, shape (rows, classes). Only `text`, `text_id` and, of
# train and validation, `label` may be looked at.
Baseline = Callable[[Parts], list[npt.NDArray[np.float64]]]


def majority(parts: Parts) -> list[npt.NDArray[np.float64]]:
    """Gives every text the class shares of the train rows."""
    model = DummyClassifier(strategy="prior").fit(parts.train["text"], parts.train["label"])
    return [model.predict_proba(part["text"]) for part in parts]


def tfidf(parts: Parts) -> list[npt.NDArray[np.float64]]:
    """Fits a logistic regression to the words of the train texts.

    Pairs of words are features too, so that "not good" is not "good". `sublinear_tf` takes the logarithm of counts: a
    word said five times is not five times the evidence. Words that only other parts have stay unknown. Train texts
    without a single word, as of emoji alone, teach no more than `majority` knows.
    """
    if not any(re.search(WORD, text) for text in parts.train["text"]):
        return majority(parts)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=WORD)
    vectorizer.fit(parts.train["text"])
    return logistic_regression([vectorizer.transform(part["text"]) for part in parts], *_labels(parts))


def on_vectors(vectors: pd.DataFrame) -> Baseline:
    """Makes the baseline that fits a logistic regression to fixed vectors of the texts.

    Args:
        vectors: One row of numbers for each development and test text, indexed by `text_id`.
    """

    def frozen(parts: Parts) -> list[npt.NDArray[np.float64]]:
        # On one scale, one list of penalties serves every encoder. The scale is that of the train rows.
        scaler = StandardScaler().fit(vectors.loc[parts.train["text_id"]].to_numpy(float))
        features = [scaler.transform(vectors.loc[part["text_id"]].to_numpy(float)) for part in parts]
        return logistic_regression(features, *_labels(parts))

    return frozen


def logistic_regression(
    features: list[Any], train_labels: npt.NDArray[Any], validation_labels: npt.NDArray[Any]
) -> list[npt.NDArray[np.float64]]:
    """Fits one repeat's train rows, and predicts all parts.

    Args:
        features: Of train, validation and test, each of shape (rows, features), dense or sparse.
        train_labels: Class of each train row; every class occurs.
        validation_labels: Class of each validation row; they choose the penalty, see `logistic.fit`.

    Returns:
        Probabilities of the sorted classes for train, validation and test, each of shape (rows, classes).
    """
    train, validation, _ = features
    model = fit(train, train_labels, validation, validation_labels)
    with threadpool_limits(limits=1):  # see `fit`
        return [model.predict_proba(part) for part in features]


def predict(
    development: pd.DataFrame, test: pd.DataFrame, repeats: pd.DataFrame, vectors: pd.DataFrame
) -> pd.DataFrame:
    """Fits every baseline on every repeat and predicts its texts.

    Args:
        development: `tables.Texts`.
        test: `tables.Texts`, with classes of development only. Its labels are copied, not looked at.
        repeats: `tables.Repeats`; every class occurs in every train part.
        vectors: The frozen encoder's, see `on_vectors`.

    Returns:
        `tables.BaselinePredictions`, ordered by baseline, repeat, part and text.
    """
    baselines = {"majority": majority, "tfidf": tfidf, "frozen": on_vectors(vectors)}
    texts = development.set_index("text_id", drop=False)
    names = sorted(development["label"].unique())
    results = []
    for name, baseline in baselines.items():
        for repeat, rows in repeats.sort_values("text_id").groupby("repeat"):
            ids = rows.groupby("part")["text_id"]
            train, validation = (texts.loc[ids.get_group(part)] for part in ("train", "validation"))
            parts = Parts(train, validation, test.sort_values("text_id"))
            for part, table, probabilities in zip(Parts._fields, parts, baseline(parts), strict=True):
                results.append(tabulate(table, names, probabilities).assign(baseline=name, repeat=repeat, part=part))
    return pd.concat(results, ignore_index=True)


def _labels(parts: Parts) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    return parts.train["label"].to_numpy(object), parts.validation["label"].to_numpy(object)
