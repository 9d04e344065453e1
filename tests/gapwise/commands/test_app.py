"""The program as a user runs it, in a real project."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from gapwise.commands.app import app
from gapwise.comparing.figures import Comparison
from gapwise.statistics.planning import Plan


@pytest.fixture
def run(drawn, monkeypatch):
    """Runs the program in the project and gives what it prints, and on stderr apart."""
    monkeypatch.chdir(drawn.folder)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DVC_ROOT", raising=False)

    def call(*arguments, code=0):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == code, done.output + str(done.exception)
        return done

    return call


def test_a_comparison_is_printed_for_a_terminal(run):
    text = run("compare", "main", "skilled", "alike").stdout
    assert text.startswith("accuracy on 200 test rows in 25 groups, 3 shared repeats; 95 % intervals, Holm's\n")
    assert "skilled is better than main: +21.3 points of accuracy" in text
    assert re.search(r"^alike .*: 0\.0 points of accuracy \(", text, re.MULTILINE)
    assert "main and alike have the same predictions, to the bit." in " ".join(text.split())
    assert "\x1b" not in text


def test_json_is_the_whole_comparison_and_nothing_else(run):
    found = Comparison.model_validate_json(run("compare", "main", "skilled", "--json").stdout)
    assert [one.name for one in found.settings] == ["main", "skilled"]
    assert found.contrasts[0].verdict == "better"
    assert found.settings[1].params == {"finetune.skill": 0.95}
    assert [one.epochs for one in found.settings] == [9, 9]
    assert found.selection is None


def test_metric_margin_and_confidence_are_the_users(run):
    options = ["--metric", "log_loss", "--margin", "0.5", "--confidence", "0.9"]
    found = Comparison.model_validate_json(run("compare", "main", "alike", "--json", *options).stdout)
    assert (found.metric, found.margin, found.confidence) == ("log_loss", 0.5, 0.9)


def test_markdown_is_for_a_comment(run):
    text = run("compare", "main", "skilled", "--md").stdout
    assert text.startswith("### Against main: accuracy\n")
    assert "| skilled | 🟢 better |" in text


def test_all_takes_every_experiment_and_notes_those_left_out(run):
    found = Comparison.model_validate_json(run("compare", "--all", "--json").stdout)
    assert [one.name for one in found.settings] == ["main", "skilled", "alike", "more-repeats"]
    assert found.repeats == 3
    assert sum(note.startswith("Left out: other-") for note in found.notes) == 2
    assert found.selection.name == "skilled"


def test_the_baseline_of_all_can_be_named(run):
    found = Comparison.model_validate_json(run("compare", "skilled", "--all", "--json").stdout)
    assert [one.name for one in found.settings] == ["skilled", "alike", "more-repeats"]


def test_a_page_is_written_where_it_is_asked_for(run, tmp_path):
    done = run("compare", "main", "skilled", "--html", str(tmp_path / "new" / "page.html"))
    text = (tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    assert "skilled is better than main" in text
    assert text.count("<svg") == 7
    assert done.stderr == f"Wrote {tmp_path / 'new' / 'page.html'}\n"
    assert "skilled is better than main" in done.stdout


def test_a_page_that_cannot_be_written_is_a_message(run, tmp_path):
    done = run("compare", "main", "skilled", "--html", str(tmp_path), code=1)
    assert f"{tmp_path} cannot be written: Is a directory." in str(done.exception) + done.stderr


def test_nothing_is_written_into_the_project_unless_asked(run, drawn):
    run("compare", "main", "skilled")
    assert drawn.run("git", "status", "--porcelain") == ""


@pytest.mark.slow
def test_a_saved_comparison_is_drawn_by_dvc(drawn, tmp_path):
    copy = drawn.copy(tmp_path / "project")
    copy.run(sys.executable, "-m", "gapwise", "compare", "main", "skilled", "alike", "--save")
    saved = json.loads((copy.folder / "metrics/comparison.json").read_text())["settings"]
    assert saved["skilled"]["verdict"] == "better"
    plots = json.loads(copy.run("dvc", "plots", "show", "--json"))
    assert "errors" not in plots
    (drawn_one,) = plots["data"]["metrics/comparison/differences.csv"]
    values = drawn_one["content"]["data"]["values"]
    assert [(row["setting"], row["verdict"]) for row in values] == [
        ("skilled", "better"),
        ("alike", saved["alike"]["verdict"]),
    ]
    assert drawn_one["content"]["layer"][0]["encoding"]["x"]["title"] == "difference in accuracy to main"
    assert list(pd.read_csv(copy.folder / "metrics/comparison/differences.csv")["setting"]) == ["skilled", "alike"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["main", "skiled"], "skiled: no experiment, branch, tag or commit has this name; did you mean skilled?"),
        (["main"], "There is nothing to compare. Name two revisions or more"),
        ([], "There is nothing to compare. Name two revisions or more"),
        (["main", "skilled", "--confidence", "95"], "--confidence must be above 0 and below 1; got 95."),
        (["main", "skilled", "--margin", "-1"], "--margin must be 0 or more; got -1."),
        (["main", "skilled", "--json", "--md"], "--json and --md are two forms of one answer; choose one."),
    ],
)
def test_a_mistake_is_a_message_and_no_traceback(run, arguments, message):
    done = run("compare", *arguments, code=1)
    assert isinstance(done.exception, SystemExit)
    assert message in done.output


def test_a_plan_comes_from_the_predictions_of_a_revision(run):
    text = run("plan", "--from", "main", "--difference", "0.02").stdout
    assert text.startswith("Now: accuracy 0.727, 3 repeats, 200 test rows.")
    assert "a difference of 2.0 points" in " ".join(text.lower().split())  # lines break anywhere
    found = Plan.model_validate_json(run("plan", "--from", "main", "--json").stdout)
    assert sorted({cell.repeats for cell in found.table}) == [2, 3, 5, 10, 20]
    assert sorted({cell.test_rows for cell in found.table}) == [100, 200, 300, 1000, 3000]


def test_a_plan_needs_no_run(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("plan", "--rows", "300", "--accuracy", "0.8").stdout.startswith(
        "Now: accuracy 0.800, 5 repeats, 300 test rows."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "300"], "--rows and --accuracy go together"),
        (["--difference", "2"], "--difference must be above 0 and below 1; got 2. Two points of accuracy are 0.02."),
        (["--rows", "5", "--accuracy", "0.8"], "--rows must be 10 or more; got 5."),
        (["--rows", "300", "--accuracy", "0.8", "--repeats", "0"], "--repeats must be 1 or more; got 0."),
        (["--repeats", "10"], "--repeats is for a plan without a run, with --rows and --accuracy; a run has its own."),
        (["--rows", "300", "--accuracy", "0.8", "--from", "main"], "--from plans from a run, --rows and --accuracy"),
        (["--from", "mian"], "mian: no experiment, branch, tag or commit has this name; did you mean main?"),
    ],
)
def test_a_mistake_in_a_plan_is_a_message(run, arguments, message):
    assert message in " ".join(run("plan", *arguments, code=1).output.split())


def test_a_terminal_of_an_old_encoding_gets_plain_signs_and_no_traceback(drawn):
    program = [sys.executable, "-m", "gapwise", "compare", "main", "skilled"]
    shown = subprocess.run(
        program,
        cwd=drawn.folder,
        env=drawn.environment | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert b"skilled is better than main: +21.3 points" in shown.stdout
    assert re.search(rb"\|-21\.3 \(-\d+\.\d to -\d+\.\d\)", shown.stdout)
    assert re.search(rb"^skilled +:\|: +\|-+o-+\|", shown.stdout, re.MULTILINE)


def test_help_needs_neither_pandas_nor_dvc_nor_tensorflow():
    heavy = "[name for name in ('pandas', 'dvc', 'tensorflow', 'sklearn', 'scipy') if name in sys.modules]"
    program = f"import sys, gapwise.commands.app; print({heavy})"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def test_the_program_names_its_commands():
    text = CliRunner().invoke(app, ["--help"]).output
    assert "compare" in text
    assert "plan" in text
