import numpy as np
import pandas as pd
import pytest

from gapwise.inspecting.slices import slices

ROWS = 400


def texts(seed=0, per_group=2):
    rng = np.random.default_rng(seed)
    words = np.array(["market", "report", "today", "rose", "fell", "earnings", "again", "strong"])
    return pd.DataFrame(
        {
            "text_id": [f"{row:016x}" for row in range(ROWS)],
            "row": range(1, ROWS + 1),
            "text": [" ".join(rng.choice(words, rng.integers(2, 9), replace=False)) for _ in range(ROWS)],
            "label": rng.choice(["no", "yes"], ROWS),
            "group": [f"{row // per_group:016x}" for row in range(ROWS)],
        }
    )


def correct(table, worse=None, by=0.4, repeats=3, seed=0):
    """1 where a repeat is right: 9 of 10, or fewer in some rows; repeats mostly agree."""
    rng = np.random.default_rng(seed)
    share = np.where(np.zeros(len(table), bool) if worse is None else worse, 0.9 - by, 0.9)
    hard = rng.random(len(table))
    return np.stack([(hard < share) != (rng.random(len(table)) < 0.02) for _ in range(repeats)]).astype(float)


def test_a_slice_that_is_worse_is_found_and_stands_first():
    table = texts()
    weak = table["text"].str.contains("fell").to_numpy()
    found = slices(table, correct(table, weak), 0.95)
    assert (found[0].kind, found[0].name, found[0].worse) == ("word", "fell", True)
    assert found[0].rows == weak.sum()
    assert found[0].low < -0.4 < found[0].high
    assert found[0].difference == pytest.approx(found[0].score - found[0].rest)


def test_lengths_classes_and_words_are_looked_at_and_cover_every_row():
    table = texts()
    found = slices(table, correct(table), 0.95)
    assert {one.kind for one in found} == {"length", "class", "word"}
    assert sum(one.rows for one in found if one.kind == "length") == ROWS
    assert sorted(one.name for one in found if one.kind == "class") == ["no", "yes"]
    assert all(one.p_adjusted >= one.p_value for one in found)


def test_a_large_group_is_a_slice_whose_rows_count_by_themselves():
    table = texts()
    table.loc[:39, "group"] = "f" * 16
    large = (table["group"] == "f" * 16).to_numpy()
    found = next(one for one in slices(table, correct(table, large), 0.95) if one.kind == "group")
    assert (found.name, found.rows, found.worse) == ("of row 1", 40, True)
    assert 0.1 < found.high - found.low < 0.6


@pytest.mark.slow
def test_of_slices_without_a_difference_some_is_called_worse_in_at_most_one_world_of_twenty():
    claims = [
        any(one.worse for one in slices(texts(seed), correct(texts(seed), seed=100 + seed), 0.95)) for seed in range(60)
    ]
    assert np.mean(claims) <= 0.1  # 3 expected of 60; 7 or more would happen in 3 % of such tests


def test_groups_make_an_interval_as_wide_as_they_agree():
    table = texts(per_group=8)
    rng = np.random.default_rng(1)
    of_group = np.repeat(rng.random(ROWS // 8) < 0.8, 8).astype(float)[None].repeat(3, axis=0)
    alone = table.assign(group=table["text_id"])
    wide, narrow = (next(one for one in slices(one, of_group, 0.95) if one.kind == "class") for one in (table, alone))
    half = (wide.high - wide.low) / (narrow.high - narrow.low)
    assert half != pytest.approx(1.0, abs=0.05)


def test_few_rows_few_groups_or_texts_without_a_word_are_no_slices():
    table = texts()
    assert slices(table.head(30), correct(table)[:, :30], 0.95) == []
    assert slices(table.assign(group=[str(row % 9) for row in range(ROWS)]), correct(table), 0.95) == []
    found = slices(table.assign(text="👍"), correct(table), 0.95)
    assert {one.kind for one in found} == {"class"}
