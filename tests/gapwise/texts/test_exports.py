"""Exports that annotation tools wrote themselves; tests/fixtures/exports/README.md has their versions and facts."""

from pathlib import Path

import pytest

from gapwise.base.errors import UserError
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import in_lines, prepare
from gapwise.texts.sources import read

EXPORTS = Path("tests/fixtures/exports")


def table(name):
    return read((EXPORTS / name).read_bytes(), Path(name).suffix, name)


def params(label):
    columns = {"text_column": "text", "label_column": label, "group_column": None, "split_column": None}
    return PrepareParams(source="data/raw/export", near_duplicate_similarity=1.0, **columns)


def test_class_numbers_of_a_hugging_face_parquet_get_the_names_that_the_file_has_for_them():
    assert table("huggingface/reviews.parquet")["label"].value_counts().to_dict() == {"positive": 12, "negative": 11}
    assert table("huggingface/reviews.parquet")["label"][:2].tolist() == ["positive", "negative"]


def test_a_text_without_a_label_is_no_class_of_its_own():
    assert table("huggingface/missing.parquet")["label"].isna().any()
    with pytest.raises(UserError, match=r"column 'label' is empty or blank in row"):
        prepare(table("huggingface/missing.parquet"), params("label"), None)


def test_several_choices_of_label_studio_are_refused_by_name():
    with pytest.raises(UserError) as refused:
        prepare(table("labelstudio/topics.csv"), params("topics"), None)
    assert "column 'topics' holds several choices of Label Studio for one text in rows" in str(refused.value)
    assert "a text is trained with one label: keep one of them" in str(refused.value)


def test_the_rows_of_several_annotators_are_counted_and_what_is_lost_is_said():
    labelled = table("labelstudio/reviews.csv").dropna(subset=["sentiment"])
    texts, report = prepare(labelled, params("sentiment"), None)
    lines = in_lines(report)
    assert (report["rows_read"], len(texts)) == (27, 19)
    assert report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())
    assert lines == [
        "data/raw/export: 27 rows read, 19 kept",
        "  4 dropped: they repeat another row",
        "  4 dropped: they belong to 2 texts that carry several labels",
        "  WARNING: 15% of the rows are lost to several labels per text, and what is left is the easy part; "
        "metrics/data.json lists them under conflicts: settle them in the source",
    ]
