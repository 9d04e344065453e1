import pandas as pd
import pytest

from gapwise.texts.labels import check_classes, find_joined, find_lookalikes


def check(valid, kept=None, train_per_class=None):
    return check_classes(pd.Series(list(valid)), pd.Series(list(valid if kept is None else kept)), train_per_class)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["good", "bad", "01", "1", "good", "goods"], []),
        (["good", " ", None, ["good"], ""], []),
        (
            ["good", "bad", "Good", "good"],
            ["column 'mood' spells one label in 2 ways that differ only in case, spaces, invisible "
             "characters or a final .0; keep one of "
             "'good' (rows 1 and 4) and 'Good' (row 3)"],
        ),
        (
            ["very good", "very  good", "verygood", "bad", "bad "],
            ["column 'mood' spells one label in 3 ways that differ only in case, spaces, invisible "
             "characters or a final .0; keep one of "
             "'very good' (row 1), 'very  good' (row 2) and 'verygood' (row 3)",
             "column 'mood' spells one label in 2 ways that differ only in case, spaces, invisible "
             "characters or a final .0; keep one of "
             "'bad' (row 4) and 'bad ' (row 5)"],
        ),
        (
            ["Stra\u00dfe", "STRASSE"],
            ["column 'mood' spells one label in 2 ways that differ only in case, spaces, invisible "
             "characters or a final .0; keep one of "
             "'Stra\u00dfe' (row 1) and 'STRASSE' (row 2)"],
        ),
    ],
)  # fmt: skip
def test_labels_that_differ_only_in_case_or_spaces_are_found(labels, expected):
    assert find_lookalikes(pd.Series(labels, range(1, len(labels) + 1)), "mood") == expected


def test_there_must_be_two_classes():
    assert check("aaaa") == [
        "there must be at least 2 classes, and every row has label 'a'; check prepare.label_column"
    ]


def test_two_spellings_of_one_label_are_one_class():
    assert check(["a", "A", "a", "A "]) == [
        "there must be at least 2 classes, and every row has label 'a'; check prepare.label_column"
    ]
    assert check(["a", "A", "a", "b", "B", "b"]) == []


@pytest.mark.parametrize(
    ("valid", "kept", "train_per_class", "expected"),
    [
        ("aaabbb", "aaabbb", None, []),
        (
            "aaabb",
            "aaabb",
            None,
            ["each class needs at least 3 distinct texts: 1 to train on, 1 to validate and 1 to test; too few "
             "are of 'b' (2 of 2 rows); add rows or leave the class out"],
        ),
        (
            "aaabbbcc",
            "aaabb",
            None,
            ["each class needs at least 3 distinct texts: 1 to train on, 1 to validate and 1 to test; too few "
             "are of 'b' (2 of 3 rows) and 'c' (0 of 2 rows); equal texts count once, and a text with several labels "
             "not at all; add rows or leave the class out"],
        ),
        ("a" * 10 + "b" * 10, "a" * 10 + "b" * 10, 8, []),
        (
            "a" * 10 + "b" * 9,
            "a" * 10 + "b" * 9,
            8,
            ["each class needs at least 10 distinct texts: 8 to train on, 1 to validate and 1 to test; too few "
             "are of 'b' (9 of 9 rows); add rows or leave the class out, or lower split.train_per_class from 8"],
        ),
    ],
)  # fmt: skip
def test_each_class_has_enough_rows_for_the_split(valid, kept, train_per_class, expected):
    assert check(valid, kept, train_per_class) == expected


@pytest.mark.parametrize(
    ("labels", "joined"),
    [
        (["food", "service", "food#service"], {"food#service": "'food' and 'service'"}),
        (["food", "service", "service; food"], {"service; food": "'service' and 'food'"}),
        (["food", "room#food"], {"room#food": "'room' and 'food'"}),
        (["food, drink", "service", "food"], {}),
        (["C#", "C", "F#"], {}),
    ],
)
def test_labels_that_are_several_others_are_refused(labels, joined):
    problems = find_joined(pd.Series(labels, range(1, len(labels) + 1)), "topic")
    assert problems == [
        f"column 'topic' holds several labels for one text, as {label!r} in row {labels.index(label) + 1}: {parts} are "
        "labels too; keep one of them"
        for label, parts in joined.items()
    ]
