import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

from gapwise.base.tables import Predictions
from gapwise.reports.evidence import bands, by_class, by_repeat
from gapwise.scoring.summary import scores
from tests.predicted import epochs, predictions

TABLE = predictions(0.8, 1, classes=("bad", "fair", "good"))


def test_the_drawn_predictions_keep_their_contract():
    Predictions.validate(TABLE)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "log_loss", "calibration_error"])
def test_train_and_test_of_each_repeat_are_the_scores_of_their_rows(metric):
    found = by_repeat(TABLE, metric)
    assert list(found.columns) == ["repeat", "train", "test"]
    for repeat, train, test in found.itertuples(index=False):
        rows = TABLE[TABLE["repeat"] == repeat]
        assert test == pytest.approx(scores(rows[rows["part"] == "test"])[metric])
        assert train == pytest.approx(scores(rows[rows["part"] == "train"])[metric])


def test_classes_are_scored_as_scikit_learn_scores_them():
    found = by_class(TABLE)
    test = TABLE[TABLE["part"] == "test"]
    by_scikit_learn = [
        np.stack(precision_recall_fscore_support(rows["label"], rows["predicted"]))
        for _, rows in test.groupby("repeat")
    ]
    expected = np.mean(by_scikit_learn, axis=0)
    assert list(found["class"]) == ["bad", "fair", "good"]
    np.testing.assert_allclose(found[["precision", "recall", "f1", "rows"]].to_numpy().T, expected)
    assert list(found["rows"]) == [40, 40, 40]


def test_a_class_that_is_never_predicted_scores_0():
    never = TABLE.assign(predicted="good")
    found = by_class(never).set_index("class")
    assert found.loc["bad", ["precision", "recall", "f1", "rows"]].tolist() == [0, 0, 0, 40]
    assert found.loc["good", ["precision", "recall"]].tolist() == pytest.approx([1 / 3, 1])


def test_bands_span_the_repeats_that_were_still_trained():
    found = bands(epochs())
    last = found[found["part"] == "train"].tail(3)
    pd.testing.assert_frame_equal(
        last.reset_index(drop=True),
        pd.DataFrame(
            {"epoch": [2, 3, 4], "part": "train", "mean": [0.36, 0.7 / 3 + 0.005, 0.175], "low": [0.35, 0.7 / 3, 0.175],
             "high": [0.37, 0.7 / 3 + 0.01, 0.175], "repeats": [3, 2, 1]}
        ),
    )  # fmt: skip
