import numpy as np
import pandas as pd

from gapwise.inspecting.doubts import confidently_other, doubt, doubted, hard
from gapwise.inspecting.opinions import Opinions, Temperatures, of_networks

SURE = [0.9, 0.1]
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])
# Row 3 looks as class 1 as rows of class 1 do; row 7 leans to class 0, but less than rows of class 0.
PROBABILITIES = np.array([SURE, SURE, SURE, [0.05, 0.95], *[[0.1, 0.9]] * 3, [0.6, 0.4]])


def test_a_row_that_looks_surely_like_another_class_is_doubted_and_one_that_leans_is_hard():
    assert doubted(PROBABILITIES, LABELS).tolist() == [False] * 3 + [True] + [False] * 4
    assert hard(PROBABILITIES, LABELS).tolist() == [False] * 3 + [True] + [False] * 3 + [True]
    np.testing.assert_allclose(doubt(PROBABILITIES, LABELS)[[0, 3, 7]], [0.1, 0.95, 0.6])


def test_a_row_that_is_surely_of_another_class_is_doubted_though_rows_of_that_class_are_surer():
    sure = np.array([[0.99, 0.01]] * 4 + [[0.01, 0.99]] * 3 + [[0.85, 0.15]])
    assert confidently_other(sure, LABELS).tolist() == [False] * 8
    assert doubted(sure, LABELS).tolist() == [False] * 7 + [True]


def test_a_row_with_a_low_margin_is_hard_whatever_it_leans_to():
    assert hard(np.array([[0.55, 0.45], [0.65, 0.35]]), np.array([0, 0])).tolist() == [True, False]


def test_class_numbers_may_have_gaps_and_one_class_doubts_nothing():
    wide = np.insert(PROBABILITIES, 1, 0.0, axis=1)
    assert confidently_other(wide, 2 * LABELS).tolist() == [False] * 3 + [True] + [False] * 4
    assert not confidently_other(PROBABILITIES, np.zeros(8, np.int64)).any()


def predictions():
    rows = [
        (0, "a", "validation", 0.9),
        (1, "a", "validation", 0.7),
        (0, "b", "train", 1.0),
        (1, "b", "validation", 0.2),
        (0, "t", "test", 0.4),
        (1, "t", "test", 0.6),
    ]
    table = pd.DataFrame(rows, columns=["repeat", "text_id", "part", "p_no"])
    return table.assign(p_yes=1 - table["p_no"], label="no", predicted="no")


def test_only_networks_that_did_not_see_a_row_have_an_opinion_on_it():
    means, counts = of_networks(predictions(), "validation", pd.Series(["b", "c", "a"]))
    np.testing.assert_allclose(means, [[0.2, 0.8], [0, 0], [0.8, 0.2]])
    assert counts.tolist() == [1, 0, 2]
    means, counts = of_networks(predictions(), "test", pd.Series(["t"]))
    np.testing.assert_allclose(means, [[0.5, 0.5]])
    assert counts.tolist() == [2]


def test_the_probe_is_one_opinion_and_each_network_another():
    none = [np.nan, np.nan]
    opinions = Opinions(
        np.array([[0.8, 0.2], [0.8, 0.2], none, none]),
        np.array([[0.0, 0.0], [0.2, 0.8], [0.6, 0.4], [0.0, 0.0]]),
        np.array([0, 2, 1, 0]),
    )
    np.testing.assert_allclose(Temperatures(1.0, 1.0).combined(opinions), [[0.8, 0.2], [0.4, 0.6], [0.6, 0.4], none])


def test_opinions_that_are_surer_than_right_are_cooled_before_they_are_joined():
    labels = np.array([0, 0, 0, 1] * 1000)
    rows = len(labels)
    opinions = Opinions(np.full((rows, 2), np.nan), np.array([[0.999, 0.001]] * rows), np.ones(rows, np.int64))
    found = Temperatures.of(opinions, labels)
    assert found.probe == 1.0
    np.testing.assert_allclose(found.combined(opinions)[0], [0.75, 0.25], atol=0.01)
