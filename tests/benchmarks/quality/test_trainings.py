import numpy as np
import pandas as pd
import pytest

from benchmarks.quality import trainings
from tests import make


def predictions(part, right):
    """Texts whose label is `yes`; each is predicted `yes` where `right` says so, else `no`."""
    probability = [0.75 if one else 0.25 for one in right]
    ids = [f"{number:03d}" for number in range(len(right))]
    return make.predictions(0, part, "yes", probability, ids=ids).drop(columns="repeat")


def a_row(column="frozen", repeat=0, right=(True, False, True)):
    return trainings.row(("tweets", "400 rows", column, repeat), predictions("test", right), 1.5, "as it is")


def test_a_row_has_the_scores_of_the_parts_that_were_predicted():
    row = a_row()

    assert row["test_accuracy"] == pytest.approx(2 / 3)
    assert row["test_log_loss"] == pytest.approx(-(2 * np.log(0.75) + np.log(0.25)) / 3)
    assert row["validation_accuracy"] is None


def test_validation_is_scored_apart_from_test():
    both = pd.concat([predictions("test", [True, True]), predictions("validation", [False, True])])

    row = trainings.row(("tweets", "400 rows", "plain", 0), both, 1.0, "")

    assert (row["test_accuracy"], row["validation_accuracy"]) == (1.0, 0.5)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 879])
def test_what_was_right_is_unpacked_as_it_was_packed(count):
    bits = np.random.default_rng(count).random(count) < 0.5

    packed = a_row(right=bits)["right"]

    assert trainings.right(packed).tolist() == bits.tolist()


def test_what_was_right_is_in_the_order_of_the_text_ids():
    shuffled = predictions("test", [True, False, False, True]).iloc[[2, 0, 3, 1]]

    row = trainings.row(("tweets", "400 rows", "plain", 0), shuffled, 1.0, "")

    assert trainings.right(row["right"]).tolist() == [True, False, False, True]


def test_rows_are_appended_below_one_header_and_read_in_order(tmp_path):
    path = tmp_path / "quality.csv"

    trainings.append(path, [a_row(repeat=1)])
    trainings.append(path, [a_row(repeat=0), a_row("plain")])

    assert path.read_text().count("test_accuracy") == 1
    assert trainings.read(path)[["column", "repeat"]].to_numpy().tolist() == [
        ["frozen", 0],
        ["frozen", 1],
        ["plain", 0],
    ]


def test_only_what_is_not_there_is_missing(tmp_path):
    path = tmp_path / "quality.csv"
    assert trainings.missing(path, ("tweets", "400 rows", "frozen"), 2) == [0, 1]

    trainings.append(path, [a_row(repeat=1), a_row("plain", repeat=0)])

    assert trainings.missing(path, ("tweets", "400 rows", "frozen"), 3) == [0, 2]
    assert trainings.missing(path, ("tweets", "8 per class", "frozen"), 1) == [0]


def test_all_is_missing_where_it_is_to_be_done_again(tmp_path):
    path = tmp_path / "quality.csv"
    trainings.append(path, [a_row(repeat=1)])

    assert trainings.missing(path, ("tweets", "400 rows", "frozen"), 2, again=True) == [0, 1]


def test_of_a_training_that_two_processes_did_the_later_row_counts(tmp_path):
    path = tmp_path / "quality.csv"

    trainings.append(path, [a_row(right=(True, True))])
    trainings.append(path, [a_row(right=(True, False))])

    assert trainings.read(path)["test_accuracy"].tolist() == [0.5]


def test_rows_that_were_done_again_go_and_all_others_keep_their_bytes(tmp_path):
    path = tmp_path / "quality.csv"
    trainings.append(path, [a_row("plain"), a_row("setfit, 3 pairs")])
    before = path.read_bytes()
    trainings.drop_superseded(path)
    assert path.read_bytes() == before

    trainings.append(path, [a_row("plain", right=(False, False))])
    trainings.drop_superseded(path)

    lines = path.read_bytes().splitlines()
    assert lines[:2] == [before.splitlines()[0], before.splitlines()[2]]
    assert len(lines) == 3
