import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.texts.cleaning import count_junk, deduplicate, leaks, normalize, text_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \t\r\n b\u00a0c\u2003d ", "a b c d"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("e\x00\u0301", "\u00e9"),
        ("a\x00b\x07c\x7fd\x9f", "abcd"),
        ("half \ud800 of a pair", "half of a pair"),
        ("\ufeffa", "a"),
        ("\u200b \u2060\xad", ""),
        (" \x00\n", ""),
        ("\U0001f468\u200d\U0001f469 &amp; Q!", "\U0001f468\u200d\U0001f469 &amp; Q!"),
    ],
)
def test_a_text_has_one_spelling(text, expected):
    assert normalize(text) == expected


@settings(deadline=None)
@given(st.text())
def test_normalizing_twice_changes_nothing_more(text):
    assert normalize(normalize(text)) == normalize(text)


def test_a_text_is_named_by_its_digest():
    # printf 'Good.' | sha256sum
    assert text_id("Good.") == "2c33dcef91e06624"


def test_one_row_is_kept_per_text_and_none_of_a_text_with_two_labels():
    rows = pd.DataFrame(
        [("a", "x"), ("b", "x"), ("a", "x"), ("c", "x"), ("c", "y"), ("c", "x"), ("b", "x")],
        columns=["text", "label"],
        index=range(1, 8),
    ).assign(part=None)
    cleaned = deduplicate(rows)
    assert (list(cleaned.kept.index), list(cleaned.agreed.index), list(cleaned.conflicting.index)) == (
        [1, 2],
        [1, 2, 3, 7],
        [4, 5, 6],
    )


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (["train", "validation", "test"], 3),
        (["train", "validation", None], 2),
        (["test", "train", "test"], 1),
        ([None, "train", "train"], 2),
    ],
)
def test_a_text_in_several_parts_stays_in_the_most_sealed(parts, kept):
    rows = pd.DataFrame({"text": "a", "label": "x", "part": parts}, index=range(1, 4))
    assert list(deduplicate(rows).kept.index) == [kept]


def test_leaks_are_the_rows_of_texts_in_several_parts_and_no_part_counts_as_train():
    rows = pd.DataFrame(
        [("a", "train"), ("b", "test"), ("a", "test"), ("c", None), ("c", "train"), ("d", None), ("d", "validation")],
        columns=["text", "part"],
        index=range(1, 8),
    )
    assert list(leaks(rows).itertuples(name=None)) == [
        (1, "a", "train"),
        (3, "a", "test"),
        (6, "d", "train"),
        (7, "d", "validation"),
    ]


def test_characters_that_cleaning_drops_are_counted():
    assert count_junk(["a\x00b\x07", "\ufeffc\t", None, ["\x00"]]) == 3
