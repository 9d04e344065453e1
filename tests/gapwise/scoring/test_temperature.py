import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.metrics import log_loss

from gapwise.base.errors import UserError
from gapwise.scoring.params import EvaluateParams
from gapwise.scoring.temperature import COLDEST, HOTTEST, fit, require_validation, scale, with_scaled
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


def test_rows_that_are_all_right_or_all_wrong_give_a_temperature_within_bounds():
    sure = np.array([[0.999, 0.001], [0.001, 0.999]])
    assert COLDEST <= fit(sure, np.array([0, 1])) < 0.2
    assert 9 < fit(sure, np.array([1, 0])) <= HOTTEST
    assert 9 < fit(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 0])) <= HOTTEST


def predictions(too_sure):
    """Two repeats of a classifier that is too sure by another factor in each."""
    labels, part = np.array(["a", "b", "c"])[LABELS], np.where(np.arange(len(LABELS)) < 2000, "validation", "test")
    ids = [f"text-{row}" for row in range(len(LABELS))]
    tables = [
        make.predictions(repeat, part, labels, softmax(LOGITS * factor, axis=1), classes=("a", "b", "c"), ids=ids)
        for repeat, factor in enumerate(too_sure)
    ]
    return pd.concat(tables, ignore_index=True)


def test_scaled_scores_stand_beside_the_raw_ones_and_each_repeat_has_its_own_temperature():
    raw = {"test": {"log_loss": 1.23, "calibration_error": 0.4}, "gap": {"log_loss": 0.5}, "repeats": 2}
    table = predictions([2.0, 4.0])
    metrics = with_scaled(raw, table)
    assert metrics["gap"] == raw["gap"]
    assert {name: metrics["test"][name] for name in raw["test"]} == raw["test"]
    assert metrics["temperature"]["lowest"] == pytest.approx(2, rel=0.1)
    assert metrics["temperature"]["highest"] == pytest.approx(4, rel=0.1)
    assert metrics["temperature"]["mean"] == pytest.approx(3, rel=0.1)
    best = log_loss(LABELS[2000:], TRUE[2000:])
    assert metrics["test"]["log_loss_scaled"] == pytest.approx(best, rel=0.02)
    assert metrics["test"]["calibration_error_scaled"] < 0.05
    assert set(metrics) == {"test", "gap", "repeats", "temperature"}


def test_the_test_labels_take_no_part_in_the_temperature():
    table = predictions([2.0, 4.0])
    blind = table.assign(label=table["label"].where(table["part"] != "test", "a"))
    raw = {"test": {}}
    assert with_scaled(raw, blind)["temperature"] == with_scaled(raw, table)["temperature"]


def test_a_temperature_without_validation_rows_to_fit_it_to_is_refused():
    asked, not_asked = (EvaluateParams(confidence=0.95, temperature_scaling=scaled) for scaled in (True, False))
    some, none = (pd.DataFrame({"part": ["train", part]}) for part in ("validation", "train"))
    require_validation(asked, some)
    require_validation(not_asked, none)
    with pytest.raises(
        UserError, match=r"temperature_scaling \(true\) is fitted to validation rows, .*; set it to false"
    ):
        require_validation(asked, none)
