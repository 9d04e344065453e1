import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from gapwise.base.tables import BaselinePredictions, Predictions
from gapwise.scoring.params import EvaluateParams
from gapwise.scoring.summary import in_lines, scores, summary
from tests import make

PARAMS = EvaluateParams(confidence=0.95, temperature_scaling=False)
GROUPS = pd.Series([f"group-{row}" for row in range(4)], index=[f"test-{row}" for row in range(4)])


def table(repeat, part, label, probability_of_yes, ids="test"):
    """Predictions of the classes `no` and `yes`."""
    ids = [f"{ids}-{row}" for row in range(len(label))]
    return make.predictions(repeat, part, label, probability_of_yes, ids=ids)


def two_repeats():
    labels = ["no", "no", "yes", "yes"]
    return pd.concat(
        [
            table(0, "train", ["no", "yes"], [0.1, 0.9], "train"),
            table(0, "validation", ["no", "yes"], [0.2, 0.4], "validation"),
            table(0, "test", labels, [0.2, 0.2, 0.8, 0.8]),
            table(1, "train", ["no", "yes"], [0.1, 0.9], "train"),
            table(1, "validation", ["no", "yes"], [0.2, 0.8], "validation"),
            table(1, "test", labels, [0.2, 0.2, 0.8, 0.2]),
        ]
    )


def baselines():
    return pd.concat(
        [
            two_repeats().assign(baseline="majority", predicted="no"),
            two_repeats().assign(baseline="tfidf"),
            two_repeats().assign(baseline="frozen", predicted=lambda rows: rows["label"]),
        ]
    )


def test_scores_of_one_repeat_by_hand():
    predictions = table(0, "test", ["no", "no", "no", "yes", "yes"], [0.2, 0.2, 0.2, 0.8, 0.2])
    assert scores(predictions) == pytest.approx(
        {
            "accuracy": 4 / 5,
            "macro_f1": (6 / 7 + 2 / 3) / 2,
            "log_loss": -(4 * np.log(0.8) + np.log(0.2)) / 5,
            "calibration_error": 0.0,
        }
    )


def test_scores_do_not_depend_on_the_order_of_rows_or_class_columns():
    predictions = table(0, "test", ["no", "no", "yes", "yes"], [0.2, 0.3, 0.8, 0.4])
    assert scores(predictions.iloc[::-1, ::-1]) == scores(predictions)


def test_log_loss_of_a_sure_mistake_is_finite():
    assert scores(table(0, "test", ["no", "yes"], [1.0, 1.0]))["log_loss"] == pytest.approx(7.97, abs=0.01)


def test_float32_probabilities_score_without_a_warning():
    predictions = table(0, "test", ["no", "yes"], [0.3, 0.9])
    predictions["p_no"] += 1e-6
    assert scores(predictions)["log_loss"] == pytest.approx(-(np.log(0.7) + np.log(0.9)) / 2, abs=1e-5)


def test_a_part_without_one_of_the_classes_scores():
    assert scores(table(0, "validation", ["yes", "yes"], [0.9, 0.9]))["macro_f1"] == 1.0


def test_the_examples_are_valid_tables():
    Predictions.validate(two_repeats())
    BaselinePredictions.validate(baselines())


def test_summary_has_the_shape_of_the_metrics_file():
    result = summary(two_repeats(), baselines(), GROUPS, PARAMS)
    point = ["accuracy", "macro_f1", "log_loss", "calibration_error"]
    ends = ["accuracy_low", "accuracy_high", "macro_f1_low", "macro_f1_high"]
    assert {name: list(value) for name, value in result.items() if isinstance(value, dict)} == {
        "test": [*point, *ends, "detectable_difference"],
        "validation": point,
        "train": point,
        "gap": ["accuracy", "log_loss"],
        "mean_of_repeats": [*point, "accuracy_low", "accuracy_high"],
        "baseline": ["majority", "tfidf", "frozen"],
        "baseline_intervals": ["majority", "tfidf", "frozen"],
    }
    assert (result["repeats"], result["test_rows"]) == (2, 4)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_summary_gives_means_over_repeats():
    result = summary(two_repeats(), baselines(), GROUPS, PARAMS)
    assert result["test"]["accuracy"] == 0.875
    assert result["test"]["macro_f1"] == round((1 + (4 / 5 + 2 / 3) / 2) / 2, 6)
    assert result["validation"]["accuracy"] == 0.75
    assert result["train"]["accuracy"] == 1.0
    assert result["baseline"] == {"majority": 0.5, "tfidf": 0.875, "frozen": 1.0}


