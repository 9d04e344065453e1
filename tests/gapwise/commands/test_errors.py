"""`gapwise errors` in a small project with two settings."""

from functools import partial

import pytest

from gapwise.inspecting.figures import ErrorReport
from tests.gapwise.commands import labelled
from tests.gapwise.commands.labelled import build, rewrite, texts


def mend(table):
    """A second setting: right on texts with `market`, wrong on those with `today`."""
    words = table["text_id"].map(WORDS)
    label = table["label"].where(words != "today", table["label"].map({"good": "bad", "bad": "good"}))
    given = table["predicted"].where(~words.isin(["market", "today"]), label)
    high = table[["p_bad", "p_good"]].max(axis=1)
    return table.assign(
        predicted=given,
        p_bad=high.where(given == "bad", 1 - high),
        p_good=high.where(given == "good", 1 - high),
    )


WORDS = {}


@pytest.fixture(scope="module")
def made(tiny_bert, tmp_path_factory):
    """The branch main, and the workspace with another setting."""
    import pandas as pd

    project = build(tmp_path_factory.mktemp("errors") / "project", tiny_bert, repeats=3, table=texts(600))
    for name in ("development", "test"):
        table = pd.read_parquet(project.folder / f"data/{name}.parquet")
        WORDS.update(zip(table["text_id"], table["text"].str.split().str[3], strict=True))
    rewrite(project, predictions=mend)
    return project


@pytest.fixture
def project(made, monkeypatch):
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("COLUMNS", "100")
    return made


call, refusal = (partial(one, "errors") for one in (labelled.call, labelled.refusal))


def found(*arguments):
    return ErrorReport.model_validate_json(call(*arguments, "--json").stdout)


def test_errors_of_one_setting_are_counted_on_test_and_validation_rows_alone(project):
    report = found("main")
    assert (report.test.texts, report.test.repeats, report.groups) == (180, 3, 116)
    assert report.test.accuracy == pytest.approx(0.9, abs=0.04)
    assert report.validation.repeats == 3
    assert 42 <= report.validation.texts <= 126
    assert {row.kind for row in report.test.rows} == {"most", "flips"}
    assert report.against is None


def test_a_slice_in_which_a_setting_is_always_wrong_is_worse(project):
    report = found()
    assert [(one.kind, one.name) for one in report.slices if one.worse] == [("word", "today")]
    text = call().stdout
    looked = (
        f"word today: is worse than the rest, of {len(report.slices)} that were looked at, after Holm's correction."
    )
    assert looked in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


def test_a_second_setting_mends_some_texts_and_breaks_others(project):
    against = found("main", "workspace").against
    assert {row.text.split()[3] for row in against.mended} <= {"market", "today"}
    assert {row.text.split()[3] for row in against.broken} == {"today"}
    assert all(row.wrong <= 1 and row.wrong_after == 3 for row in against.broken)
    assert against.high < 0
    assert (against.slices[0].name, against.slices[0].worse) == ("today", True)
    text = " ".join(call("main", "workspace").stdout.split())
    assert len(against.mended) == 1
    assert f"workspace mends 1 test text of main and breaks {len(against.broken)}: " in text
    assert "points of accuracy, more than chance explains. Two seeds of one setting mend and break texts too." in text


def test_the_reverse_mends_what_the_other_breaks(project):
    one, other = found("main", "workspace").against, found("workspace", "main").against
    assert sorted(row.row for row in one.broken) == sorted(row.row for row in other.mended)
    assert one.difference == pytest.approx(-other.difference)


def test_a_page_lists_every_text_and_asks_nothing_of_the_network(project, tmp_path):
    report = found("main", "workspace")
    call("main", "workspace", "--html", tmp_path / "errors.html")
    text = (tmp_path / "errors.html").read_text()
    listed = [*report.test.rows, *report.validation.rows, *report.against.mended, *report.against.broken]
    assert text.count('<div class="side">') == len(listed)
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_what_cannot_be_looked_at_is_a_message(project):
    assert "There are no predictions to look at:\n  - nothing: no experiment, branch" in refusal("nothing")
    assert "main: is given twice" in refusal("main", "main")
    assert "--confidence must be above 0 and below 1; got 1." in refusal("--confidence", "1")


def test_one_repeat_and_few_rows_are_noted(tiny_bert, tmp_path, monkeypatch):
    project = build(tmp_path / "one", tiny_bert, repeats=1, table=texts(60))
    monkeypatch.chdir(project.folder)
    report = found("main")
    assert report.slices == []
    assert [note[:40] for note in report.notes] == [
        "With one repeat no text can flip, and on",
        "The test rows are 18 in 18 groups; a sli",
    ]
    assert "No slice has enough rows and groups" in call("main").stdout
