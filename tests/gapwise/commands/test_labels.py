"""`gapwise labels` in a small project, from the list of doubts to the corrected source."""

import json
import re
import shutil
from functools import partial

import pandas as pd
import pytest

from gapwise.inspecting.figures import LabelReport
from tests.gapwise.commands import labelled
from tests.gapwise.commands.labelled import SOURCE, WRONG, build, rewrite, texts


@pytest.fixture(scope="module")
def made(tiny_bert, tmp_path_factory):
    return build(tmp_path_factory.mktemp("labelled") / "project", tiny_bert)


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    copy = made.copy(tmp_path / "project")
    monkeypatch.chdir(copy.folder)
    monkeypatch.setenv("COLUMNS", "100")
    return copy


call, refusal = (partial(one, "labels") for one in (labelled.call, labelled.refusal))


def found():
    return LabelReport.model_validate_json(call("--json").stdout)


def test_wrong_labels_are_doubted_and_test_rows_are_listed_apart(project):
    report = found()
    development = pd.read_parquet(project.folder / "data/development.parquet")["row"].tolist()
    inside = [row for row in WRONG if row in development]
    assert len(inside) >= 2
    assert {row.row for row in report.development[: len(inside)]} == set(inside)
    assert all(row.status == "doubted" and row.suggested != row.label for row in report.development[: len(inside)])
    assert {row.row for row in report.development}.isdisjoint(row.row for row in report.test)
    assert report.development_rows + report.test_rows == 120
    assert all(row.asked == 5 for row in report.development)


def test_a_terminal_shows_the_lists_and_what_mending_test_rows_does(project):
    text = call("--top", "2").stdout
    assert text.startswith("labels of workspace: 84 development rows, judged by a cross-fitted probe, ")
    assert "Doubted: more likely wrong than hard" in text
    assert "Mending test labels after a look at a model's opinion tilts comparisons" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.slow
def test_a_run_of_before_there_were_prefixes_is_looked_at_as_one_without(project):
    expected = found()
    params = (project.folder / "params.yaml").read_text()
    older = re.sub(r"  prefix:.*\n", "", params)
    assert len(older) < len(params)
    (project.folder / "params.yaml").write_text(older)
    assert found() == expected


def test_the_labels_of_test_rows_change_nothing_of_the_development_rows(project):
    before = found()
    other = {"good": "bad", "bad": "good"}
    rewrite(
        project,
        test=lambda table: table.assign(label=table["label"].map(other)),
        predictions=lambda table: table.assign(
            label=table["label"].where(table["part"] != "test", table["label"].map(other))
        ),
    )
    after = found()
    assert after.development == before.development
    assert after.test != before.test


def test_a_list_is_corrected_and_brought_back(project):
    call("--out", "doubts.csv")
    doubts = pd.read_csv("doubts.csv", dtype=str, keep_default_na=False)
    assert set(doubts["part"]) == {"development"}
    assert set(doubts["corrected"]) == {""}
    wrong = doubts["row"].astype(int).isin(WRONG)
    doubts.loc[wrong, "corrected"] = doubts["suggested"]
    doubts.to_csv("doubts.csv", index=False)
    before = (project.folder / SOURCE).read_bytes()
    said = call("--apply", "doubts.csv").stdout.splitlines()
    after = texts()
    fixed = after["id"].isin(doubts["row"][wrong].astype(int))
    after.loc[fixed, "label"] = after.loc[fixed, "label"].map({"good": "bad", "bad": "good"})
    pd.testing.assert_frame_equal(pd.read_csv(SOURCE), after)
    assert len((project.folder / SOURCE).read_bytes()) - len(before) == sum(
        {"good": 1, "bad": -1}[label] for label in after.loc[fixed, "label"]
    )
    assert said[0] == f"{SOURCE}: {fixed.sum()} rows of {fixed.sum()} texts corrected"
    assert said[-1] == (
        f"Next: dvc add {SOURCE} && git add {SOURCE}.dvc && git commit -m 'Labels corrected', then dvc repro"
    )
    again = call("--apply", "doubts.csv").stdout
    assert again == f"{SOURCE} has all {fixed.sum()} corrections already; it is as it was\n"


def test_test_rows_are_in_the_list_only_where_asked_for_and_their_correction_is_a_warning(project):
    call("--out", "all.csv", "--with-test")
    listed = pd.read_csv("all.csv", dtype=str, keep_default_na=False)
    assert set(listed["part"]) == {"development", "test"}
    one = listed[listed["part"] == "test"].head(1)
    one.assign(corrected=one["label"].map({"good": "bad", "bad": "good"})).to_csv("all.csv", index=False)
    assert "WARNING: 1 of the texts are test rows" in call("--apply", "all.csv").stdout


