"""Exports that annotation tools wrote themselves; tests/fixtures/exports/README.md has their versions and facts."""

from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.texts.exports import one_label
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import in_lines, prepare
from gapwise.texts.sources import SUFFIXES, read

EXPORTS = Path("tests/fixtures/exports")
FILES = [
    path.relative_to(EXPORTS).as_posix()
    for path in sorted(EXPORTS.rglob("*"))
    if path.suffix in SUFFIXES and not {"make", "saved", "saved_dict", ".argilla"} & set(path.parts)
]
SEVERAL = "holds several labels for one text"
LIST = "holds a list as text"
LABELS = ("sentiment", "topics", "annotation", "accept", "label", "labels", "stars")


def table(name):
    return read((EXPORTS / name).read_bytes(), Path(name).suffix, name)


def params(label, **changes):
    columns = {"text_column": "text", "label_column": label, "group_column": None, "split_column": None}
    choices = {"annotator_column": None, "disagreement": "drop", "near_duplicate_similarity": 1.0}
    return PrepareParams(**({"source": "data/raw/export"} | columns | choices | changes))


def counts(name, label, **changes):
    texts, report = prepare(table(name), params(label, **changes), None)
    assert report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())
    dropped = {why: rows for why, rows in report["rows_dropped"].items() if rows}
    return texts["label"].value_counts().to_dict(), dropped


def refusal(name, label):
    with pytest.raises(UserError) as caught:
        prepare(table(name), params(label), None)
    return caught.value.problems[0]


def test_all_fixtures_are_seen():
    assert len(FILES) > 60
    assert {Path(name).parts[0] for name in FILES} == {path.parent.name for path in EXPORTS.glob("*/*.*")} - {"make"}


@pytest.mark.parametrize("name", FILES)
def test_every_export_is_read_with_all_its_rows_counted_or_refused_with_a_reason(name):
    try:
        rows = table(name)
        label = next(column for column in LABELS if column in rows.columns)
        _, report = prepare(rows, params(label), None)
    except UserError as error:
        assert error.problems  # noqa: PT017 -- either outcome is right
    else:
        assert len(rows) == report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())


@pytest.mark.parametrize(
    ("name", "label", "classes", "dropped"),
    [
        *[
            (f"doccano/single.all.{suffix}", "label", {"negative": 12, "positive": 10}, {"unlabelled": 2})
            for suffix in ("csv", "json", "jsonl")
        ],
        ("doccano/each.annotator2.jsonl", "label", {"negative": 5, "positive": 6}, {"unlabelled": 1}),
        *[
            (
                f"labelstudio/{name}",
                "sentiment",
                {"negative": 10, "positive": 9},
                {"duplicates": 4, "conflicting_labels": 4, "unlabelled": unlabelled},
            )
            for name, unlabelled in {
                "reviews.csv": 1, "reviews.tsv": 1, "reviews-min.json": 1, "reviews-all.csv": 2,
                "reviews-all-min.json": 2,
            }.items()
        ],
        (
            "labelstudio/reviews-first-12.json",
            "sentiment",
            {"negative": 4, "positive": 3},
            {"duplicates": 4, "conflicting_labels": 4, "unlabelled": 1, "taken_back": 2},
        ),
        *[
            (
                f"argilla/reviews.{suffix}",
                "sentiment",
                {"negative": 10, "positive": 9},
                {"duplicates": 4, "conflicting_labels": 4, "unlabelled": 1, "taken_back": 3},
            )
            for suffix in ("jsonl", "parquet")
        ],
        *[
            (
                f"argilla1/classification{ending}",
                "annotation",
                {"negative": 5, "positive": 5},
                {"unlabelled": 1, "taken_back": 1},
            )
            for ending in (".csv", "-datasets.csv", ".jsonl", ".parquet")
        ],
        ("huggingface/reviews.parquet", "label", {"positive": 12, "negative": 11}, {"unlabelled": 1}),
        ("prodigy/binary.jsonl", "label", {"POSITIVE": 8, "NEGATIVE": 6}, {"taken_back": 10}),
        (
            "prodigy/choice-single.jsonl",
            "accept",
            {"POSITIVE": 6, "NEGATIVE": 5},
            {"duplicates": 3, "conflicting_labels": 4, "unlabelled": 1, "taken_back": 3},
        ),
        *[
            (f"xlsx/{name}", "label", {"negative": 12, "positive": 12}, {})
            for name in ("openpyxl-plain.xlsx", "libreoffice-plain.xlsx", "libreoffice-trailing.xlsx",
                         "libreoffice-trailing.csv")
        ],
    ],
)  # fmt: skip
def test_labels_of_an_export_are_those_that_hold(name, label, classes, dropped):
    assert counts(name, label) == (classes, dropped)


