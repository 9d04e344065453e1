import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from gapwise.statistics.arrays import arrange, classes, whole_repeats
from gapwise.statistics.calibration import confidence_bins
from gapwise.statistics.metrics import METRICS, Predicted
from tests.gapwise.statistics.reference import calibration_error

ODD_NAMES = ["10", "2", "-1.5", "p_", "</script>", "predicted", "two words", "é"]


def table(seed, names, *, repeats=3, rows=60, actual=None, guessed=None):
    """Random predictions of the test texts; `actual` and `guessed` may leave classes out."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(actual or names, rows)
    tables = []
    for repeat in range(repeats):
        raw = rng.dirichlet(np.ones(len(names)), rows)
        raw[:, [name not in (guessed or names) for name in names]] *= 0.01
        probabilities = raw / raw.sum(axis=1, keepdims=True)
        tables.append(
            pd.DataFrame(
                {
                    "repeat": repeat,
                    "text_id": [f"text-{row}" for row in range(rows)],
                    "part": "test",
                    "label": labels,
                    "predicted": np.array(guessed or names)[
                        probabilities[:, [names.index(name) for name in guessed or names]].argmax(axis=1)
                    ],
                }
            ).join(pd.DataFrame(probabilities, columns=[f"p_{name}" for name in names]))
        )
    return pd.concat(tables, ignore_index=True)


def texts(predictions):
    return sorted(predictions["text_id"].unique())


def by_scikit_learn(rows):
    """Every score of one repeat."""
    names = sorted(column[2:] for column in rows if column.startswith("p_"))
    probabilities = rows[[f"p_{name}" for name in names]].to_numpy()
    return {
        "accuracy": metrics.accuracy_score(rows["label"], rows["predicted"]),
        "macro_f1": metrics.f1_score(rows["label"], rows["predicted"], average="macro"),
        "log_loss": metrics.log_loss(rows["label"], probabilities, labels=names),
        "calibration_error": calibration_error(
            probabilities.max(axis=1), (rows["label"] == rows["predicted"]).to_numpy()
        ),
    }


EXAMPLES = {
    "two classes": table(0, ["no", "yes"]),
    "three classes": table(1, ["a", "b", "c"]),
    "one repeat": table(2, ["a", "b", "c"], repeats=1),
    "one row": table(3, ["a", "b", "c"], rows=1),
    "many rows": table(4, ["a", "b", "c", "d", "e"], rows=400),
    "a class that is never true": table(5, ["a", "b", "c"], actual=["a", "b"]),
    "a class that is never predicted": table(6, ["a", "b", "c"], guessed=["a", "c"]),
    "a class that is neither": table(7, ["a", "b", "c"], actual=["a", "c"], guessed=["a", "c"]),
    "one class alone": table(8, ["a", "b"], actual=["a"], guessed=["a"]),
    "odd names": table(9, ODD_NAMES, rows=200),
}


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("score", METRICS)
def test_mean_contribution_is_the_score_of_each_repeat(score, example):
    predictions = EXAMPLES[example]
    means = METRICS[score].contribution(arrange(predictions, texts(predictions))).mean(axis=1)
    expected = [by_scikit_learn(rows)[score] for _, rows in predictions.groupby("repeat")]
    assert means == pytest.approx(expected, abs=1e-12)


def weighted(score, rows, weights):
    """A score of one repeat in which a row counts `weights` times."""
    correct = (rows.predicted[0] == rows.actual).astype(float)
    match score:
        case "accuracy":
            return np.average(correct, weights=weights)
        case "log_loss":
            return metrics.log_loss(rows.actual, rows.probabilities[0], sample_weight=weights, labels=range(3))
        case "macro_f1":
            return metrics.f1_score(rows.actual, rows.predicted[0], average="macro", sample_weight=weights)
        case "calibration_error":
            confidence = rows.probabilities[0].max(axis=1)
            pulls = np.bincount(confidence_bins(confidence), weights=weights * (correct - confidence))
            return np.abs(pulls).sum() / weights.sum()


@pytest.mark.parametrize("score", METRICS)
def test_contributions_tell_how_a_score_moves_when_a_row_counts_more(score):
    predictions = table(0, ["a", "b", "c"], repeats=1, rows=100)
    rows = arrange(predictions, texts(predictions))
    once, step = np.ones(100), 1e-6
    moves = [
        (weighted(score, rows, once + step * np.eye(100)[row]) - weighted(score, rows, once)) for row in range(100)
    ]
    contributions = METRICS[score].contribution(rows)[0]
    assert np.array(moves) / step == pytest.approx((contributions - contributions.mean()) / 100, abs=1e-6)
    assert contributions.std() > 0.1  # or nothing was shown


@pytest.mark.parametrize("score", ["macro_f1", "calibration_error"])
def test_spread_of_contributions_is_that_of_the_score_over_test_sets(score):
    population = table(0, ["a", "b", "c"], repeats=1, rows=3000)
    whole = arrange(population, texts(population))
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(300):
        some = rng.choice(3000, 400)
        drawn.append(
            METRICS[score]
            .contribution(Predicted(whole.actual[some], whole.predicted[:, some], whole.probabilities[:, some]))
            .mean()
        )
    # The standard deviation of 300 draws is known to 4 %, so that 3 of its errors are 12 %.
    assert np.std(drawn) == pytest.approx(METRICS[score].contribution(whole).std() / 400**0.5, rel=0.12)


@pytest.mark.parametrize("score", METRICS)
def test_neither_rows_nor_columns_have_an_order(score):
    predictions = table(0, ["a", "b", "c"])
    shuffled = predictions.sample(frac=1, random_state=0).iloc[:, ::-1]
    expected = METRICS[score].contribution(arrange(predictions, texts(predictions)))
    assert (METRICS[score].contribution(arrange(shuffled, texts(predictions))) == expected).all()


def test_arranged_rows_follow_the_wanted_order_of_texts():
    predictions = table(0, ["a", "b"], repeats=2, rows=4)
    rows = arrange(predictions, ["text-2", "text-0", "text-3", "text-1"])
    labels = dict(zip(predictions["text_id"], predictions["label"], strict=True))
    assert ["ab"[number] for number in rows.actual] == [labels[f"text-{row}"] for row in (2, 0, 3, 1)]
    of_second = predictions.query("repeat == 1").set_index("text_id")["p_b"]
    assert rows.probabilities[1, :, 1].tolist() == of_second[["text-2", "text-0", "text-3", "text-1"]].tolist()


def test_in_a_rotation_the_first_repeat_of_each_text_makes_the_first_line():
    predictions = table(0, ["a", "b"], repeats=4, rows=4)
    first_part = predictions["text_id"].isin(["text-0", "text-1"])
    rotated = predictions[first_part == (predictions["repeat"] % 2 == 0)]
    rows = arrange(rotated, texts(predictions))
    assert rows.folds.tolist() == [0, 0, 1, 1]
    found = rotated.set_index(["repeat", "text_id"])["p_b"]
    for line, repeats in enumerate([(0, 0, 1, 1), (2, 2, 3, 3)]):
        expected = [found[repeat, text] for repeat, text in zip(repeats, texts(predictions), strict=True)]
        assert rows.probabilities[line, :, 1].tolist() == expected
    assert sorted(whole_repeats(rotated)["repeat"].unique()) == [0, 1]


def test_classes_are_named_by_the_columns_of_probabilities_alone():
    assert classes(table(0, ODD_NAMES)) == sorted(ODD_NAMES)


def test_a_sure_mistake_costs_16_nats_and_no_more():
    rows = Predicted(np.array([0, 1]), np.array([[1, 1]]), np.array([[[0.0, 1.0], [0.0, 1.0]]]))
    assert METRICS["log_loss"].contribution(rows) == pytest.approx(np.array([[15.94, 0.0]]), abs=0.01)


def test_more_is_better_for_what_is_right_and_worse_for_what_is_lost():
    found = {name: metric.direction for name, metric in METRICS.items()}
    assert found == {"accuracy": 1, "macro_f1": 1, "log_loss": -1, "calibration_error": -1}
