import pandas as pd

from gapwise.splitting.summary import summarize


def texts(*rows):
    return pd.DataFrame(rows, columns=["text_id", "label", "group", "part"])


def test_every_row_is_counted_in_a_part_or_among_those_left_out():
    test = texts(("t1", "no", "A", "test"), ("t2", "yes", "B", "test"))
    development = texts(
        ("v1", "no", "C", "validation"),
        ("v2", "yes", "C", "validation"),
        ("n1", "no", "D", "train"),
        ("n2", "no", "D", None),
        ("n3", "no", "E", None),
        ("y1", "yes", "E", "train"),
        ("c1", "yes", "C", "train"),
    )
    near_test = texts(("a1", "no", "A", "train"), ("a2", "no", "A", None), ("b1", "no", "B", "validation"))
    repeats = pd.DataFrame(
        [
            (0, "n1", "train"),
            (0, "v1", "validation"),
            (0, "v2", "validation"),
            (0, "y1", "train"),
            (1, "n1", "train"),
            (1, "n2", "train"),
            (1, "v1", "validation"),
            (1, "v2", "validation"),
            (1, "y1", "train"),
        ],
        columns=["repeat", "text_id", "part"],
    )
    validation = {"rows": 2, "groups": 1, "classes": {"no": 1, "yes": 1}}
    assert summarize(pd.concat([near_test, development, test]), development, test, repeats) == {
        "test": {"rows": 2, "groups": 2, "classes": {"no": 1, "yes": 1}},
        "development": {"rows": 7, "groups": 3, "classes": {"no": 4, "yes": 3}},
        "left_out": {"group_in_given_test": 3},
        "repeats": [
            {
                "train": {"rows": 2, "groups": 2, "classes": {"no": 1, "yes": 1}},
                "validation": validation,
                "left_out": {"group_in_given_validation": 1, "not_drawn": 2},
            },
            {
                "train": {"rows": 3, "groups": 2, "classes": {"no": 2, "yes": 1}},
                "validation": validation,
                "left_out": {"group_in_given_validation": 1, "not_drawn": 1},
            },
        ],
    }
