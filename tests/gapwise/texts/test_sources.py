import csv
import io
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.base.errors import UserError
from gapwise.texts.sources import read


def cells(table):
    return {name: [None if isinstance(cell, float) else cell for cell in table[name]] for name in table}


def parquet(table):
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


def message(content, suffix, name="data/raw/mine"):
    with pytest.raises(UserError) as caught:
        read(content, suffix, name + suffix)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "suffix", "expected"),
    [
        pytest.param(b"text,label\nGood.,01\nBad.,1\n", ".csv", {"text": ["Good.", "Bad."], "label": ["01", "1"]},
                     id="leading zeros stay"),
        pytest.param(b"text,label\nNA,None\nnull,nan\n", ".csv", {"text": ["NA", "null"], "label": ["None", "nan"]},
                     id="words for nothing are words"),
        pytest.param(b"text,label\n,a\n\"\",b\n", ".csv", {"text": [None, None], "label": ["a", "b"]},
                     id="only empty cells are null"),
        pytest.param(b'text,label\r\n"Say ""hi"",\r\nthen go",a\r\n', ".csv",
                     {"text": ['Say "hi",\r\nthen go'], "label": ["a"]}, id="quotes, commas and line breaks in a cell"),
        pytest.param(b"text,label\n\nGood.,a\n\n", ".csv", {"text": ["Good."], "label": ["a"]},
                     id="blank lines are no rows"),
        pytest.param(b"\xef\xbb\xbftext,label\nCaf\xc3\xa9,a\n", ".CSV", {"text": ["Café"], "label": ["a"]},
                     id="byte order mark and upper case suffix"),
        pytest.param(b"text\tlabel\nGood, fine\ta\n", ".tsv", {"text": ["Good, fine"], "label": ["a"]}, id="tsv"),
        pytest.param(b"x" * 200_000 + b",label\nGood.,a\n", ".csv", {"x" * 200_000: ["Good."], "label": ["a"]},
                     id="a cell may be long"),
        pytest.param(b'{"text": "NA", "label": 1}\n\n{"label": 1.0, "text": ""}\n{"text": "x\xe2\x80\xa8y"}\n',
                     ".jsonl", {"text": ["NA", None, "x\u2028y"], "label": ["1", "1", None]}, id="jsonl"),
        pytest.param(b' [{"text": "NA", "label": 1},\n {"label": 1.0}]', ".jsonl",
                     {"text": ["NA", None], "label": ["1", "1"]}, id="one JSON list"),
        pytest.param(b"text;label\nGood, fine;1,5\n;\n", ".csv", {"text": ["Good, fine"], "label": ["1,5"]},
                     id="semicolons, decimal commas, and a row of nothing"),
        pytest.param(b"sep=;\r\ntext;label\r\nGood;a\r\n", ".csv", {"text": ["Good"], "label": ["a"]}, id="sep=;"),
        pytest.param(b"sep=,,\ntext,label\nGood,a\n,\n,,,\n", ".csv", {"text": ["Good"], "label": ["a"]},
                     id="sep=, and rows of commas"),
        pytest.param(b"text,label\nGood,a\n", ".tsv", {"text": ["Good"], "label": ["a"]}, id="commas in a tsv"),
        pytest.param(b"text|label\nGood|a\n", ".csv", {"text": ["Good"], "label": ["a"]}, id="bars"),
        pytest.param(b'{"text": ["a"], "label": true}\n{"text": {"b": 1}, "label": 0.5}\n{"text": NaN}',
                     ".jsonl", {"text": [["a"], {"b": "1"}], "label": ["true", "0.5"]}, id="jsonl values"),
    ],
)  # fmt: skip
def test_cells_are_text(content, suffix, expected):
    assert cells(read(content, suffix, "name")) == expected


def test_parquet_values_become_the_text_that_a_csv_would_hold():
    table = pd.DataFrame(
        {
            "text": ["Good.", "", None],
            "whole": [1, 2, 3],
            "with_null": [1.0, None, 0.25],
            "flag": [True, False, True],
            "kind": pd.Categorical(["a", "b", "a"]),
            "words": [["a"], ["b", "c"], []],
        },
        index=pd.Index([5, 6, 7], name="id"),
    )
    assert cells(read(parquet(table), ".parquet", "name")) == {
        "text": ["Good.", None, None],
        "whole": ["1", "2", "3"],
        "with_null": ["1", None, "0.25"],
        "flag": ["true", "false", "true"],
        "kind": ["a", "b", "a"],
        "words": [["a"], ["b", "c"], []],
        "id": ["5", "6", "7"],
    }


def test_the_limit_on_the_length_of_a_cell_is_left_as_it_was():
    before = csv.field_size_limit()
    read(b"text,label\nGood.,a\n", ".csv", "name")
    message(b'text,label\n"Good.,a\n', ".csv")
    assert csv.field_size_limit() == before


TEXTS = st.text(st.characters(codec="utf-8"))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_the_same_table_reads_the_same_from_every_format(rows):
    table = pd.DataFrame(rows, columns=["text", "label"])
    lines = "\n".join(json.dumps(row) for row in table.to_dict("records"))
    formats = {
        ".csv": table.to_csv(index=False, quoting=1).encode(),
        ".tsv": table.to_csv(index=False, quoting=1, sep="\t").encode(),
        ".jsonl": lines.encode(),
        ".parquet": parquet(table),
    }
    filled = table[table.map(lambda cell: bool(cell.strip())).any(axis=1)]
    if filled.empty:
        return
    expected = {name: [cell or None for cell in filled[name]] for name in table}
    assert {suffix: cells(read(content, suffix, "name")) for suffix, content in formats.items()} == dict.fromkeys(
        formats, expected
    )


