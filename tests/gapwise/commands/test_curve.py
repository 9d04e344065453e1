"""`gapwise curve` in a real git and DVC project, whose learner is a logistic regression; see learning/dvc.yaml."""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from gapwise.commands.app import app
from gapwise.commands.project import Project
from gapwise.commands.revisions import read
from gapwise.forecasting.figures import LearningCurve
from tests.gapwise.commands.conftest import Drawn

CURVE = (sys.executable, "-m", "gapwise", "curve", "--json", "--sizes")


@pytest.fixture(scope="session")
def ready(tmp_path_factory):
    """The project with one run, of 40 rows; to be copied."""
    project = Drawn(tmp_path_factory.mktemp("learning") / "project")
    shutil.copytree(Path(__file__).parent / "learning", project.folder, ignore=shutil.ignore_patterns("__pycache__"))
    rows = [{"text": f"text {number}", "label": "good" if number % 3 else "bad"} for number in range(400)]
    pd.DataFrame(rows).to_csv(project.folder / "mine.csv", index=False)
    (project.folder / ".gitignore").write_text("__pycache__/\n")
    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "init", "-q")
    project.run("dvc", "repro", "-q")
    project.commit()
    return project


@pytest.fixture(scope="session")
def curved(ready, tmp_path_factory):
    """The project after a curve of 20, 40 and all rows, and the curve; to be read only."""
    project = ready.copy(tmp_path_factory.mktemp("curved") / "project")
    return project, LearningCurve.model_validate_json(project.run(*CURVE, "20,40,all"))