def test_the_terminal_is_told_the_scores_and_not_those_of_parts_without_rows():
    shown = in_lines(summary(two_repeats(), baselines(), GROUPS, PARAMS))
    assert shown[0].startswith("accuracy 0.875 (")
    assert shown[0].endswith(" on 4 test texts, the mean of 2 repeats; 0.750 on validation, 1.000 on train")
    assert shown[1] == "without fine-tuning: majority 0.500, tfidf 0.875, frozen 1.000"
    without = in_lines(summary(two_repeats().query("part != 'validation'"), baselines(), GROUPS, PARAMS))
    assert without[0].endswith("the mean of 2 repeats; 1.000 on train")


@pytest.mark.parametrize(("accuracy_high", "is_said"), [(0.69, True), (0.71, False)])
def test_a_setting_that_is_clearly_worse_than_a_baseline_is_told_so(accuracy_high, is_said):
    metrics = summary(two_repeats(), baselines(), GROUPS, PARAMS)
    metrics["test"]["accuracy_high"] = accuracy_high
    metrics["baseline_intervals"]["frozen"]["accuracy_low"] = 0.7
    warnings = [line for line in in_lines(metrics) if "WARNING" in line]
    assert len(warnings) == is_said
    assert all(line.startswith("  WARNING: frozen is better without fine-tuning") for line in warnings)


def test_both_gaps_are_positive_where_train_is_better_than_test():
    result = summary(two_repeats(), baselines(), GROUPS, PARAMS)
    assert result["gap"] == {"accuracy": 0.125, "log_loss": round(-np.log(0.8) + np.log(4) / 8 + np.log(0.9), 6)}
    assert result["gap"]["log_loss"] > 0


def test_intervals_hold_the_mean_and_equal_predictions_have_equal_intervals():
    result = summary(two_repeats(), baselines(), GROUPS, PARAMS)
    test = result["test"]
    assert 0 <= test["accuracy_low"] < test["accuracy"] < test["accuracy_high"] <= 1
    assert 0 <= test["macro_f1_low"] < test["macro_f1"] < test["macro_f1_high"] <= 1
    assert result["baseline_intervals"]["tfidf"] == {name: test[name] for name in ("accuracy_low", "accuracy_high")}
    frozen = result["baseline_intervals"]["frozen"]
    assert 0.2 < frozen["accuracy_low"] < frozen["accuracy_high"] == 1.0  # never wrong on 4 rows is not never wrong


def test_summary_is_the_same_for_any_order_of_rows():
    rng = np.random.default_rng(0)
    labels = rng.choice(["no", "yes"], 60)
    parts = ("train", "validation", "test")
    predictions = pd.concat([table(r, part, labels, rng.random(60), part) for r in range(3) for part in parts])
    everyone = pd.concat([predictions.assign(baseline=name) for name in ("majority", "tfidf", "frozen")])
    groups = pd.Series([str(row % 20) for row in range(60)], index=[f"test-{row}" for row in range(60)])
    result = summary(predictions, everyone, groups, PARAMS)
    again = summary(predictions.sample(frac=1, random_state=0), everyone, groups.iloc[::-1], PARAMS)
    assert again == result


def test_rows_of_one_group_count_as_one_draw():
    together = pd.Series(["a", "a", "b", "b"], index=GROUPS.index)
    widths = []
    for groups in (GROUPS, together):
        test = summary(two_repeats(), baselines(), groups, PARAMS)["baseline_intervals"]["majority"]
        widths.append(test["accuracy_high"] - test["accuracy_low"])
    assert widths[1] > widths[0]


def test_a_repeat_without_a_test_text_is_refused():
    predictions = two_repeats()
    with pytest.raises(ValueError, match="cannot reshape"):
        summary(predictions.iloc[:-1], baselines(), GROUPS, PARAMS)


def test_one_repeat_is_enough():
    one, reference = two_repeats().query("repeat == 0"), baselines().query("repeat == 0")
    result = summary(one, reference, GROUPS, PARAMS)
    assert (result["repeats"], result["test"]["accuracy"]) == (1, 1.0)


def test_checking_params_does_not_wait_for_scikit_learn():
    code = (
        "import sys, gapwise.scoring; sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
