import codecs

import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.inspecting.corrections import correct
from gapwise.texts.params import PrepareParams

CSV = (
    'id,text,"label",note\r\n'
    '1,"Good, really good",good,"a ""note"""\r\n'
    "\r\n"
    '2,  Bad day, "bad",x\r\n'
    '3,"Two\nlines",good,\r\n'
    "4,Good news,good,y"
)


def params(source="data/mine.csv", **changed):
    values = {
        "source": source,
        "text_column": "text",
        "label_column": "label",
        "group_column": None,
        "split_column": None,
        "annotator_column": None,
        "disagreement": "drop",
        "near_duplicate_similarity": 0.9,
    }
    return PrepareParams(**values | changed)


def corrections(*rows):
    """Rows of text, label and corrected."""
    return pd.DataFrame(rows, columns=["text", "label", "corrected"], dtype=object)


def done(content, *rows, source="data/mine.csv", **changed):
    content = content.encode() if isinstance(content, str) else content
    return correct(content, params(source, **changed), corrections(*rows), "fixed.csv")


def refused(content, *rows, **changed):
    with pytest.raises(UserError) as caught:
        done(content, *rows, **changed)
    return caught.value


def test_one_cell_of_a_csv_changes_and_every_other_byte_stays():
    found = done(CSV, ["Two lines", "good", "bad"])
    assert found.content.decode() == CSV.replace('lines",good', 'lines","bad"')
    assert (found.changes, found.texts, found.already, found.bytes_changed) == ({("good", "bad"): 1}, 1, 0, 4)


def test_a_label_is_written_as_the_file_writes_its_class_elsewhere():
    found = done(CSV, ["Bad day", "bad", "good"])
    assert found.content.decode() == CSV.replace('"bad"', "good")


def test_the_last_row_without_a_line_end_and_a_byte_order_mark_are_no_trouble():
    found = done(codecs.BOM_UTF8 + b"text;label\none;a\ntwo;b\nthree;b", ["three", "b", "a"])
    assert found.content == codecs.BOM_UTF8 + b"text;label\none;a\ntwo;b\nthree;a"


def test_a_first_line_that_names_the_delimiter_stays():
    content = "sep=|\ntext|label\none|a\ntwo|b\n"
    assert done(content, ["one", "a", "b"]).content.decode() == "sep=|\ntext|label\none|b\ntwo|b\n"


def test_a_tsv_is_corrected():
    content = "label\ttext\na\tone, or so\nb\ttwo\n"
    found = done(content, ["one, or so", "a", "b"], source="mine.tsv")
    assert found.content.decode() == "label\ttext\nb\tone, or so\nb\ttwo\n"


def test_lines_of_json_keep_their_spaces_numbers_and_escapes():
    lines = ['{"label" : 1, "text":"one", "x": [1.50, {"label": 2}]}', "", '{ "text": "tw\\u00f6","label":2 }', ""]
    found = done("\n".join(lines), ["twö", "2", "1"], ["one", "1", "2"], source="mine.jsonl")
    assert found.content.decode() == "\n".join(lines).replace(": 1,", ": 2,").replace('"label":2', '"label":1')
    assert found.changes == {("1", "2"): 1, ("2", "1"): 1}


def test_a_list_of_one_label_is_exchanged_as_a_list():
    lines = '{"text": "one", "label": ["a"]}\n{"text": "two", "label": ["b"]}\n'
    assert done(lines, ["one", "a", "b"], source="m.jsonl").content.decode() == lines.replace('["a"]', '["b"]')


def test_a_text_that_several_rows_repeat_is_corrected_in_all_of_them():
    found = done("text,label\nsame,a\nsame ,a\nother,b\n", ["same", "a", "b"])
    assert found.content.decode() == "text,label\nsame,b\nsame ,b\nother,b\n"
    assert (sum(found.changes.values()), found.texts) == (2, 1)


def test_rows_that_lost_a_vote_keep_the_label_that_they_have():
    content = "text,label\nsame,a\nsame,a\nsame,b\nother,c\n"
    found = done(content, ["same", "a", "c"], disagreement="majority")
    assert found.content.decode() == "text,label\nsame,c\nsame,c\nsame,b\nother,c\n"


def test_corrections_that_are_there_already_are_counted_and_change_nothing():
    found = done(CSV, ["Bad day", "good", "bad"])
    assert (found.changes, found.already) == ({}, 1)
    assert found.content == CSV.encode()


def test_test_rows_are_counted():
    rows = corrections(["Bad day", "bad", "good"], ["Good news", "good", "bad"]).assign(part=["test", "development"])
    assert correct(CSV.encode(), params(), rows, "fixed.csv").test == 1


def test_all_that_does_not_fit_is_told_at_once_and_nothing_is_done():
    error = refused(
        CSV,
        ["Bad day", "bad", "god"],
        ["Bad day", "bad", "neutral"],
        ["Good day", "good", "bad"],
        ["Good news", "bad", "good"],
        ["Two lines", "fine", "bad"],
    )
    assert error.headline == "fixed.csv cannot be brought back, and data/mine.csv is as it was:"
    assert error.problems == (
        "row 1: its text is corrected to several labels; keep one",
        "row 2: its text is corrected to several labels; keep one",
        "row 3: its text, 'Good day', is not in the source any more",
        "row 5: its label in the source is 'good' now, and was 'fine'",
    )


def test_an_unknown_class_is_refused_with_the_nearest_or_with_all():
    error = refused(CSV, ["Bad day", "bad", "god"], ["Good news", "good", "neutral"])
    assert error.problems == (
        "row 1: corrected is 'god', which is no class of the source; did you mean 'good'?",
        "row 2: corrected is 'neutral', which is no class of the source; classes of the source are 'bad' and 'good'",
    )


def test_a_file_without_the_columns_or_without_a_correction_is_refused():
    with pytest.raises(UserError, match=r"fixed.csv has no column 'label' and 'corrected': give it the columns"):
        correct(CSV.encode(), params(), pd.DataFrame({"text": ["a"]}), "fixed.csv")
    assert "fixed.csv corrects nothing: column corrected is empty or has the label that is there" in str(
        refused(CSV, ["Bad day", "bad", None])
    )
    assert "fixed.csv corrects nothing" in str(refused(CSV, ["Bad day", "bad", "bad"]))


@pytest.mark.parametrize("source", ["mine.xlsx", "mine.parquet", "mine.json"])
def test_a_format_that_is_not_edited_in_place_is_refused_with_a_way_out(source):
    assert str(refused(b"", ["a", "b", "c"], source=source)).startswith(
        f"{source} must be csv, tsv or jsonl to be corrected in place: correct the rows in the program that wrote it"
    )


def test_one_list_of_json_and_nested_exports_are_refused():
    assert "is one JSON list and no lines of JSON" in str(
        refused('[{"text": "a", "label": "b"}]', ["a", "b", "c"], source="m.jsonl")
    )
    nested = (
        '{"annotations": [{"result": [{"from_name": "label", "value": {"choices": ["a"]}}]}], "data": {"text": "t"}}'
    )
    error = refused(
        "\n".join([nested, nested.replace('"a"', '"b"').replace('"t"', '"u"')]), ["t", "a", "b"], source="m.jsonl"
    )
    assert "is nested or quoted in a way that cannot be corrected in place, and is as it was" in str(error)
