"""A search as a user runs it, in a clone with a tiny encoder: killed, taken up again, and run once more."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

from gapwise.searching.space import screening_of
from tests.clones import some_articles, stages_run, start
from tests.pinned import until
from tests.searches import SEARCH, experiments, outputs, write


@pytest.fixture(scope="module")
def project(samples, tiny_folder, tmp_path_factory):
    """A project with a search.yaml, nothing run so far."""
    clone = start(tmp_path_factory.mktemp("search") / "project", some_articles(samples), tiny_folder)
    clone.environment |= {"CUDA_VISIBLE_DEVICES": "-1"}
    clone.set_params({"split": {"train_size": None}})
    clone.commit()
    write(clone, SEARCH)
    return clone


def command(clone, *options, fails=False):
    return clone.run(sys.executable, "-m", "gapwise", "search", *options, fails=fails)


def answered(clone, *options):
    """What `--json` prints, which stands before all that goes to stderr."""
    return json.JSONDecoder().raw_decode(command(clone, "--json", *options))[0]


def test_a_budget_that_fits_no_race_is_refused_before_anything_is_trained(project):
    write(project, SEARCH | {"budget": {"repeats": 4}})
    said = command(project, fails=True)
    write(project, SEARCH)
    assert "The budget fits no race, nothing was trained:" in said
    assert (
        "budget: 4 must be 11 trainings or more: 2.2 to screen 3 settings, and 4 for params.yaml and for one other; "
        "raise it, or lower settings or repeats"
    ) in said
    log = next((project.folder / ".gapwise/search").glob("*/log.txt")).read_text()
    assert stages_run(log) == ["prepare", "split"] * 2  # as the race does, and as the screening
    assert experiments(project) == {}


@pytest.fixture
def scarce(project, tmp_path):
    """A project of which half the rows are too few to train on, by `train_per_class`."""
    shutil.copytree(project.folder, tmp_path / "scarce", ignore=shutil.ignore_patterns(".gapwise"))
    clone = type(project)(tmp_path / "scarce", CUDA_VISIBLE_DEVICES="-1")
    clone.run("dvc", "repro", "-q", "split")
    scarcest = min(json.loads((clone.folder / "metrics/split.json").read_text())["development"]["classes"].values())
    clone.run("git", "checkout", "-q", ".")
    clone.set_params({"split": {"train_per_class": scarcest * 3 // 4}})
    clone.commit()
    return clone


def test_where_a_class_would_have_too_few_rows_settings_are_screened_by_their_first_repeat(scarce):
    write(scarce, SEARCH | {"budget": {"repeats": 4}})
    assert "budget: 4 must be 9 trainings or more: 3.0 to screen 3 settings" in command(scarce, fails=True)


@pytest.mark.slow
def test_the_first_repeat_that_screened_a_setting_is_taken_over_into_the_race(scarce):
    write(scarce, SEARCH | {"budget": {"repeats": 9}})
    answer = answered(scarce)
    raced = [one["repeats"] for one in answer["entrants"] if one["repeats"]]
    assert (answer["screening"]["fraction"], len(raced)) == (None, 2)
    assert answer["work"] == 3 + sum(repeats - 1 for repeats in raced)
    assert sorted(experiments(scarce)) == sorted(one["name"] for one in answer["entrants"])
    log = next((scarce.folder / ".gapwise/search").glob("*/log.txt")).read_text()
    trained = [line for line in log.splitlines() if line.startswith("repeat ") and ", epoch  1 of" in line]
    assert len(trained) == answer["work"]


def test_minutes_need_a_timed_training(project):
    write(project, SEARCH | {"budget": {"minutes": 5}})
    said = command(project, fails=True)
    write(project, SEARCH)
    assert "budget.minutes needs to know how long a training takes here, and none was timed." in said


def test_changes_that_are_not_committed_are_refused(project):
    project.set_params({"finetune": {"dropout": 0.3}})
    said = command(project, fails=True)
    project.run("git", "checkout", "-q", "params.yaml")
    assert (
        "A search runs what is committed, and the workspace has changes that are not.\n  - changed: params.yaml" in said
    )
    source = project.folder / "data/raw/mine.csv.dvc"
    source.write_text(source.read_text() + "desc: another\n")
    said = command(project, fails=True)
    project.run("git", "checkout", "-q", "data/raw/mine.csv.dvc")
    assert "changed: data/raw/mine.csv.dvc" in said


def test_mistakes_of_form_and_of_names_are_told_at_once(project):
    keys = {"finetune.freze": {"choices": [1]}, "split.train_size": {"choices": [9]}, "finetune.l2": {"range": [1, 0]}}
    write(project, SEARCH | {"keys": keys})
    said = command(project, fails=True)
    write(project, SEARCH)
    assert said.splitlines()[2:5] == [
        "  - keys.finetune.l2: range must be [low, high] with low below high; got [1, 0]",
        "  - keys.finetune.freze: params.yaml has no such key; did you mean finetune.freeze?",
        "  - keys.split.train_size: settings are raced on the same rows, so only augment, tokenize, finetune can be "
        "searched",
    ]


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_trained(project):
    said = command(project, "--html", "gapwise", fails=True)
    assert f"{project.folder / 'gapwise'} cannot be written: Is a directory." in said
    command(project, "searching.yaml", "--html", "page.html", fails=True)
    assert not (project.folder / "page.html").exists()


def test_a_missing_file_says_how_to_get_one(project):
    said = command(project, "searching.yaml", fails=True)
    assert "There is no searching.yaml here." in said
    assert "cp searches/small.yaml search.yaml" in said


@pytest.mark.parametrize(
    "source",
    ["a folder without a validation file", pytest.param("a column without a validation row", marks=pytest.mark.slow)],
)
def test_given_parts_without_validation_rows_are_refused_before_anything_is_trained(project, tmp_path, source):
    shutil.copytree(project.folder, tmp_path / "given", ignore=shutil.ignore_patterns(".gapwise"))
    clone = type(project)(tmp_path / "given", CUDA_VISIBLE_DEVICES="-1")
    rows = pd.read_csv(clone.folder / "data/raw/mine.csv")
    rows["part"] = ["test" if group in rows["group"].unique()[::3] else "train" for group in rows["group"]]
    prepare = {"source": "data/raw/given.csv", "split_column": "part"}
    if source.startswith("a folder"):
        prepare = {"source": "data/raw/given"}
        (clone.folder / prepare["source"]).mkdir()
        for part, own in rows.drop(columns="part").groupby(rows["part"]):
            own.to_csv(clone.folder / prepare["source"] / f"{part}.csv", index=False)
    else:
        rows.to_csv(clone.folder / prepare["source"], index=False)
    clone.run("dvc", "add", "-q", prepare["source"])
    stopping = {"early_stopping": {"monitor": "loss", "patience": 2, "min_delta": 0.0, "min_epochs": None}}
    split = {"validation_fraction": 0, "train_size": None}
    clone.set_params({"prepare": prepare, "split": split, "finetune": stopping})
    clone.commit()
    said = command(clone, fails=True)
    assert (
        "A search races settings on validation rows: split.validation_fraction (0) draws none, and "
        f"{prepare['source']} gives none.\n  - give it validation rows, or set split.validation_fraction above 0"
    ) in said
    assert stages_run(next((clone.folder / ".gapwise/search").glob("*/log.txt")).read_text()) == ["prepare", "split"]
    assert experiments(clone) == {}


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_and_ends_as_one_that_is_not(project, tmp_path):
    """Also: nothing is trained twice, the workspace stays as it is, and losers have no figures of the test.

    The one that is not runs on a Ray of this machine.
    """
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(project.folder, undisturbed)
    killed_in_training(project)
    answer = answered(project)
    assert project.run("git", "status", "--short").split() == ["??", "search.yaml"]
    log = next((project.folder / ".gapwise/search").glob("*/log.txt")).read_text()
    assert log.count("taken over from a run that was interrupted") >= 1
    trained = [line for line in log.splitlines() if line.startswith("repeat ") and ", epoch  1 of" in line]
    assert len(trained) <= SEARCH["settings"] + answer["trainings"] + 1  # one was killed in the middle
    made = experiments(project)
    raced = [one for one in answer["entrants"] if one["repeats"]]
    screenings = [screening_of(one["name"]) for one in answer["entrants"]]
    assert sorted(made) == sorted([*screenings, *(one["name"] for one in raced)])
    assert len(raced) < len(screenings) == SEARCH["settings"]
    assert not any("data/predictions.parquet" in outputs(project, made[name]) for name in screenings)
    for one in raced:
        tested = one["name"] in (answer["winner"], answer["default"])
        assert ("data/predictions.parquet" in outputs(project, made[one["name"]])) is tested

    twin = type(project)(undisturbed, DVC_SITE_CACHE_DIR=str(tmp_path / "site"))
    assert answered(twin, "--ray", "local", "--memory", "0.1") == answer
    logs = [log.read_text() for log in (twin.folder / ".gapwise/sweep").glob("*.log")]
    assert sum("repeats 1, 2 and 3 of 4: taken over from a run" in log for log in logs) == sum(
        one["repeats"] == SEARCH["repeats"] for one in raced
    )
    assert {name: outputs(twin, commit) for name, commit in experiments(twin).items()} == {
        name: outputs(project, commit) for name, commit in made.items()
    }

    twin.run("dvc", "exp", "apply", answer["winner"])
    twin.run("dvc", "repro", "-f", "-s", "finetune")  # in one go, with nothing to take over
    assert twin.outputs()["models"] == outputs(project, made[answer["winner"]])["models"]

    before = log.count("Running stage")
    command(project)
    assert next((project.folder / ".gapwise/search").glob("*/log.txt")).read_text().count("Running stage") == before

    project.run("dvc", "exp", "remove", answer["winner"])
    project.run("dvc", "gc", "-q", "-w", "-f")  # takes what was trained, of the other experiments too
    assert answered(project) == answer
    one, other = (outputs(clone, experiments(clone)[answer["winner"]]) for clone in (project, twin))
    assert one == other


def killed_in_training(clone):
    """Starts a search and kills it, by kill -9, in its second training."""
    command = [sys.executable, "-m", "gapwise", "search"]
    process = subprocess.Popen(
        command, cwd=clone.folder, env=clone.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(6000):
        logs = list((clone.folder / ".gapwise/search").glob("*/log.txt"))
        if logs and logs[0].read_text().count("> python -m stages.finetune") == 2:
            break
        assert process.poll() is None, logs and logs[0].read_text()
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: not any(str(clone.folder) in (one.info["cwd"] or "") for one in psutil.process_iter(["cwd"])), 10)
