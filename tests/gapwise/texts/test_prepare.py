import hashlib

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import in_lines, prepare

PARAMS = PrepareParams(
    source="data/raw/mine.csv",
    text_column="text",
    label_column="label",
    group_column="group",
    split_column=None,
    annotator_column=None,
    disagreement="drop",
    near_duplicate_similarity=0.9,
)
ROWS = [
    ("The market rose.", "up", "1"),
    ("The  market\nrose.", "up", "2"),
    ("Shares fell on Monday after weak earnings.", "down", "3"),
    ("Shares fell on Monday after weak earnings!", "down", "4"),
    ("Nobody knows.", "up", "5"),
    ("Nobody knows.", "down", "5"),
    ("Strong sales.", "up", "2"),
    ("Profit warning.", "down", None),
    ("Record high.", "up", None),
    ("A loss. " * 20, "down", None),
]


def source(rows=ROWS, columns=("text", "label", "group")):
    return pd.DataFrame(rows, columns=list(columns))


def named(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_rows_are_cleaned_and_grouped():
    texts, _ = prepare(source(), PARAMS, None)
    Texts.validate(texts)
    market = min(map(named, ["The market rose.", "Strong sales."]))
    shares = min(named(f"Shares fell on Monday after weak earnings{mark}") for mark in ".!")
    long = ("A loss. " * 20).strip()
    assert texts[["row", "text", "label", "group"]].to_numpy().tolist() == [
        [1, "The market rose.", "up", market],
        [3, "Shares fell on Monday after weak earnings.", "down", shares],
        [4, "Shares fell on Monday after weak earnings!", "down", shares],
        [7, "Strong sales.", "up", market],
        [8, "Profit warning.", "down", named("Profit warning.")],
        [9, "Record high.", "up", named("Record high.")],
        [10, long, "down", named(long)],
    ]
    assert texts["text_id"].tolist() == [named(text) for text in texts["text"]]
    assert texts["part"].isna().all()


def test_the_report_tells_what_became_of_each_row():
    _, report = prepare(source(), PARAMS, None)
    assert "  3 rows with nothing in prepare.group_column: each is a group of its own" in in_lines(report, "drop")
    assert report == {
        "source": "data/raw/mine.csv",
        "sha256": "b305ecec5c61c816957a3746bf795e6cea7352a8e97c36cf8f5809ae2ff45553",
        "rows_read": 10,
        "rows_kept": 7,
        "rows_dropped": {
            "duplicates": 1,
            "duplicates_across_parts": 0,
            "conflicting_labels": 2,
            "outvoted": 0,
            "unlabelled": 0,
            "taken_back": 0,
        },
        "classes": {"down": 4, "up": 3},
        "control_characters_dropped": 0,
        "words": {"least": 2, "q05": 2, "median": 3, "q95": 40, "most": 40},
        "characters": {"least": 12, "q05": 12, "median": 16, "q95": 159, "most": 159},
        "near_duplicates": {"groups": 1, "rows": 2},
        "groups": {"number": 5, "largest": 2},
        "rows_without_group": 3,
        "conflicts": [{"text": "Nobody knows.", "rows": [5, 6], "labels": ["up", "down"]}],
        "leaks": [],
    }


def test_a_long_text_is_shortened_in_the_report_only():
    rows = [*ROWS, ("long " * 40, "up", None), ("long " * 40, "down", None)]
    _, report = prepare(source(rows), PARAMS, None)
    assert report["conflicts"][1] == {"text": ("long " * 40)[:79] + "…", "rows": [11, 12], "labels": ["up", "down"]}


def test_the_digest_stands_for_content_and_not_for_the_order_of_rows_or_their_duplicates():
    digest = prepare(source(), PARAMS, None)[1]["sha256"]
    assert prepare(source(ROWS[::-1]), PARAMS, None)[1]["sha256"] == digest
    assert prepare(source([*ROWS, ROWS[0]]), PARAMS, None)[1]["sha256"] == digest


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        (8, ("Record High.", "up", None)),
        (8, ("Record high.", "down", None)),
        (8, ("Record high.", "up", "3")),
    ],
    ids=["text", "label", "group"],
)
def test_the_digest_changes_with_every_text_label_and_group(row, changed):
    more = [*ROWS, ("Another good day.", "up", None), ("And one more.", "up", None)]
    other = [*more[:row], changed, *more[row + 1 :]]
    assert prepare(source(other), PARAMS, None)[1]["sha256"] != prepare(source(more), PARAMS, None)[1]["sha256"]


def test_given_parts_are_kept_and_change_the_digest():
    parts = ["train", None, None, "test", None, None, "validation", None, "test", None]
    raw = source([(*row, part) for row, part in zip(ROWS, parts, strict=True)], ("text", "label", "group", "fold"))
    texts, report = prepare(raw, PARAMS.model_copy(update={"split_column": "fold"}), None)
    Texts.validate(texts)
    assert dict(zip(texts["row"], texts["part"].fillna("none"), strict=True)) == {
        1: "train", 3: "none", 4: "test", 7: "validation", 8: "none", 9: "test", 10: "none",
    }  # fmt: skip
    assert report["sha256"] != prepare(raw, PARAMS, None)[1]["sha256"]


