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
        "annotator_column": None,
        "disagreement": "drop",
        "near_duplicate_similarity": 0.9,
    }
    return PrepareParams(**{**given, **changes})


def source(*rows, columns=("text", "label", "group", "fold")):
    return pd.DataFrame(list(rows), columns=list(columns))


def chosen(raw, **changes):
    selected = select(raw, params(**changes))
    rows = selected.rows[["text", "label", "group", "part"]]
    return {row: tuple(cells) for row, *cells in rows.itertuples()}, selected.problems


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
    selected = select(source(("Good.", "a"), columns=columns), params(group_column=None, split_column=None))
    assert selected.rows.empty


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((None, "a", "g", "train"), "column 'text' is empty or blank in row 2; fill it, or leave the row out"),
        ((" \u200b\x00", "a", "g", "train"), "column 'text' is empty or blank in row 2; fill it, or leave the row out"),
        (
            ("Bad.", ["a", "b"], "g", "train"),
            "column 'label' holds several labels for one text in row 2, as ['a', 'b']; a text is trained with one "
            "label: keep one of them",
        ),
        (
            ("Bad.", "['a' 'b']", "g", "train"),
            "column 'label' holds a list as text in row 2, as \"['a' 'b']\"; export it as JSON lines or parquet, where "
            "a list of one label is read",
        ),
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
        ("Good.", "b", "g", "dev"),
        columns=("text", "label", "groups", "fold"),
    )
    assert chosen(raw)[1] == [
        "column 'group' is missing; there are 'text', 'label', 'groups' and 'fold'; set prepare.group_column to "
        "'groups' or to null",
        "column 'text' is empty or blank in rows 1, 2, 3, 4, 5 and 3 more; fill it, or leave the row out",
        "column 'fold' must be train, validation, test or empty; found 'Test' and 'dev' in rows 9 and 10; rename it",
        "column 'label' spells one label in 2 ways that differ only in case, spaces, invisible characters or a final "
        ".0; keep one of 'a' (rows 1, 2, 3, 4, 5 and 3 more) and 'A' (row 9)",
    ]


def test_rows_without_a_label_and_labels_that_were_taken_back_are_counted_and_left_out():
    raw = source(
        ("Good.", "a", "g", "train"),
        ("Fine.", None, "g", "train"),
        ("", " ", "g", "odd"),
        ("Bad.", "a", "g", "train"),
        ("Worse.", ["b"], "g", "train"),
    ).assign(answer=["accept", "accept", "accept", "reject", "accept"])
    selected = select(raw, params())
    assert selected.rows["text"].to_dict() == {1: "Good.", 5: "Worse."}
    assert selected.rows["label"].to_dict() == {1: "a", 5: "b"}
    assert (selected.unlabelled, selected.taken_back, selected.problems) == (2, 1, [])


def test_a_column_of_other_words_takes_no_label_back():
    raw = source(("Good.", "a", "g", "train"), ("Bad.", "b", "g", "train")).assign(answer=["reject", "maybe"])
    assert select(raw, params()).taken_back == 0


def test_marks_may_be_what_is_learnt():
    raw = source(("Good.", "a", "g", "train"), ("Bad.", "b", "g", "train")).assign(answer=["reject", "accept"])
    selected = select(raw, params(label_column="answer"))
    assert (selected.taken_back, selected.rows["label"].tolist()) == (0, ["reject", "accept"])
