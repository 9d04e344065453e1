import numpy as np
import pandas as pd
import pytest

from gapwise.scoring.summary import mean_of_repeats
from gapwise.scoring.thresholds import MEAN, ONE, thresholds
from tests import make


def table(positive, labels):
    """Predictions of test rows from the probability of `yes`, shape (repeats, rows)."""
    return pd.concat([make.predictions(repeat, "test", labels, own) for repeat, own in enumerate(positive)])


def groups(predictions):
    ids = predictions["text_id"].unique()
    return pd.Series(ids, index=ids)


def test_the_mean_of_repeats_can_be_right_where_most_repeats_are_wrong():
    predictions = table([[0.4, 0.9], [0.45, 0.8], [0.9, 0.7]], ["yes", "yes"])
    found = mean_of_repeats(predictions)
    assert found["predicted"].tolist() == ["yes", "yes"]
    assert found["p_yes"].tolist() == pytest.approx([0.5833333, 0.8])
    assert found["repeat"].tolist() == [0, 0]


def test_what_is_answered_and_right_at_each_threshold():
    sure = np.array([0.95, 0.92, 0.85, 0.75, 0.65, 0.55])
    predictions = table([sure, 1 - sure], ["yes", "yes", "no", "yes", "yes", "no"])
    found = thresholds(predictions, groups(predictions), 0.95).set_index(["predictor", "threshold"])
    assert found.loc[(ONE, 0.0), ["answered", "accuracy"]].tolist() == [1.0, 0.5]
    assert found.loc[(ONE, 0.9), ["answered", "accuracy"]].tolist() == pytest.approx([1 / 3, 0.5])
    assert found.loc[(ONE, 0.6), "answered"] == pytest.approx(5 / 6)
    assert (MEAN, 0.55) not in found.index  # the two cancel out, so that nothing is answered
    assert ((found["low"] <= found["accuracy"]) & (found["accuracy"] <= found["high"])).all()


def test_a_temperature_changes_what_is_answered_and_never_what_is_right_of_all():
    rng = np.random.default_rng(0)
    predictions = table(rng.uniform(0.05, 0.95, (2, 50)), rng.choice(["yes", "no"], 50))
    plain, hot = (thresholds(predictions, groups(predictions), 0.95, by) for by in (1.0, 3.0))
    of_all = [one.query("threshold == 0 and predictor == @ONE")["accuracy"].item() for one in (plain, hot)]
    assert of_all[0] == of_all[1]
    answered = [one.query("threshold == 0.8 and predictor == @ONE")["answered"].sum() for one in (plain, hot)]
    assert answered[1] < answered[0]
    pd.testing.assert_frame_equal(*(one.query("predictor == @MEAN") for one in (plain, hot)))


@pytest.mark.slow
def test_the_interval_of_some_rows_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = []
    for _ in range(300):
        sure = rng.uniform(0.5, 1.0, 200)
        labels = np.where(rng.random(200) < sure, "yes", "no")  # right with the probability that is claimed
        predictions = table(sure[None], labels)
        found = thresholds(predictions, groups(predictions), 0.95).query("predictor == @ONE and threshold == 0.8")
        held.append(found["low"].item() <= 0.9 <= found["high"].item())
    assert 0.92 <= np.mean(held) <= 0.99


def test_few_rows_that_are_all_right_leave_much_open():
    predictions = table([np.r_[np.full(10, 0.97), np.full(90, 0.6)]], ["yes"] * 100)
    found = thresholds(predictions, groups(predictions), 0.95).query("predictor == @ONE").set_index("threshold")
    assert found.loc[0.95, "accuracy"] == found.loc[0.0, "accuracy"] == 1.0
    assert found.loc[0.95, "low"] < 0.75
    assert found.loc[0.0, "low"] > 0.95