def test_the_majority_of_annotators_settles_what_two_of_them_dispute():
    found = counts("labelstudio/reviews.csv", "sentiment", annotator_column="annotator", disagreement="majority")
    assert found == counts("labelstudio/reviews.csv", "sentiment")  # two annotators have no majority


@pytest.mark.parametrize(
    ("name", "label", "problem"),
    [
        ("doccano/topics.all.csv", "label", f"{SEVERAL}, as 'cleanness#room' in row 1: 'cleanness' and "),
        ("doccano/topics.all.jsonl", "label", f"{SEVERAL} in rows 1, 4 and 5, as ['cleanness', 'room'] and "),
        ("doccano/shared.all.csv", "label", f"{SEVERAL}, as 'negative#positive' in rows 4 and 5: "),
        ("labelstudio/topics.csv", "topics", f"{SEVERAL} in rows 1, 4 and 5, as "),
        ("labelstudio/topics.json", "topics", f"{SEVERAL} in rows 1, 4 and 5, as ['room', 'cleanness'], "),
        ("labelstudio/topics-min.json", "topics", f"{SEVERAL} in rows 1, 4 and 5, as ['room', 'cleanness'], "),
        ("argilla/topics.parquet", "topics", f"{SEVERAL} in rows 1, 4 and 5, as ['room', 'cleanness'], "),
        ("argilla1/topics.csv", "annotation", f"{LIST} in rows 1, 2, 3, 4, 5 and 1 more"),
        ("argilla1/feedback.csv", "sentiment", f"{LIST} in rows 1, 2, 3, 4, 5 and 1 more"),
        ("prodigy/choice-multiple.jsonl", "accept", f"{SEVERAL} in rows 1, 4 and 5, as ['room', 'cleanness'], "),
        ("huggingface/topics.csv", "labels", f"{LIST} in rows 1, 2, 3, 4, 5 and 1 more"),
        ("huggingface/topics.parquet", "labels", f"{SEVERAL} in rows 1, 4 and 5, as ['room', 'cleanness'], "),
    ],
)
def test_several_labels_per_text_are_refused_by_name(name, label, problem):
    assert refusal(name, label).startswith(f"column '{label}' {problem}")


def test_an_export_without_any_label_is_refused():
    assert refusal("doccano/each.admin.jsonl", "label") == "no row has a label that holds; check prepare.label_column"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("argilla/reviews.json", "it is an export of Argilla that does not say which responses were discarded; export"),
        ("argilla/reviews.csv", "it is an export of Argilla that holds lists as text; export it with `dataset.records"),
        ("xlsx/openpyxl-merged-title.xlsx", "sheets 'Reviews' and 'Notes' have cells; keep the one with the texts"),
    ],
)
def test_an_export_that_does_not_say_enough_is_refused_with_the_one_that_does(name, problem):
    with pytest.raises(UserError) as caught:
        table(name)
    assert caught.value.problems[0].startswith(problem)


def test_class_numbers_of_a_hugging_face_parquet_get_the_names_that_the_file_has_for_them():
    assert table("huggingface/reviews.parquet")["label"][:2].tolist() == ["positive", "negative"]
    assert table("huggingface/topics.parquet")["labels"][0] == ["room", "cleanness"]


def test_what_two_members_of_doccano_agree_on_is_one_label():
    rows = table("doccano/shared.all.jsonl")
    assert (rows["label"][0], one_label(rows["label"][0])) == (["positive", "positive"], "positive")
    assert one_label(table("doccano/shared.all.csv")["label"][0]) == "positive"


def test_a_vote_that_ends_in_a_draw_is_said_with_the_keys_that_settle_it():
    _, report = prepare(table("labelstudio/reviews.csv"), params("sentiment"), None)
    assert in_lines(report, "drop") == [
        "data/raw/export: 28 rows read, 19 kept",
        "  4 dropped: they repeat another row",
        "  4 dropped: they belong to 2 texts with several labels",
        "  1 dropped: they have no label",
        "  WARNING: 14% of the rows are lost to several labels per text, and what is left is the easy part; "
        "metrics/data.json lists them under conflicts: settle them in the source, or set prepare.disagreement to "
        "majority, and prepare.annotator_column to who gave the label",
        "  WARNING: 4% of the rows have no label; check prepare.label_column",
    ]
    warned = next(line for line in in_lines(report, "majority") if "several labels per text" in line)
    assert warned.endswith("settle them in the source (no label has a majority)")
