"""Files that users hand in, through the doors of prepare and split."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.bad_inputs.cases import ACCEPTED, PARAMS, REFUSED
from tests.clones import Clone

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_is_refused_is_explained_and_leaves_no_data(project, case):
    project.set(PARAMS | case.params)
    project.put(case.content, case.suffix)
    assert project.run() == case.message
    assert not Path("data/development.parquet").exists()


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_what_is_accepted_is_kept_and_counted(project, case):
    project.set(PARAMS | case.params)
    project.put(case.content, case.suffix)
    assert project.run() is None
    report = json.loads(Path("metrics/data.json").read_text(encoding="utf-8"))
    assert {name: report[name] for name in case.counts} == case.counts
    assert report["rows_read"] == report["rows_kept"] + sum(report["rows_dropped"].values())
    texts = pd.read_parquet("data/dataset.parquet").set_index("row")["text"]
    assert len(texts) == report["rows_kept"]
    assert case.text is None or texts[21] == case.text


def test_the_order_of_classes_in_the_report_is_that_of_their_names(project):
    project.set(PARAMS)
    project.put(ACCEPTED[0].content)
    project.run()
    report = json.loads(Path("metrics/data.json").read_text(encoding="utf-8"))
    assert list(report["classes"]) == ["bad", "good"]


def test_a_test_set_that_is_not_given_is_drawn_beside_a_given_validation_part(project):
    case = next(case for case in ACCEPTED if case.name == "given parts without test")
    project.set(PARAMS | case.params)
    project.put(case.content)
    assert project.run() is None
    test = pd.read_parquet("data/test.parquet")
    assert len(test) > 0
    assert set(test["part"]) == {"train"}


def test_a_process_ends_with_code_1_and_the_message_alone(project):
    project.set(PARAMS)
    project.put("")
    done = subprocess.run(
        [sys.executable, "-m", "stages.prepare"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (
        1,
        "",
        "data/raw/mine.csv is empty, where rows are needed: copy or export it again.",
    )


def test_the_commands_of_a_message_mend_what_excel_writes_in_half_of_europe(project, tmp_path, require):
    require(shutil.which("iconv"), "needs iconv")
    clone = Clone(tmp_path)
    clone.run("git", "init", "-q")
    clone.run("dvc", "init", "-q")
    rows = [f"Der Text Nummer {number * 7919} über Cafés;{number % 2};{number},5" for number in range(20)]
    project.put("\r\n".join(["text;label;Größe", *rows, ";;", ";;"]).encode("cp1252"))
    clone.run("dvc", "add", "-q", "data/raw/mine.csv")
    clone.commit()
    project.set(PARAMS | {"prepare.near_duplicate_similarity": 1})
    for command in re.findall("run `(.*?)`", project.run()):
        clone.run("bash", "-c", command)
    project.set({"prepare.source": "data/raw/mine-utf8.csv"})
    assert project.run() is None
    assert pd.read_parquet("data/dataset.parquet")["text"][1] == "Der Text Nummer 7919 über Cafés"
