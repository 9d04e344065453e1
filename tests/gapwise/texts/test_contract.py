import pandas as pd
import pytest
from pydantic import ValidationError

from gapwise.texts.contract import select
from gapwise.texts.params import PrepareParams


def params(**changes):
    given = {
        "source": "data/raw/mine.csv",
        "text_column": "text",
        "label_column": "label",
        "group_column": "group",
        "split_column": "fold",
        "near_duplicate_similarity": 0.9,
    }
    return PrepareParams(**{**given, **changes})


def source(*rows, columns=("text", "label", "group", "fold")):
    return pd.DataFrame(list(rows), columns=list(columns))


def chosen(raw, **changes):
    valid, problems = select(raw, params(**changes))
    return {row: tuple(cells) for row, *cells in valid.itertuples()}, problems


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"near_duplicate_similarity": 1.1}, "less than or equal to 1"),
        ({"near_duplicate_similarity": -0.1}, "greater than or equal to 0"),
        ({"near_duplicate_similarity": "0.9"}, "valid number"),
        ({"source": ""}, "at least 1 character"),
        ({"text_column": None}, "valid string"),
        ({"group_column": 3}, "valid string"),
        ({"separator": ";"}, "Extra inputs are not permitted"),
        ({"split_column": "label"}, "label_column and split_column name one column, 'label': each must name another"),
    ],
)
def test_params_outside_of_their_range_are_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        params(**changes)


def test_columns_are_normalized_and_rows_numbered():
    raw = source((" Good \n one ", "a ", " g1", "train"), ("NA", "01", None, None))
    assert chosen(raw) == ({1: ("Good one", "a", "g1", "train"), 2: ("NA", "01", None, None)}, [])


def test_columns_that_params_do_not_name_are_left_out_and_null():
    raw = source(("Good.", "a", "g", "train"))
    assert chosen(raw, group_column=None, split_column=None) == ({1: ("Good.", "a", None, None)}, [])


@pytest.mark.parametrize(
    ("columns", "changes", "expected"),
    [
        (
            ("Text", "label", "group", "fold"),
            {},
            [
                "column 'text' is missing; there are 'Text', 'label', 'group' and 'fold'; set prepare.text_column to "
                "'Text'"
            ],
        ),
        (
            ("body", "mood", "x", "y"),
            {"split_column": None},
            [
                "column 'text' is missing; there are 'body', 'mood', 'x' and 'y'; set prepare.text_column to one of "
                "them",
                "column 'label' is missing; there are 'body', 'mood', 'x' and 'y'; set prepare.label_column to one "
                "of them",
                "column 'group' is missing; there are 'body', 'mood', 'x' and 'y'; set prepare.group_column to one "
                "of them or to null",
                "if the first line is no header but a row, put a header above it",
            ],
        ),
        (
            ("text", "label", "groups", "fold"),
            {},
            ["column 'group' is missing; there are 'text', 'label', 'groups' and 'fold'; set prepare.group_column to "
             "'groups' or to null"],
        ),
    ],
)  # fmt: skip
def test_missing_columns_are_named_with_the_nearest(columns, changes, expected):
    assert chosen(source(("Good.", "a", "g", "train"), columns=columns), **changes)[1] == expected


@pytest.mark.parametrize("columns", [("body", "label"), ("text", "mood"), ("body", "mood")])
def test_without_texts_or_labels_no_row_is_valid(columns):
    valid, _ = select(source(("Good.", "a"), columns=columns), params(group_column=None, split_column=None))
    assert valid.empty


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((None, "a", "g", "train"), "column 'text' is empty or blank in row 2; fill it, or leave the row out"),
        ((" \u200b\x00", "a", "g", "train"), "column 'text' is empty or blank in row 2; fill it, or leave the row out"),
        (("Bad.", None, "g", "train"), "column 'label' is empty or blank in row 2; fill it, or leave the row out"),
        (("Bad.", " ", "g", "train"), "column 'label' is empty or blank in row 2; fill it, or leave the row out"),
        (
            (["Bad", "."], "a", "g", "train"),
            "column 'text' must hold text; found ['Bad', '.'] in row 2; write it as text",
        ),
        (
            ("Bad.", {"is": "a"}, "g", "train"),
            "column 'label' must hold text; found {'is': 'a'} in row 2; write it as text",
        ),
        (("Bad.", "a", b"g", "train"), "column 'group' must hold text; found b'g' in row 2; write it as text"),
        (
            ("Bad.", "a", "g", "dev"),
            "column 'fold' must be train, validation, test or empty; found 'dev' in row 2; rename it",
        ),
        (
            ("Bad.", "a", "g", ["test"]),
            "column 'fold' must be train, validation, test or empty; found ['test'] in row 2; rename it",
        ),
    ],
)
def test_a_cell_that_breaks_a_rule_is_named_and_its_row_left_out(row, problem):
    good = ("Good.", "a", "g", "train")
    assert chosen(source(good, row, ("Fine.", "b", "g", "test"))) == (
        {1: good, 3: ("Fine.", "b", "g", "test")},
        [problem],
    )


def test_every_problem_is_found_at_once_and_long_lists_of_rows_are_short():
    raw = source(
        *[(None, "a", "g", "train")] * 8,
        ("Good.", "A", "g", "Test"),
        ("Good.", None, "g", "dev"),
        columns=("text", "label", "groups", "fold"),
    )
    assert chosen(raw)[1] == [
        "column 'group' is missing; there are 'text', 'label', 'groups' and 'fold'; set prepare.group_column to "
        "'groups' or to null",
        "column 'text' is empty or blank in rows 1, 2, 3, 4, 5 and 3 more; fill it, or leave the row out",
        "column 'label' is empty or blank in row 10; fill it, or leave the row out",
        "column 'fold' must be train, validation, test or empty; found 'Test' and 'dev' in rows 9 and 10; rename it",
        "column 'label' spells one label in 2 ways that differ only in case, spaces, invisible characters or a final "
        ".0; keep one of 'a' (rows 1, 2, 3, 4, 5 and 3 more) and 'A' (row 9)",
    ]