@pytest.fixture
def call(curved, monkeypatch):
    monkeypatch.chdir(curved[0].folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", curved[0].environment["DVC_SITE_CACHE_DIR"])
    monkeypatch.delenv("DVC_ROOT", raising=False)

    def run(*arguments, code=0):
        done = CliRunner().invoke(app, ["curve", *arguments])
        assert done.exit_code == code, done.output + str(done.exception)
        return done

    return run


def test_each_missing_size_becomes_an_experiment_and_what_was_run_is_taken_as_it_is(curved):
    project, curve = curved
    assert [(one.name, one.rows) for one in curve.points] == [("curve-20", 20), ("main", 40), ("curve-all", 180)]
    listed = json.loads(project.run("dvc", "exp", "show", "--json"))
    names = {one["name"] for revision in listed for one in revision["experiments"] or []}
    assert names == {"curve-20", "curve-all"}
    assert (curve.repeats, curve.test_rows, curve.test_groups, curve.rows_left) == (3, 200, 100, 180)


def test_the_workspace_stays_as_it_is(curved, ready):
    project, _ = curved
    assert project.run("git", "status", "--porcelain") == ""
    assert (project.folder / "params.yaml").read_text() == (ready.folder / "params.yaml").read_text()
    assert project.run("dvc", "status") == "Data and pipelines are up to date.\n"


def test_the_rows_of_a_smaller_size_are_a_part_of_those_of_a_larger_one_in_each_repeat(curved, monkeypatch):
    monkeypatch.chdir(curved[0].folder)
    with Project() as project:
        tables = [read(project, name).predictions for name in ("curve-20", "main", "curve-all")]
    for repeat in range(3):
        small, middle, large = (
            set(table[(table["repeat"] == repeat) & (table["part"] == "train")]["text_id"]) for table in tables
        )
        assert small < middle < large
        validations = [table[(table["repeat"] == repeat) & (table["part"] == "validation")] for table in tables]
        assert len({tuple(sorted(rows["text_id"])) for rows in validations}) == 1


def test_the_same_curve_is_read_again_without_a_run(call, curved):
    again = call("--sizes", "20,40,all", "--json")
    assert LearningCurve.model_validate_json(again.stdout) == curved[1]
    assert "run 1 of" not in again.stderr


def test_the_terminal_has_a_table_and_the_forecast_in_a_sentence(call):
    lines = call("--sizes", "20,40,all", "--ahead", "100").stdout.splitlines()
    assert lines[0] == "accuracy on 200 test rows in 100 groups, 3 repeats; 95 % intervals"
    assert lines[2].split() == [
        "rows",
        "run",
        "test",
        "accuracy",
        "change",
        "in",
        "points",
        "by",
        "the",
        "fitted",
        "law",
    ]
    assert [line.split()[:2] for line in lines[4:8]] == [
        ["20", "curve-20"],
        ["40", "main"],
        ["180", "curve-all"],
        ["280", "forecast"],
    ]
    assert lines[9].startswith("100 more labels: ")
    assert "222 new ones give 100 to train on" in " ".join(" ".join(lines).split())


def test_a_page_is_written_where_it_is_asked_for(call, tmp_path):
    done = call("--sizes", "20,40,all", "--html", str(tmp_path / "new" / "curve.html"))
    text = (tmp_path / "new" / "curve.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 1
    assert "90 more labels: " in text
    assert done.stderr == f"Wrote {tmp_path / 'new' / 'curve.html'}\n"


def test_a_size_above_the_rows_that_are_left_is_all_of_them_and_the_curve_says_so(call):
    curve = LearningCurve.model_validate_json(call("--sizes", "20,40,5000", "--json").stdout)
    assert [one.rows for one in curve.points] == [20, 40, 180]
    assert curve.notes[0] == "Only 180 rows are left to train on; 5000 became all."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sizes", "20,x,1.5,all"], "'x' is neither a whole number of 2 or more nor all - '1.5' is neither"),
        (["--sizes", "20,40"], "like 50,100,200,all: - 3 sizes or more are needed to see a curve bend; got 2"),
        (["--sizes", "20,40,020"], "20 is given twice"),
        (["--sizes", "20,1000,all"], "of --sizes, only 2 differ then, and 3 are needed: name smaller ones"),
        (["--sizes", "1,40,all"], "'1' is neither a whole number of 2 or more"),
        (["--sizes", "20,40,all", "--ahead", "181"], "up to 180 rows more than the 180 of the largest size; got 181."),
        (["--ahead", "0"], "--ahead must be 1 or more; got 0."),
        (["--metric", "f1"], "--metric must be one of accuracy, macro_f1, log_loss, calibration_error; got f1."),
        (["--confidence", "95"], "--confidence must be above 0 and below 1; got 95."),
    ],
)  # fmt: skip
def test_a_mistake_is_a_message_before_anything_is_run(call, arguments, message):
    done = call(*arguments, code=1)
    assert message in " ".join(done.output.split())
    assert "run 1 of" not in done.output


@pytest.fixture
def copied(ready, tmp_path, monkeypatch):
    """A copy of the project, to be changed; gives what the program prints of a mistake in it."""
    copy = ready.copy(tmp_path / "project")
    monkeypatch.chdir(copy.folder)
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", copy.environment["DVC_SITE_CACHE_DIR"])

    def mistake(*arguments):
        done = CliRunner().invoke(app, ["curve", *arguments])
        assert done.exit_code == 1, done.output + str(done.exception)
        return " ".join(done.output.split())

    return copy, mistake


def test_without_a_commit_there_is_nothing_to_hang_experiments_on(copied):
    copy, mistake = copied
    shutil.rmtree(copy.folder / ".git")
    copy.run("git", "init", "-q", "-b", "main")
    assert "DVC cannot open the project" in mistake()


def test_without_a_run_the_rows_are_not_known(copied):
    copy, mistake = copied
    (copy.folder / "dvc.lock").unlink()
    assert "dvc.lock knows no data/development.parquet; run `dvc repro`" in mistake()


def test_rows_that_are_not_here_are_to_be_made_or_pulled(copied):
    copy, mistake = copied
    shutil.rmtree(copy.folder / "data")
    shutil.rmtree(copy.folder / ".dvc/cache")
    missing = "data/development.parquet is neither in the cache nor on a remote"
    assert f"{missing}; run `dvc repro`, or `dvc pull` after `dvc push` where it was run" in mistake()


