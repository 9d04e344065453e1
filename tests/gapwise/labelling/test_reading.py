import io

import numpy as np
import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.labelling.reading import read_chunks
from gapwise.labelling.writing import require_suffix, to_stream, written

CSV = 'id,text\n1,"A, b"\n2,\n3,c,d\n\n4,"two\nlines"\n5,e\n'


def chunks(content, suffix=".csv", at_once=2):
    return list(read_chunks(io.BytesIO(content), suffix, "new", at_once))


def test_rows_come_in_order_a_few_at_a_time_and_broken_ones_are_named():
    found = chunks(CSV.encode())
    assert [chunk.rows for chunk in found] == [[1, 2], [4], [5]]
    assert [chunk.table.to_dict("list") for chunk in found] == [
        {"id": ["1", "2"], "text": ["A, b", None]},
        {"id": ["4"], "text": ["two\nlines"]},
        {"id": ["5"], "text": ["e"]},
    ]
    assert [chunk.broken for chunk in found] == [[], ["row 3: the header has 2 cells, this row 3"], []]


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_every_row_of_a_long_file_is_read_or_named_once(at_once):
    rng = np.random.default_rng(0)
    width = rng.choice([1, 2, 3], 300, p=[0.1, 0.8, 0.1])
    lines = [",".join(["x"] * cells) for cells in width]
    found = chunks(("a,b\n" + "\n".join(lines)).encode(), at_once=at_once)
    assert sum(len(chunk.rows) for chunk in found) == (width == 2).sum()
    assert sum(len(chunk.broken) for chunk in found) == (width != 2).sum()
    assert [row for chunk in found for row in chunk.rows] == (np.flatnonzero(width == 2) + 1).tolist()


def test_a_row_of_another_encoding_is_named_and_the_rest_is_read():
    (found,) = chunks("text\ngood\nschön\nbad\n".encode("cp1252"), at_once=9)
    assert found.table["text"].tolist() == ["good", "bad"]
    assert found.broken == [
        "row 2: it holds the byte 0xf6, which is not UTF-8: `iconv -f ENCODING -t UTF-8` mends a file"
    ]


def test_a_row_whose_quotes_do_not_match_is_named_and_the_rest_is_read():
    (found,) = chunks(b'text\n"a" b\nc\n', at_once=9)
    assert (found.table["text"].tolist(), len(found.broken)) == (["c"], 1)
    assert found.broken[0].startswith("row 1: its quotes do not match")


@pytest.mark.parametrize("head", ["sep=;\na;b\n", "a;b\n"])
def test_another_delimiter_is_seen(head):
    (found,) = chunks(f"{head}1;x\n".encode())
    assert found.table.to_dict("list") == {"a": ["1"], "b": ["x"]}


def test_json_lines_keep_their_keys_and_values():
    content = b'{"text": "a", "meta": {"n": 1}}\nno json\n{"text": "b", "other": 1}\n{"text": "c"}\n'
    one, two = chunks(content, ".jsonl")
    assert one.table.to_dict("list") == {"text": ["a"], "meta": [{"n": 1}]}
    assert two.table.to_dict("list") == {"text": ["c"], "meta": [None]}
    assert one.broken[0].startswith("row 2: it must hold one JSON object; ")
    assert two.broken == ["row 3: 'other' is in no earlier row"]


def test_parquet_keeps_the_types_of_its_columns(tmp_path):
    table = pd.DataFrame({"id": [1, 2, 3], "text": ["a", None, "c"], "when": pd.to_datetime(["2026-01-01"] * 3)})
    table.to_parquet(tmp_path / "new.parquet", index=False)
    found = chunks((tmp_path / "new.parquet").read_bytes(), ".parquet")
    assert [chunk.rows for chunk in found] == [[1, 2], [3]]
    with written(tmp_path / "out.parquet") as write:
        for chunk in found:
            write(chunk.table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), table)


@pytest.mark.parametrize(
    ("content", "suffix", "message"),
    [
        (b"", ".csv", "new is empty"),
        (b" \n", ".jsonl", "new is empty"),
        (b"a,a\n1,2\n", ".csv", "columns 1 and 2 share the name 'a'"),
        ("a\nb\n".encode("utf-16"), ".csv", "run `iconv -f UTF-16 -t UTF-8 new > .*`, and label "),
        (b"PAR1", ".csv", "begins as a Parquet file does"),
        (b"no parquet", ".parquet", "not a whole parquet file"),
        (b"a", ".docx", "must end in one of"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_a_message(content, suffix, message):
    with pytest.raises(UserError, match=message):
        chunks(content, suffix)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_what_is_written_in_parts_reads_as_one_table(suffix, tmp_path):
    parts = [
        pd.DataFrame({"text": ["a\tb", 'say "x"'], "p": [0.25, 0.5], "predicted": ["yes", "no"]}),
        pd.DataFrame({"text": ["c"], "p": [np.nan], "predicted": [None]}),
    ]
    path = tmp_path / f"out{suffix}"
    with written(path) as write:
        for part in parts:
            write(part)
    read = {".csv": pd.read_csv, ".tsv": lambda p: pd.read_csv(p, sep="\t"), ".parquet": pd.read_parquet}
    found = read.get(suffix, lambda p: pd.read_json(p, lines=True))(path)
    assert found["text"].tolist() == ["a\tb", 'say "x"', "c"]
    assert found["p"].tolist()[:2] == [0.25, 0.5]
    assert found[["p", "predicted"]].isna().to_numpy().tolist() == [[False] * 2, [False] * 2, [True] * 2]


def test_a_file_that_is_not_finished_has_no_name(tmp_path):
    def interrupted():
        with written(tmp_path / "out.csv") as write:
            write(pd.DataFrame({"a": [1]}))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_suffix_that_nothing_is_written_as_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"--out must end in one of \.csv, \.tsv, \.jsonl, \.parquet; got out\.xlsx"):
        require_suffix(tmp_path.with_name("out.xlsx").relative_to(tmp_path.parent))


def test_what_is_nested_stays_nested_in_json_and_becomes_json_elsewhere():
    table = pd.DataFrame({"meta": [{"n": 1}], "seen": [True], "id": [7]}, dtype=object)
    stream = io.StringIO()
    for suffix in (".jsonl", ".csv"):
        to_stream(stream, suffix)(table)
    assert stream.getvalue().splitlines() == [
        '{"meta": {"n": 1}, "seen": true, "id": 7}',
        "meta,seen,id",
        '"{""n"": 1}",true,7',
    ]


def test_the_header_is_written_once():
    stream = io.StringIO()
    write = to_stream(stream, ".csv")
    for number in (1, 2):
        write(pd.DataFrame({"a": [number]}))
    assert stream.getvalue() == "a\n1\n2\n"
