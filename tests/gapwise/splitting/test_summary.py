import pandas as pd
import pytest

from gapwise.splitting.summary import in_lines, summarize


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


def test_the_terminal_is_told_where_the_rows_went():
    report = {
        "test": {"rows": 879, "groups": 152},
        "development": {"rows": 2052},
        "left_out": {"group_in_given_test": 7},
        "repeats": [
            {
                "train": {"rows": 400, "classes": {"no": 100, "yes": 300}},
                "validation": {"rows": rows},
                "left_out": {"group_in_given_validation": 3, "not_drawn": 1},
            }
            for rows in (199, 205)
        ],
    }
    assert in_lines(report, 0.1) == [
        "test 879 rows, development 2,052; each of 2 repeats trains on 400 of these and validates on 199 to 205",
        "  7 left out: they share a group with the given test part",
        "  3 never trained on: they share a group with the given validation part",
        "  1 not used in a repeat: split.train_size or split.train_per_class asks for fewer; with both null all are",
        "  for 200 rows per class to train on: $(cat settings/auto) behind `dvc exp run`, unless this run has it",
    ]


def test_few_rows_are_not_to_be_spent_on_validation_where_all_of_them_are_used():
    def said(rows, fraction, not_drawn):
        repeat = {
            "train": {"rows": rows, "classes": {"no": rows // 2, "yes": rows // 2}},
            "validation": {"rows": 3},
            "left_out": {"group_in_given_validation": 0, "not_drawn": not_drawn},
        }
        report = {
            "test": {"rows": 9, "groups": 9},
            "development": {"rows": rows + 3},
            "left_out": {"group_in_given_test": 0},
            "repeats": [repeat],
        }
        return in_lines(report, fraction)[-1]

    hint = "  with so few, -S split.validation_fraction=0 beside it trains on the rows that validate, too"
    assert said(44, 0.1, 0) == hint
    assert hint not in {said(46, 0.1, 0), said(44, 0.1, 1), said(44, 0.0, 0)}


def test_a_rotation_is_proposed_for_few_rows_but_not_where_the_source_gives_a_part():
    train = {"rows": 20, "classes": {"no": 10, "yes": 10}}
    left_out = {"group_in_given_validation": 0, "not_drawn": 0}
    report = {
        "test": {"rows": 9, "groups": 9},
        "development": {"rows": 22},
        "left_out": {"group_in_given_test": 0},
        "repeats": [{"train": train, "validation": {"rows": 2}, "left_out": left_out}],
    }
    hint = "  with fewer than 1,000 rows, split.rotate=5 tests every one of them, at 5 times the training"
    assert hint in in_lines(report, 0.1)
    assert hint not in in_lines(report, 0.1, is_given=True)


@pytest.mark.parametrize(("groups", "is_said"), [(19, True), (20, False)])
def test_few_groups_that_share_the_test_rows_are_said_and_texts_that_are_each_a_group_are_not(groups, is_said):
    train = {"rows": 20, "classes": {"no": 10, "yes": 10}}
    left_out = {"group_in_given_validation": 0, "not_drawn": 0}
    report = {
        "test": {"rows": 40, "groups": groups},
        "development": {"rows": 22},
        "left_out": {"group_in_given_test": 0},
        "repeats": [{"train": train, "validation": {"rows": 2}, "left_out": left_out}],
    }
    said = f"  the test rows are of {groups} groups alone: no interval knows how texts of other groups are"
    assert (said in in_lines(report, 0.1)) == is_said
    report["test"] = {"rows": groups, "groups": groups}
    assert said not in in_lines(report, 0.1)


def test_the_terminal_is_told_what_no_validation_rows_mean():
    train = {"rows": 20, "classes": {"no": 10, "yes": 10}}
    report = {
        "test": {"rows": 9, "groups": 9},
        "development": {"rows": 20},
        "left_out": {"group_in_given_test": 0},
        "repeats": [
            {"train": train, "validation": {"rows": 0}, "left_out": {"group_in_given_validation": 0, "not_drawn": 0}}
        ]
        * 2,
    }
    lines = in_lines(report, 0.0)
    assert lines[0].endswith("each of 2 repeats trains on 20 of these and validates on none")
    assert "  all repeats train on the same rows: they differ in the seed, and not in a draw of rows" in lines
    for repeat in report["repeats"]:
        repeat["validation"] = {"rows": 4}
    no_effect = "  split.validation_fraction: 0 has no effect, as the source gives a validation part"
    assert no_effect in in_lines(report, 0.0)
    assert no_effect not in in_lines(report, 0.1)
