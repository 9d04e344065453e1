import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.metrics import log_loss

from gapwise.base.errors import UserError
from gapwise.scoring.params import EvaluateParams
from gapwise.scoring.temperature import fit, fitted, is_scaled, scale, with_scaled, with_scaled_scores
from tests import make

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 2, size=(4000, 3))
TRUE = softmax(LOGITS, axis=1)
LABELS = np.array([RNG.choice(3, p=row) for row in TRUE])


@pytest.mark.parametrize("too_sure", [0.5, 1.0, 3.0])
def test_the_fitted_temperature_undoes_what_makes_a_classifier_too_sure(too_sure):
    probabilities = softmax(LOGITS * too_sure, axis=1)
    temperature = fit(probabilities, LABELS)
    assert temperature == pytest.approx(too_sure, rel=0.1)
    np.testing.assert_allclose(scale(probabilities, too_sure), TRUE, atol=1e-6)
    losses = [log_loss(LABELS, scale(probabilities, factor * temperature)) for factor in (0.8, 1.0, 1.25)]
    assert losses[1] == min(losses)


def test_scaling_changes_no_prediction():
    assert (scale(TRUE, 4.0).argmax(axis=1) == TRUE.argmax(axis=1)).all()
    np.testing.assert_allclose(scale(TRUE, 1.0), TRUE, atol=1e-9)


def test_a_handful_of_rows_that_are_all_right_or_all_wrong_gives_a_temperature_near_to_one():
    sure = np.array([[0.999, 0.001], [0.001, 0.999]])
    assert 0.8 < fit(sure, np.array([0, 1])) < 1
    assert 1 < fit(sure, np.array([1, 0])) < 5
    assert 1 < fit(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0])) < 100
    assert fit(np.empty((0, 2)), np.empty(0, int)) == pytest.approx(1, abs=1e-4)


def test_the_prior_gives_way_to_rows():
    """Of rows that are wrong as often as right and all as sure, the temperature grows with their number."""
    few, many = (fit(np.array([[0.99, 0.01]] * rows), np.arange(rows) % 2) for rows in (4, 400))
    assert 1 < few < many


def predictions(too_sure):
    """Two repeats of a classifier that is too sure by another factor in each."""
    labels, part = np.array(["a", "b", "c"])[LABELS], np.where(np.arange(len(LABELS)) < 2000, "validation", "test")
    ids = [f"text-{row}" for row in range(len(LABELS))]
    tables = [
        make.predictions(repeat, part, labels, softmax(LOGITS * factor, axis=1), classes=("a", "b", "c"), ids=ids)
        for repeat, factor in enumerate(too_sure)
    ]
    return pd.concat(tables, ignore_index=True)


def test_one_temperature_is_fitted_to_the_validation_rows_of_all_repeats():
    assert fitted(predictions([3.0, 3.0])) == pytest.approx(3, rel=0.1)
    assert 2 < fitted(predictions([2.0, 4.0])) < 4


def test_scaled_scores_stand_beside_the_raw_ones():
    both = {"log_loss": 1.23, "calibration_error": 0.4}
    raw = {"test": both, "mean_of_repeats": both, "repeats": 2}
    metrics = with_scaled_scores(raw, predictions([3.0, 3.0]), 3.0)
    best = log_loss(LABELS[2000:], TRUE[2000:])
    assert {name: metrics["test"][name] for name in both} == both
    assert metrics["test"]["log_loss_scaled"] == pytest.approx(best, rel=1e-4)
    assert metrics["test"]["calibration_error_scaled"] < 0.05
    assert metrics == raw | {"test": metrics["test"], "temperature": 3}


def test_every_probability_is_scaled():
    table = predictions([3.0])
    scaled = with_scaled(table, 3.0)
    np.testing.assert_allclose(scaled[["p_a", "p_b", "p_c"]], TRUE, atol=1e-6)
    others = ["text_id", "label", "predicted", "part", "repeat"]
    pd.testing.assert_frame_equal(scaled[others], table[others])


def test_the_test_labels_take_no_part_in_the_temperature():
    table = predictions([2.0, 4.0])
    blind = table.assign(label=table["label"].where(table["part"] != "test", "a"))
    assert fitted(blind) == fitted(table)


def test_probabilities_are_scaled_where_there_are_validation_rows_and_left_as_they_are_on_request():
    asked, not_asked, left_open = (
        EvaluateParams(confidence=0.95, temperature_scaling=one) for one in (True, False, None)
    )
    some, none = (pd.DataFrame({"part": ["train", part]}) for part in ("validation", "train"))
    assert [is_scaled(params, some) for params in (asked, not_asked, left_open)] == [True, False, True]
    assert [is_scaled(params, none) for params in (not_asked, left_open)] == [False, False]
    with pytest.raises(
        UserError, match=r"temperature_scaling \(true\) is fitted to validation rows, .*; set it to null or false"
    ):
        is_scaled(asked, none)