@pytest.mark.slow
def test_a_page_holds_every_row_and_asks_nothing_of_the_network(project):
    report = found()
    call("--html", "labels.html")
    text = (project.folder / "labels.html").read_text()
    assert text.count('<div class="side">') == len(report.development) + len(report.test)
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_a_source_that_has_changed_since_is_refused_with_all_rows_and_stays(project):
    call("--out", "doubts.csv")
    doubts = pd.read_csv("doubts.csv", dtype=str, keep_default_na=False).head(2)
    doubts.assign(corrected=doubts["suggested"]).to_csv("doubts.csv", index=False)
    source = project.folder / SOURCE
    first, second = doubts["text"]
    source.write_text(source.read_text().replace(first, f"{first} indeed").replace(f"{second},", f"{second} too,"))
    before = source.read_bytes()
    said = refusal("--apply", "doubts.csv")
    assert said.count("is not in the source any more") == 2
    assert source.read_bytes() == before


def test_no_run_an_unknown_revision_and_lost_predictions_are_messages(project):
    (project.folder / "data/predictions.parquet").unlink()
    shutil.rmtree(project.folder / ".dvc/cache")
    assert "data/predictions.parquet is neither in the cache nor on a remote; run `dvc repro`" in refusal()
    (project.folder / "dvc.lock").unlink()
    assert "workspace: was not run: its dvc.lock knows no data/predictions.parquet; run `dvc repro`" in refusal()
    assert "no experiment, branch, tag or commit has this name" in refusal("--rev", "nothing-like-it")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "fixed.csv is empty, where rows are needed: copy or export it again."),
        ("text,label\na,b\n", "fixed.csv has no column 'corrected': give it the columns that `gapwise labels --out`"),
        (
            "text,label,corrected\na,b,\n",
            "fixed.csv corrects nothing: column corrected is empty or has the label that is there",
        ),
        ("text,label,corrected\nunknown,bad,good\n", "row 1: its text, 'unknown', is not in the source any more"),
    ],
)
def test_a_list_that_cannot_be_brought_back_is_a_message(project, content, message):
    (project.folder / "fixed.csv").write_text(content)
    assert message in refusal("--apply", "fixed.csv")


def test_a_list_of_another_encoding_is_to_be_applied_in_utf_8(project):
    (project.folder / "fixed.csv").write_text("text,label,corrected\na,b,c\n", encoding="utf-16")
    said = refusal("--apply", "fixed.csv")
    assert "run `iconv -f UTF-16 -t UTF-8 fixed.csv > fixed-utf8.csv`, and apply fixed-utf8.csv" in said
    assert "prepare.source" not in said


def test_mistakes_of_options_are_messages(project):
    assert "--out must end in .csv; got doubts.xlsx." in refusal("--out", "doubts.xlsx")
    assert "--top must be 0 or more; got -1." in refusal("--top", "-1")
    assert "--apply brings corrections back and writes no report" in refusal("--apply", "x.csv", "--json")
    assert "--apply: none.csv cannot be read: No such file or directory." in refusal("--apply", "none.csv")


def test_a_source_that_a_stage_makes_is_refused_with_a_way_out(project):
    lock = (project.folder / "dvc.lock").read_text()
    (project.folder / "dvc.lock").write_text(f"{lock}    - path: {SOURCE}\n      md5: {'0' * 32}\n")
    (project.folder / "fixed.csv").write_text("text,label,corrected\na,bad,good\n")
    from gapwise.disk.recorded import outputs

    outputs.cache_clear()
    said = refusal("--apply", "fixed.csv")
    outputs.cache_clear()
    assert f"{SOURCE} is made by a stage, and `dvc repro` would make it again as it was:" in said
    assert "cp data/raw/mine.csv data/raw/mine-corrected.csv && dvc add data/raw/mine-corrected.csv" in said


def test_a_source_that_is_missing_is_a_message(project):
    (project.folder / SOURCE).unlink()
    (project.folder / "fixed.csv").write_text("text,label,corrected\na,bad,good\n")
    assert f"prepare.source: {SOURCE} cannot be read: No such file or directory." in refusal("--apply", "fixed.csv")


@pytest.mark.slow
def test_one_repeat_and_conflicting_labels_are_told(tiny_bert, tmp_path, monkeypatch):
    rows = texts()
    twice = pd.concat([rows, rows.head(2).assign(label=["good", "bad"])])
    made = build(tmp_path / "one", tiny_bert, repeats=1, table=twice)
    monkeypatch.chdir(made.folder)
    report = found()
    assert [one.rows for one in report.conflicts] == [[1, 121], [2, 122]]
    assert max(row.networks for row in report.development) <= 1
    assert json.loads(call("--json").stdout)["revision"] == "workspace"


@pytest.mark.slow
def test_fewer_rows_than_neighbours_are_no_trouble(tiny_bert, tmp_path, monkeypatch):
    made = build(tmp_path / "few", tiny_bert, table=texts(8), validation_fraction=0.34)
    monkeypatch.chdir(made.folder)
    report = found()
    assert all(row.asked == report.development_rows - 1 for row in report.development)
    shutil.rmtree(made.folder / "presets")
    assert "tokenize.preset" in refusal()
