import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.cleaning import check_parts, deduplicate, normalize, text_id


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
    )
    cleaned = deduplicate(rows)
    assert (list(cleaned.kept.index), list(cleaned.agreed.index), list(cleaned.conflicting.index)) == (
        [1, 2],
        [1, 2, 3, 7],
        [4, 5, 6],
    )


def test_a_text_in_several_parts_is_a_leak_and_no_part_counts_as_train():
    rows = pd.DataFrame(
        [("a", "train"), ("b", "test"), ("a", "test"), ("c", None), ("c", "train"), ("d", None), ("d", "validation")],
        columns=["text", "part"],
        index=range(1, 8),
    )
    assert check_parts(rows) == [
        "one text is in several parts; keep one of row 1 (train) and row 3 (test)",
        "one text is in several parts; keep one of row 6 (train) and row 7 (validation)",
    ]
