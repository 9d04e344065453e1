"""What a pull request sets off. It cannot run here: its file is checked, and its scripts are run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.clones import Clone, copy_project

WORKFLOWS = sorted(Path(".github/workflows").resolve().glob("*"))
EXPRESSION = re.compile(r"\$\{\{")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request):
    # YAML 1.2, in which `on` is a word and not a boolean.
    return YAML(typ="safe").load(request.param)


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def schema_problems(*paths):
    """What keeps files from being workflows of GitHub; nothing where they are."""
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.stdout if checked.returncode else ""


def test_the_files_have_the_schema_of_github_workflows():
    assert WORKFLOWS
    assert schema_problems(*WORKFLOWS) == ""


def test_a_pull_request_may_only_read(workflow):
    assert set(workflow["on"]) == {"pull_request"}  # pull_request_target would hand secrets to a fork's code
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())


def test_nothing_from_outside_is_pasted_into_a_command(workflow):
    runs = [step["run"] for step in steps(workflow) if "run" in step]
    assert runs
    assert not any(map(EXPRESSION.search, runs))


def test_actions_are_pinned_to_a_commit(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)


def test_checks_and_tests_come_before_the_pipeline_and_its_summary(workflow):
    runs = "\n".join(step.get("run", "") for step in steps(workflow))
    order = [
        runs.index(command)
        for command in ("make check", "make test", "make test-all", ".ci/pull", "make repro", ".ci/summary")
    ]
    assert order == sorted(order)


@pytest.fixture
def project(tmp_path):
    """The project with the metrics of two commits."""
    clone = copy_project(tmp_path / "project")
    clone.run("git", "init", "-q", "-b", "main")
    for accuracy in (0.8, 0.85):
        write_accuracy(clone, accuracy)
        clone.commit(f"Accuracy {accuracy}")
    return clone


def write_accuracy(clone, accuracy):
    (clone.folder / "metrics").mkdir(exist_ok=True)
    (clone.folder / "metrics/evaluate.json").write_text(json.dumps({"test": {"accuracy": accuracy}}))


def test_the_summary_is_a_table_of_what_the_metrics_gained(project):
    base = project.run("git", "rev-parse", "HEAD~1").strip()
    assert project.run(".ci/summary", base).splitlines()[:5] == [
        f"### Metrics against {base[:7]}",
        "",
        f"| Path                  | Metric        | {base[:7]}   | workspace   | Change   |",
        "|-----------------------|---------------|-----------|-------------|----------|",
        "| metrics/evaluate.json | test.accuracy | 0.8       | 0.85        | 0.05     |",
    ]


def test_the_summary_says_if_no_metric_has_changed(project):
    summary = project.run(".ci/summary", "HEAD")
    assert summary.splitlines()[1:4] == ["", "No metric has changed.", ""]


def test_the_summary_ends_with_the_verdict_or_with_what_keeps_it_from_one(project):
    _, _, verdict = project.run(".ci/summary", "HEAD~1").partition("These revisions cannot be compared:")
    assert "workspace: was not run: its dvc.lock knows no data/predictions.parquet" in verdict


def test_the_summary_says_if_the_committed_results_are_not_those_of_the_pipeline(project):
    write_accuracy(project, 0.7)
    summary = project.run(".ci/summary", "HEAD")
    assert "**The pipeline gives other results than those committed here.**" in summary
    assert " metrics/evaluate.json | 2 +-\n" in summary


def test_in_a_folder_below_the_top_of_the_repository_its_steps_work_from_there(tmp_path):
    clone = copy_project(tmp_path / "mono/ml/gapwise")
    top = Clone(tmp_path / "mono")
    top.run("git", "init", "-q", "-b", "main")
    clone.run("dvc", "remote", "add", "-q", "-d", "team", str(tmp_path / "remote"))
    (clone.folder / "dvc.yaml").write_text("metrics: [metrics/evaluate.json]")  # data are files of one's own here
    for accuracy in (0.8, 0.85):
        write_accuracy(clone, accuracy)
        for name in ("predictions", "test"):
            (clone.folder / f"data/{name}.parquet").write_text(f"{accuracy}")
        clone.run("dvc", "add", "-q", "data/predictions.parquet", "data/test.parquet")
        top.commit(f"Accuracy {accuracy}")
        clone.run("dvc", "push")
    base = top.run("git", "rev-parse", "HEAD~1").strip()
    shutil.rmtree(clone.folder / ".dvc/cache")
    (clone.folder / "data/predictions.parquet").unlink()
    folder = as_advised(WORKFLOWS[0].read_text())["jobs"]["pipeline"]["defaults"]["run"]["working-directory"]
    below = Clone(top.folder / folder)
    assert "::warning::" not in below.run(".ci/pull", base)
    assert re.search(r"test.accuracy \| 0.8 +\| 0.85 ", below.run(".ci/summary", base))
    assert len(list((below.folder / ".dvc/cache/files/md5").glob("*/*"))) == 2  # of the base and of the change


def as_advised(workflow):
    """The workflow, changed as docs/team.md says."""
    workflow = workflow.replace("working-directory: .", "working-directory: ml/gapwise")
    return YAML(typ="safe").load(workflow.replace("pull_request:\n", "pull_request:\n    paths: [ml/gapwise/**]\n", 1))


def test_the_workflow_of_such_a_folder_is_one_for_github(tmp_path):
    workflow = as_advised(WORKFLOWS[0].read_text())
    assert workflow["on"] == {"pull_request": {"paths": ["ml/gapwise/**"]}}
    YAML().dump(workflow, tmp_path / "gapwise.yml")
    assert schema_problems(tmp_path / "gapwise.yml") == ""


def test_without_a_dvc_remote_there_is_nothing_to_pull(project):
    assert project.run(".ci/pull", "HEAD~1") == "No DVC remote is configured: the pipeline makes everything.\n"


def test_data_and_predictions_of_the_base_come_over_ssh_with_the_key_of_a_secret_which_does_not_stay(hub, tmp_path):
    author = copy_project(tmp_path / "author", **hub.home("author"))
    (author.folder / "dvc.yaml").unlink()  # its outputs are files of one's own here
    author.run("git", "init", "-q", "-b", "main")
    author.run("dvc", "remote", "add", "-d", "team", f"ssh://127.0.0.1{hub.dvc}")
    author.run("dvc", "remote", "modify", "team", "port", str(hub.port))
    author.run("dvc", "remote", "modify", "--local", "team", "keyfile", str(hub.folder / "user"))
    for content in ("base", "change"):
        for name in ("predictions", "test"):
            path = author.folder / f"data/{name}.parquet"
            path.unlink(missing_ok=True)
            path.write_text(content)
        author.run("dvc", "add", "-q", "data/predictions.parquet", "data/test.parquet")
        author.commit(content)
        author.run("dvc", "push")

    secret = {"DVC_SSH_KEY": (hub.folder / "user").read_text().rstrip(), "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    runner = Clone(tmp_path / "runner", **secret)
    runner.folder.mkdir()
    runner.run("git", "clone", "-q", str(author.folder), ".")
    log = runner.run(".ci/pull", runner.run("git", "rev-parse", "HEAD~1").strip())
    assert "::warning::" not in log
    assert (runner.folder / "data/predictions.parquet").read_text() == "change"
    assert "keyfile" not in (runner.folder / ".dvc/config.local").read_text()
    assert not list(tmp_path.glob("tmp*"))
    hub.stop()  # what comes now comes from the cache
    runner.run("git", "checkout", "-q", "HEAD~1")
    runner.run("dvc", "checkout")
    assert (runner.folder / "data/predictions.parquet").read_text() == "base"