@pytest.mark.parametrize(
    ("content", "suffix", "expected"),
    [
        (
            b"x",
            ".xls",
            "data/raw/mine.xls must end in one of .csv, .tsv, .jsonl, .json, .parquet, .xlsx; found .xls: save it as "
            "one of them.",
        ),
        (
            b"outs:",
            ".dvc",
            "data/raw/mine.dvc is DVC's note of a file, not the file: name data/raw/mine instead.",
        ),
        *[
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n",
                suffix,
                f"data/raw/mine{suffix} is what Git LFS keeps in place of the file: run `git lfs pull`.",
            )
            for suffix in (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")
        ],
        (
            b'[{"text": "a"}, 3]',
            ".json",
            "data/raw/mine.json cannot be read:\n  - object 2: must be a JSON object; found '3'",
        ),
        (
            b'[{"text": "a"}',
            ".json",
            "data/raw/mine.json cannot be read:\n  - it must be one JSON list of objects, or one object per line; "
            "Expecting ',' delimiter: line 1 column 15 (char 14)",
        ),
        (
            b"x",
            "",
            "data/raw/mine must end in one of .csv, .tsv, .jsonl, .json, .parquet, .xlsx; found no suffix: save it as "
            "one of them.",
        ),
        (b"", ".csv", "data/raw/mine.csv is empty, where rows are needed: copy or export it again."),
        (b"\xef\xbb\xbf \n", ".jsonl", "data/raw/mine.jsonl is empty, where rows are needed: copy or export it again."),
        (
            b"text,label\n",
            ".csv",
            "data/raw/mine.csv has columns ('text' and 'label') and no rows: add rows, or copy or export it again.",
        ),
        (
            b"text,label,text\na,b\n",
            ".csv",
            "data/raw/mine.csv cannot be read:\n"
            "  - header: columns 1 and 3 share the name 'text'; rename or remove them\n"
            "  - row 1 (line 2): the header has 3 cells, this row 2; add what is missing, and put quotes around a cell "
            "that holds a line break",
        ),
        (
            b'text,label\n"a\nb",c\n"d,e\nf,g\n',
            ".csv",
            "data/raw/mine.csv cannot be read:\n"
            "  - row 2 (line 4): a cell opens with a quote that never closes; close it, and double the quotes inside "
            'of the cell, as in "She said ""no""."',
        ),
        (
            b'text\tlabel\n"Good" she said\ta\n',
            ".tsv",
            "data/raw/mine.tsv cannot be read:\n"
            "  - row 1 (line 2): text follows the closing quote of a cell; close it, and double the quotes inside "
            'of the cell, as in "She said ""no""."',
        ),
        (
            b'{"text": "a"}\n\n{"text": }\n[1]\n{"a": 1, "a": 2}\n',
            ".jsonl",
            "data/raw/mine.jsonl cannot be read:\n"
            '  - line 3: must hold one JSON object, for example {"text": "Good."}; Expecting value: line 1 column 10 '
            "(char 9)\n"
            '  - line 4: must hold one JSON object, for example {"text": "Good."}; found \'[1]\'\n'
            '  - line 5: must hold one JSON object, for example {"text": "Good."}; columns 1 and 2 share '
            "the name 'a'; rename or remove them",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(content, suffix, expected):
    assert message(content, suffix) == expected


def test_ragged_rows_are_all_counted_and_five_are_shown():
    content = b"text,label\n\n" + b'"a\nb",c\na\n' * 7
    assert message(content, ".csv").splitlines() == [
        "data/raw/mine.csv cannot be read:",
        *[
            f"  - row {row} (line {line}): the header has 2 cells, this row 1; "
            "add what is missing, and put quotes around a cell that holds a line break"
            for row, line in [(2, 5), (4, 8), (6, 11), (8, 14), (10, 17)]
        ],
        "  - ... and 2 more such rows",
    ]


@pytest.mark.parametrize(
    "content", [b"PAR1", parquet(pd.DataFrame({"a": ["b"] * 99}))[:-9]], ids=["too short", "cut off"]
)
def test_a_broken_parquet_file_is_explained(content):
    assert message(content, ".parquet").startswith(
        "data/raw/mine.parquet cannot be read:\n  - it is not a whole parquet file ("
    )


def test_duplicate_columns_of_parquet_are_refused():
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table([["a"], ["b"]], names=["text", "text"]), file)
    assert message(file.getvalue(), ".parquet") == (
        "data/raw/mine.parquet cannot be read:\n  - columns 1 and 2 share the name 'text'; rename or remove them"
    )


def test_a_time_that_python_cannot_hold_and_decimals_of_parquet_are_text():
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    table = {
        "text": pyarrow.array(["Good."]),
        "label": pyarrow.array([1], pyarrow.decimal128(5, 1)),
        "until": pyarrow.array([253402300799999], pyarrow.timestamp("ms", tz="Pacific/Auckland")),
    }
    pyarrow.parquet.write_table(pyarrow.table(table), file)
    found = cells(read(file.getvalue(), ".parquet", "name"))
    assert (found["text"], found["label"]) == (["Good."], ["1"])
    assert found["until"][0].startswith("10000-01-01")


def test_line_numbers_count_the_line_that_names_the_delimiter():
    assert message(b"sep=;\ntext;label\nGood\n", ".csv") == (
        "data/raw/mine.csv cannot be read:\n"
        "  - row 1 (line 3): the header has 2 cells, this row 1; add what is missing, and put quotes around a cell "
        "that holds a line break"
    )
