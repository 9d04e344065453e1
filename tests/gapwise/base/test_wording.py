import pytest

from gapwise.base.wording import in_words, shorten, show


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([7], "row 7"),
        ([7, 8], "rows 7 and 8"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4 and 5"),
        ([1, 2, 3, 4, 5, 6], "rows 1, 2, 3, 4, 5 and 1 more"),
        (range(1, 301), "rows 1, 2, 3, 4, 5 and 295 more"),
    ],
)
def test_rows_are_listed_up_to_five(items, words):
    assert in_words(items, "row") == words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a", "'a'"),
        ("a\n\x1b[2J\u202e", "'a\\n\\x1b[2J\\u202e'"),
        ("a" * 60, "'" + "a" * 60 + "'"),
        ("a" * 100_000, "'" + "a" * 59 + "…"),
        (["a", 1], "['a', 1]"),
        (None, "None"),
    ],
)
def test_a_value_is_shown_on_one_short_line(value, shown):
    assert show(value) == shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["a"] * 5, ["a"] * 5),
        (["a"] * 7, ["a"] * 5 + ["... and 2 more such rows"]),
    ],
)
def test_problems_are_listed_up_to_five(given, kept):
    assert shorten(given, "such rows") == kept
