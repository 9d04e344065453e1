import numpy as np
import pytest

from gapwise.comparing.scored import score
from gapwise.scoring.summary import scores
from gapwise.statistics.calibration import by_chance
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import components, of_own_rows
from tests.gapwise.settings import one_by_one, setting

TEXTS = list(one_by_one(50).index)
GROUPS = np.arange(50)


def example(seed=0, repeats=3):
    rng = np.random.default_rng(seed)
    return setting(
        f"seed {seed}",
        rng.random((repeats, 50)) < 0.7,
        train=rng.random((repeats, 40)) < 0.95,
        validation=rng.random((repeats, 20)) < 0.8,
        sure=0.8,
    )


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize("metric", METRICS)
def test_means_are_those_of_the_evaluate_stage(metric, part):
    candidate = example()
    of_part = candidate.predictions[candidate.predictions["part"] == part]
    expected = np.mean([scores(rows)[metric] for _, rows in of_part.groupby("repeat")])
    assert score(candidate, [0, 1, 2], TEXTS).mean(metric, part) == pytest.approx(expected)


def test_repeats_of_unequal_size_weigh_alike():
    candidate = example(repeats=2)
    table = candidate.predictions
    dropped = table[(table["repeat"] == 1) & (table["part"] == "train")].index[:30]
    fewer = setting("fewer", np.ones((2, 50), bool))
    object.__setattr__(fewer, "predictions", table.drop(dropped))
    means = [scores(rows)["accuracy"] for _, rows in fewer.predictions.query("part == 'train'").groupby("repeat")]
    assert score(fewer, [0, 1], TEXTS).mean("accuracy", "train") == pytest.approx(np.mean(means))


def test_only_the_wanted_repeats_are_scored():
    candidate = example()
    assert score(candidate, [2], TEXTS).test["accuracy"].shape == (1, 50)
    table = candidate.predictions.query("repeat == 2")
    for part in ("train", "test"):
        expected = scores(table[table["part"] == part])["log_loss"]
        assert score(candidate, [2], TEXTS).mean("log_loss", part) == pytest.approx(expected)


@pytest.mark.parametrize("metric", METRICS)
def test_mean_difference_is_the_difference_of_means(metric):
    one, other = score(example(0), [0, 1, 2], TEXTS), score(example(1), [0, 1, 2], TEXTS)
    for part in ("train", "validation", "test"):
        expected = one.mean(metric, part) - other.mean(metric, part)
        assert one.minus(other).mean(metric, part) == pytest.approx(expected)


def test_what_few_rows_add_is_in_the_calibration_error_and_not_in_its_uncertainty():
    rows = np.arange(50) % 5 < 4
    right = score(setting("as sure as right", np.tile(rows, (2, 1)), sure=0.8), [0, 1], TEXTS)
    bold = score(setting("too sure", np.tile(rows, (2, 1)), sure=0.99), [0, 1], TEXTS)
    added = by_chance(np.full(50, 0.8), rows)
    certain = components(bold.test["calibration_error"] - right.test["calibration_error"], GROUPS, "calibration_error")
    assert right.mean("calibration_error", "test") == pytest.approx(0)
    assert right.on_test("calibration_error", GROUPS).value == pytest.approx(-added)
    difference = bold.minus(right)
    assert difference.mean("calibration_error", "test") == pytest.approx(0.19)
    assert difference.on_test("calibration_error", GROUPS).value == pytest.approx(0.19 + added, abs=1e-3)
    assert added > 0.04
    error = difference.on_test("calibration_error", GROUPS).standard_error
    assert error == pytest.approx(np.hypot(certain.uncertainty().standard_error, added / 2), abs=1e-3)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "log_loss"])
def test_few_rows_add_nothing_to_other_scores(metric):
    one = score(example(), [0, 1, 2], TEXTS)
    assert one.on_test(metric, GROUPS).value == pytest.approx(one.mean(metric, "test"))


def test_a_setting_does_not_differ_from_itself():
    one = score(example(), [0, 1, 2], TEXTS)
    nothing = one.minus(one)
    assert {metric: nothing.mean(metric, "train") for metric in METRICS} == dict.fromkeys(METRICS, 0.0)
    assert nothing.gap("log_loss", GROUPS).interval(0.95) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("accuracy", 1.0 - 0.6), ("log_loss", (0.4 * np.log(0.9 / 0.1))), ("calibration_error", 0.3 - 0.1)],
)
def test_gap_is_above_0_where_train_is_better_than_test(metric, expected):
    memorizes = setting("memorizes", np.tile(np.arange(50) % 5 < 3, (2, 1)), sure=0.9)
    assert score(memorizes, [0, 1], TEXTS).gap(metric, GROUPS).value == pytest.approx(expected, abs=1e-4)


def test_chance_of_a_gap_is_that_of_test_and_of_train():
    one = score(example(), [0, 1, 2], TEXTS)
    gap, test = one.gap("accuracy", GROUPS), one.on_test("accuracy", GROUPS)
    train = one.development.query("part == 'train'")
    of_train = of_own_rows([rows["accuracy"].to_numpy() for _, rows in train.groupby("repeat")], "accuracy")
    assert gap.value == pytest.approx(of_train.value - test.value)
    assert gap.standard_error == pytest.approx(np.hypot(test.standard_error, of_train.standard_error))


def test_repeats_that_fit_train_unevenly_widen_the_gap():
    test = np.tile(np.arange(50) % 5 < 4, (5, 1))
    even = np.tile(np.arange(400) % 20 > 0, (5, 1))
    uneven = np.stack([np.arange(400) % 20 > bad for bad in (-1, 0, 0, 0, 1)])
    gaps = [score(setting("", test, train=train), range(5), TEXTS).gap("accuracy", GROUPS) for train in (even, uneven)]
    rows_alone = (0.05 * 0.95 / 2000) ** 0.5
    assert gaps[0].value == pytest.approx(gaps[1].value)
    assert gaps[1].standard_error ** 2 - gaps[0].standard_error ** 2 > 2 * rows_alone**2


@pytest.mark.parametrize("metric", METRICS)
def test_order_of_the_table_has_no_influence(metric):
    candidate = example()
    expected = score(candidate, [0, 1, 2], TEXTS)
    object.__setattr__(candidate, "predictions", candidate.predictions.sample(frac=1, random_state=0))
    again = score(candidate, [0, 1, 2], TEXTS)
    assert (again.test[metric] == expected.test[metric]).all()
    assert again.development.equals(expected.development)
