"""Cells found in files of any spelling, against the readers of the project."""

import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.inspecting.spans import spans
from gapwise.texts.sources import read

CELL = st.text(st.sampled_from('ab ,;"\n\r\té👍='), max_size=6)
# Python writes a bare carriage return without quotes where lines end otherwise, and does not read it again.
WRITTEN = [("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
ROWS = st.lists(st.tuples(CELL, st.sampled_from(["good", "b,d", 'so "so"']), CELL), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(WRITTEN), st.booleans())
def test_each_row_of_a_csv_has_the_cell_that_the_reader_reads(rows, written, closed):
    end, quoting = written
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=end, quoting=quoting)
    writer.writerow(["text", "label", "more"])
    writer.writerows(rows)
    text = stream.getvalue() if closed else stream.getvalue().removesuffix(end)
    cells = [text[slice(*span)] for span in spans(text, ".csv", "label")]
    assert [next(csv.reader([cell]))[0] for cell in cells] == read(text.encode(), ".csv", "x.csv")["label"].tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELL, st.sampled_from(["good", 1, 2.5, ["a"], True]), CELL), min_size=1, max_size=5),
    st.booleans(),
)
def test_each_line_of_json_has_the_value_that_json_reads(rows, ascii_alone):
    lines = [
        json.dumps({"x": first, "label": label, "text": text}, ensure_ascii=ascii_alone) for first, label, text in rows
    ]
    text = "\n".join(lines)
    assert [json.loads(text[slice(*span)]) for span in spans(text, ".jsonl", "label")] == [
        label for _, label, _ in rows
    ]


def test_a_row_without_the_key_has_no_cell_and_empty_rows_are_no_rows():
    text = '{"text": "a"}\n\n{"text": " ", "label": null}\n{"label": "b", "text": "c"}'
    assert spans(text, ".jsonl", "label") == [None, (text.index('"b"'), text.index('"b"') + 3)]
    text = "text,label\n,\n  ,\na,b\n"
    assert spans(text, ".csv", "label") == [(text.index("b\n"), text.index("b\n") + 1)]