def test_other_rows_than_were_split_are_refused(copied):
    copy, mistake = copied
    params = copy.folder / "params.yaml"
    params.write_text(params.read_text().replace("seed: 1", "seed: 2"))
    assert "params were changed since (split.seed from 1 to 2); run `dvc repro split`" in mistake()


@pytest.mark.slow
def test_changes_that_are_not_committed_are_part_of_the_setting_and_stay_as_they_are(copied):
    copy, _ = copied
    params = copy.folder / "params.yaml"
    params.write_text(params.read_text().replace("penalty: 1.0", "penalty: 0.1"))
    (copy.folder / "note.txt").write_text("staged\n")
    copy.run("git", "add", "note.txt")
    before = copy.run("git", "status", "--porcelain")
    curve = LearningCurve.model_validate_json(copy.run(*CURVE, "20,40,all"))
    assert copy.run("git", "status", "--porcelain") == before == "A  note.txt\n M params.yaml\n"
    assert [one.name for one in curve.points] == ["curve-20", "curve-40", "curve-all"]
    with Project() as project:
        assert read(project, "curve-40").run.params["finetune"]["penalty"] == 0.1
    # The setting that is committed has a curve of its own, under names of its own.
    copy.run("git", "checkout", "-q", "params.yaml")
    other = LearningCurve.model_validate_json(copy.run(*CURVE, "20,40,all"))
    assert [one.name.split("-")[:2] for one in other.points] == [["curve", "20"], ["main"], ["curve", "all"]]
    assert other.points[0].name != "curve-20"
    assert other.points[0].score != curve.points[0].score


@pytest.mark.slow
def test_what_has_run_is_kept_when_a_size_fails_and_the_same_command_goes_on(copied):
    copy, _ = copied
    learn = copy.folder / "stages/learning/learn.py"
    whole = learn.read_text()
    learn.write_text(
        whole.replace(
            "def finetune():\n",
            'def finetune():\n    if PARAMS["split"]["train_size"] is None:\n        sys.exit("no")\n',
        )
    )
    copy.run("dvc", "repro", "-q")
    copy.commit()
    said = " ".join(copy.run(*CURVE, "20,40,all", fails=True).split())
    assert (
        "The learning curve is not whole: - `dvc exp run --temp -n curve-all -S split.train_size=null` failed" in said
    )
    assert copy.run("dvc", "exp", "list", "--name-only").split()[-1] == "curve-20"
    assert "curve-20: run" not in copy.run(*CURVE, "20,40,all", fails=True)


@pytest.mark.slow
def test_without_validation_rows_a_curve_ends_at_all_development_rows(copied):
    copy, _ = copied
    params = copy.folder / "params.yaml"
    params.write_text(params.read_text().replace("validation_fraction: 0.1", "validation_fraction: 0"))
    copy.run("dvc", "repro", "-q")
    copy.commit()
    curve = LearningCurve.model_validate_json(copy.run(*CURVE, "20,40,all"))
    assert [one.rows for one in curve.points] == [20, 40, 200]
    assert curve.rows_left == 200
    notes = " ".join(curve.notes)
    assert "200 new ones give 100 to train on, and the rest makes the test larger." in notes
    assert "At 200 rows all repeats train on the same rows: its interval tells of other seeds and test rows" in notes


@pytest.mark.slow
def test_one_repeat_has_a_curve_too(copied):
    copy, _ = copied
    params = copy.folder / "params.yaml"
    params.write_text(
        params.read_text().replace("repeats: 3", "repeats: 1").replace("train_size: 40", "train_size: null")
    )
    copy.run("dvc", "repro", "-q")
    copy.commit()
    curve = LearningCurve.model_validate_json(copy.run(*CURVE, "20,60,all"))
    assert [one.name for one in curve.points] == ["curve-20", "curve-60", "main"]
    assert curve.repeats == 1
    assert any("one repeat" in note for note in curve.notes)