def test_all_problems_come_in_one_error():
    rows = [
        ("One.", "up", "train"),
        ("One.", "up", "test"),
        ("", "up", "train"),
        ("Two.", "Down", "train"),
        ("Three.", "down", "dev"),
        ("Four.", None, "train"),
    ]
    with pytest.raises(UserError) as caught:
        prepare(
            source(rows, ("text", "label", "fold")),
            PARAMS.model_copy(update={"split_column": "fold", "group_column": "article"}),
            2,
        )
    assert str(caught.value) == "\n".join(
        [
            "data/raw/mine.csv cannot be used (rows count from 1, below the header):",
            "  - column 'article' is missing; there are 'text', 'label' and 'fold'; set prepare.group_column to one of "
            "them or to null",
            "  - column 'text' is empty or blank in row 3; fill it, or leave the row out",
            "  - column 'fold' must be train, validation, test or empty; found 'dev' in row 5; rename it",
            "  - column 'label' spells one label in 2 ways that differ only in case, spaces, invisible "
            "characters or a final .0; keep one of 'Down' (row 4) and 'down' (row 5)",
            "  - each class needs at least 4 distinct texts: 2 to train on, 1 to validate and 1 to test; too few "
            "are of 'Down' (1 of 1 rows) and 'up' (1 of 2 rows); equal texts count once, and a text with several "
            "labels not at all; add rows or leave the class out, or lower split.train_per_class from 2",
        ]
    )


@pytest.mark.parametrize("columns", [("body", "label", "group"), ("text", "mood", "group"), ("x", "y", "z")])
def test_a_missing_column_does_not_hide_behind_a_crash(columns):
    with pytest.raises(UserError, match="is missing"):
        prepare(source(columns=columns), PARAMS, None)


# Few letters, so that many texts are the same once white space, accents and control characters are normalized.
TEXT = st.text("aBe\u0301\u00e9 \n\x00", max_size=4).map("w{}".format)
ROW = st.tuples(TEXT, st.sampled_from(["x", "y", "z", None]), st.sampled_from(["g", "h", None]))
ENOUGH = [(f"{label} {'abcdef'[n] * 9}", label, None) for label in "xyz" for n in range(3)]


@settings(deadline=None, max_examples=25)
@given(st.lists(ROW, max_size=15), st.sampled_from(["drop", "majority"]), st.data())
def test_every_row_is_kept_or_counted_as_dropped_in_any_order(rows, disagreement, data):
    shuffled = data.draw(st.permutations([*rows, *ENOUGH]))
    params = PARAMS.model_copy(update={"disagreement": disagreement})
    texts, report = prepare(source(shuffled), params, None)
    assert len(shuffled) == report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())
    assert report["rows_kept"] == len(texts) == sum(report["classes"].values())
    listed = sum(len(conflict["rows"]) for conflict in report["conflicts"])
    assert listed == report["rows_dropped"]["conflicting_labels"]
    _, ordered = prepare(source([*rows, *ENOUGH]), params, None)
    assert ordered["sha256"] == report["sha256"]


VOTES = [
    ("Two to one.", "up", "ann"),
    ("Two to one.", "up", "bob"),
    ("Two to one.", "down", "eve"),
    ("One to one.", "up", "ann"),
    ("One to one.", "down", "eve"),
    ("Eve alone, twice.", "up", "ann"),
    ("Eve alone, twice.", "down", "eve"),
    ("Eve alone, twice.", "down", "eve"),
]
PLAIN = [(f"{label} {'abcd'[n] * 9}", label, "ann") for label in ("up", "down") for n in range(4)]


def voted(**changes):
    params = PARAMS.model_copy(update={"group_column": None, **changes})
    return prepare(source([*VOTES, *PLAIN], ("text", "label", "who")), params, None)


@pytest.mark.parametrize(
    ("changes", "labels", "dropped"),
    [
        ({}, {}, {"conflicting_labels": 8}),
        (
            {"disagreement": "majority", "annotator_column": "who"},
            {"Two to one.": "up"},
            {"duplicates": 1, "outvoted": 1, "conflicting_labels": 5},
        ),
        (
            {"disagreement": "majority"},
            {"Two to one.": "up", "Eve alone, twice.": "down"},
            {"duplicates": 2, "outvoted": 2, "conflicting_labels": 2},
        ),
    ],
    ids=["drop", "a vote for each annotator", "a vote for each row"],
)
def test_a_text_with_several_labels_is_settled_as_params_say(changes, labels, dropped):
    texts, report = voted(**changes)
    found = texts.set_index("text")["label"]
    assert {text: found[text] for text in dict.fromkeys(text for text, _, _ in VOTES) if text in found} == labels
    assert {why: rows for why, rows in report["rows_dropped"].items() if rows} == dropped
    assert report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())


def test_several_labels_can_be_an_error():
    with pytest.raises(UserError) as caught:
        voted(disagreement="error")
    assert list(caught.value.problems) == [
        f"rows {rows} give one text the labels {labels}; settle it, or set prepare.disagreement to drop or majority"
        for rows, labels in [
            ("1, 2 and 3", "'up' and 'down'"), ("4 and 5", "'up' and 'down'"), ("6, 7 and 8", "'up' and 'down'")
        ]
    ]  # fmt: skip


def test_a_file_of_which_no_row_has_a_label_is_explained():
    with pytest.raises(UserError, match=r"no row has a label that holds; check prepare\.label_column"):
        prepare(source([("Good.", None, "g"), ("Bad.", "", "g")]), PARAMS, None)
