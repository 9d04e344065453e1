import hashlib
import json
import re
from dataclasses import replace

import pytest

from benchmarks.quality import open_set_readers as readers
from benchmarks.quality import open_sets
from gapwise.base.errors import UserError


@pytest.fixture
def one_set(tmp_path, monkeypatch):
    """One set whose repository is a folder; gives the file in it."""
    file = tmp_path / "repository" / "data" / "lines.tsv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"ham\tgood morning\nspam\tcall now\n")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    only = replace(open_sets.OPEN_SETS["sms-spam"], files={"data/lines.tsv": digest})
    monkeypatch.setattr(open_sets, "ALL", (only,))
    monkeypatch.setitem(open_sets.OPEN_SETS, "sms-spam", only)
    monkeypatch.setattr(open_sets, "ADDRESS", f"{(tmp_path / 'repository').as_uri()}/{{path}}")
    return file


def test_sets_are_divided_as_they_were_before_anything_was_trained_on_them():
    divided = {"open": open_sets.OPEN, "locked": open_sets.LOCKED}
    assert divided == {
        "open": ("clinc-domains", "financial-phrases", "medical-abstracts", "sms-spam", "trec-questions"),
        "locked": ("assistant-commands", "bbc-news", "stackoverflow-titles", "subjectivity", "tweet-emotions"),
    }


@pytest.mark.parametrize("of", open_sets.ALL, ids=lambda of: of.name)
def test_every_file_is_named_by_commit_and_hash(of):
    assert re.fullmatch("[0-9a-f]{40}", of.commit)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in of.files.values())


def test_what_is_fetched_is_read(one_set, tmp_path):
    open_sets.fetch(tmp_path / "kept")
    assert open_sets.read("sms-spam", tmp_path / "kept").to_dict("list") == {
        "text": ["good morning", "call now"],
        "label": ["ham", "spam"],
    }


def test_what_is_there_is_not_fetched_again(one_set, tmp_path):
    open_sets.fetch(tmp_path / "kept")
    one_set.unlink()
    open_sets.fetch(tmp_path / "kept")


def test_another_file_is_refused_and_not_kept(one_set, tmp_path):
    one_set.write_bytes(b"ham\tsomething else\n")
    with pytest.raises(UserError, match="not the file that is meant"):
        open_sets.fetch(tmp_path / "kept")
    assert not list((tmp_path / "kept").rglob("*.tsv"))


def test_a_missing_or_changed_file_is_not_read(one_set, tmp_path):
    with pytest.raises(UserError, match="missing"):
        open_sets.read("sms-spam", tmp_path / "kept")
    open_sets.fetch(tmp_path / "kept")
    (tmp_path / "kept" / "sms-spam" / "data" / "lines.tsv").write_bytes(b"ham\tsomething else\n")
    with pytest.raises(UserError, match="not those that are meant"):
        open_sets.read("sms-spam", tmp_path / "kept")


INTENTS = {"train": [["pay it", "pay_bill"]], "oos_test": [["is it so", "oos"]], "test": [["a taxi", "uber"]]}
DOMAINS = {"banking": ["pay_bill"], "travel": ["uber"]}


@pytest.mark.parametrize(
    ("reader", "files", "rows"),
    [
        (readers.questions, {"a": b"HUM:desc Who was it ?\n"}, [("Who was it ?", "HUM")]),
        (
            readers.file_per_class,
            {"s.good": b"caf\xe9 \x96 fine\x85\n", "s.bad": b"no\n"},
            [("café \u2013 fine\u2026", "good"), ("no", "bad")],
        ),
        (
            readers.side_by_side(str.upper),
            {"a": "x\u2028y\nz\n".encode(), "b": b"one\ntwo"},
            [("x\u2028y", "ONE"), ("z", "TWO")],
        ),
        (
            readers.intents,
            {"a": json.dumps(INTENTS).encode(), "b": json.dumps(DOMAINS).encode()},
            [("pay it", "banking"), ("a taxi", "travel")],
        ),
        (readers.label_first, {"a": b'ham\t"so\tit is\n'}, [('"so\tit is', "ham")]),
        (readers.label_last, {"a": b"\xef\xbb\xbfa @ b .@good\r\n"}, [("a @ b .", "good")]),
        (
            readers.columns("t", "l", mended={"Â£": "£"}),
            {"a": 't,l\n"NA, Â£5",x\n'.encode(), "b": b"t,l\nb,y\n"},
            [("NA, £5", "x"), ("b", "y")],
        ),
        (
            readers.numbered("t", number="n", name="is"),
            {"a": b"n,t\n2,b\n1,a\n", "b": b"n,is\n1,one\n2,two\n"},
            [("b", "two"), ("a", "one")],
        ),
    ],
)
def test_files_are_read_as_they_are(reader, files, rows, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    table = reader([tmp_path / name for name in files])
    assert list(table.itertuples(index=False, name=None)) == rows
