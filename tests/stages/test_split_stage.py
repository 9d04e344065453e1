import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats, Texts
from gapwise.disk.io import read_table, write_table
from stages import split

SECTION = (
    "split: {seed: 1, test_fraction: 0.2, validation_fraction: 0.25, train_size: %s, train_per_class: %s, repeats: 2, "
    "rotate: null}"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with 60 texts of two classes in pairs, and the split section alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gapwise.base.validation.SECTIONS", {"split": "gapwise.splitting.params:SplitParams"})
    texts = [f"text {number}" for number in range(60)]
    table = pd.DataFrame(
        {
            "text_id": [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts],
            "row": range(1, 61),
            "text": texts,
            "label": ["no", "no", "yes", "yes", "no", "no"] * 10,
            "group": [f"pair {number // 2}" for number in range(60)],
            "part": pd.Series([None] * 60, dtype="str"),
        }
    )
    write_table("data/dataset.parquet", table, Texts)
    Path("params.yaml").write_text(SECTION % (9, "null"))
    return tmp_path


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_tables_and_counts_are_those_of_the_params(project):
    split.main()
    test, development = read_table("data/test.parquet", Texts), read_table("data/development.parquet", Texts)
    repeats = read_table("data/repeats.parquet", Repeats)
    dataset = read_table("data/dataset.parquet", Texts)
    both = pd.concat([test, development]).sort_values("row", ignore_index=True)
    pd.testing.assert_frame_equal(both, dataset)
    assert test["text_id"].is_monotonic_increasing
    assert development["text_id"].is_monotonic_increasing
    pd.testing.assert_frame_equal(repeats, repeats.sort_values(["repeat", "text_id"], ignore_index=True))
    counts = json.loads(Path("metrics/split.json").read_text())
    assert counts["test"] == {"rows": 12, "groups": 6, "classes": {"no": 8, "yes": 4}}
    assert counts["development"] == {"rows": 48, "groups": 24, "classes": {"no": 32, "yes": 16}}
    assert [repeat["train"]["classes"] for repeat in counts["repeats"]] == [{"no": 6, "yes": 3}] * 2
    assert [repeat["validation"]["classes"] for repeat in counts["repeats"]] == [{"no": 8, "yes": 4}] * 2
    assert [repeat["left_out"]["not_drawn"] for repeat in counts["repeats"]] == [48 - 12 - 9] * 2


def test_a_second_run_on_rows_in_another_order_writes_the_same_bytes(project):
    split.main()
    first = content(project)
    shuffled = read_table("data/dataset.parquet", Texts).sample(frac=1, random_state=1)
    write_table("data/dataset.parquet", shuffled, Texts)
    split.main()
    second = content(project)
    assert first.pop("data/dataset.parquet") != second.pop("data/dataset.parquet")
    assert first == second


def test_in_a_rotation_each_row_is_developed_on_and_tested_on(project, capsys):
    Path("params.yaml").write_text((SECTION % (9, "null")).replace("rotate: null", "rotate: 3"))
    split.main()
    dataset = read_table("data/dataset.parquet", Texts).sort_values("text_id", ignore_index=True)
    for part in ("development", "test"):
        pd.testing.assert_frame_equal(read_table(f"data/{part}.parquet", Texts), dataset)
    counts = json.loads(Path("metrics/split.json").read_text())
    assert [repeat["test"]["rows"] for repeat in counts["repeats"]] == [20] * 6
    assert counts["left_out"] == {"group_in_given_test": 0}
    assert capsys.readouterr().out.splitlines()[:2] == [
        "each of 60 rows is tested once in a rotation; each of 6 repeats trains on 9 of these and validates on 10, and "
        "is tested on 20",
        "  21 not used in a repeat: split.train_size or split.train_per_class asks for fewer; with both null all are",
    ]


def test_a_size_that_cannot_be_met_writes_nothing(project):
    Path("params.yaml").write_text(SECTION % ("null", 99))
    before = content(project)
    with pytest.raises(UserError, match=r"split\.train_per_class: 99 asked"):
        split.main()
    assert content(project) == before
