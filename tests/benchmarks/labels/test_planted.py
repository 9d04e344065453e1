import numpy as np
import pandas as pd

from benchmarks.labels.page import PAGE, RESULTS, planted, render
from benchmarks.labels.planted import SHARES, WAYS, Texts, plant


def test_the_page_has_the_table_that_was_measured():
    page = PAGE.read_text(encoding="utf-8")
    assert render(page, pd.read_csv(RESULTS / "planted.csv")) == page


def test_gapwise_finds_at_least_as_many_as_cleanlab_in_each_set_and_share():
    table = pd.read_csv(RESULTS / "planted.csv")
    found = table.pivot_table(index=["set", "share", "world"], columns="way", values=["found", "found_twice"])
    assert len(found.groupby(level=[0, 1])) == 4 * len(SHARES)
    for column in ("found", "found_twice"):
        more = (found[column, "Gapwise"] - found[column, "cleanlab"]).groupby(level=[0, 1]).agg(["mean", "sem"])
        assert (more["mean"] >= (0 if column == "found" else -2 * more["sem"])).all()  # at 2 k, but for noise


def test_a_share_of_the_labels_is_exchanged_for_another_class():
    labels = np.arange(100) % 3
    wrong, changed = plant(labels, 0.05, np.random.default_rng(0))
    assert wrong.sum() == 5
    assert ((changed != labels) == wrong).all()
    assert set(changed) <= {0, 1, 2}


def test_a_draw_keeps_groups_whole_but_for_the_last():
    texts = Texts(np.zeros((90, 2)), np.zeros(90, np.int64), np.repeat(np.arange(30), 3))
    drawn = texts.draw(30, np.random.default_rng(0))
    assert np.bincount(drawn.groups).tolist() == [3] * 10


def test_both_ways_find_a_label_that_is_plainly_wrong():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    vectors = 4 * np.eye(2)[labels] + rng.normal(size=(60, 2))
    labels = np.where(np.arange(60) == 7, 1 - labels, labels)
    for rank in WAYS.values():
        assert np.argmax(rank(Texts(vectors, labels, np.arange(60)), 1)) == 7


def test_the_table_shows_both_ways_and_their_paired_difference():
    rows = [
        ("a", 0.05, world, way, 10, found, 10)
        for world, pair in enumerate([(5, 4), (7, 4)])
        for way, found in zip(WAYS, pair, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["set", "share", "world", "way", "planted", "found", "found_twice"])
    assert planted(table).splitlines()[2] == (
        "| a | 5 % | 10 | 0.600 | 0.400 | +0.200 ± 0.200 | 1.000 | 1.000 | +0.000 ± 0.000 |"
    )
