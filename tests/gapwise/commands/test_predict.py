import io
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from gapwise.commands import predict
from gapwise.commands.app import app
from gapwise.labelling.explaining import explain
from gapwise.labelling.labels import labels
from gapwise.labelling.networks import Networks
from gapwise.runs.models import read_description, read_weights

GIT = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org"]
MODELS = Path(__file__).parents[2] / "fixtures/model-version-1"
TEXTS = ["the market rose sharply", "weak earnings fell again", "not good"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A DVC project with the networks of two repeats."""
    folder = tmp_path_factory.mktemp("begun")
    shutil.copytree(MODELS, folder, dirs_exist_ok=True)
    for command in (
        ["git", "init", "-q"],
        [*GIT, "commit", "-q", "--allow-empty", "-m", "First"],
        ["dvc", "init", "-q"],
    ):
        subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture(autouse=True)
def project(begun, tmp_path, monkeypatch):
    """A copy of it, to work in."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def test_each_repeat_predicts_and_the_order_and_company_of_texts_change_nothing():
    description = read_description()
    weights = list(read_weights(description))
    networks = Networks(description, weights)
    both = networks.probabilities(TEXTS)
    assert both.shape == (2, 3, 2)
    np.testing.assert_allclose(both.sum(axis=2), 1, atol=1e-6)
    np.testing.assert_allclose(both[1], Networks(description, weights[1:]).probabilities(TEXTS)[0], atol=1e-6)
    np.testing.assert_allclose(networks.probabilities(TEXTS[::-1])[:, ::-1], both, atol=1e-6)


def test_a_prefix_is_read_before_each_text_and_no_explanation_tells_of_it():
    description = read_description()
    weights = list(read_weights(description))
    networks = Networks(description.model_copy(update={"prefix": "not good "}), weights)
    expected = Networks(description, weights).probabilities([f"not good {text}" for text in TEXTS])
    np.testing.assert_allclose(networks.probabilities(TEXTS), expected, atol=1e-6)
    explained = explain(networks, TEXTS[0])
    assert explained.parts == TEXTS[0].split()
    without = networks.probabilities(["the market sharply"]).mean(axis=0)[0]
    label = networks.classes.index(explained.label)
    assert explained.weights[2] == pytest.approx(explained.probability - without[label], abs=1e-6)


def test_a_temperature_makes_less_sure_and_changes_no_label():
    description = read_description()
    weights = list(read_weights(description))
    plain, hot = (Networks(description, weights, by).probabilities(TEXTS) for by in (1.0, 2.0))
    assert (plain.argmax(axis=2) == hot.argmax(axis=2)).all()
    assert (hot.max(axis=2) < plain.max(axis=2)).all()


def test_a_file_of_many_chunks_is_labelled_as_in_one(monkeypatch):
    pd.DataFrame({"text": TEXTS * 5}).to_csv("new.csv", index=False)
    whole = CliRunner().invoke(app, ["predict", "new.csv"]).stdout
    monkeypatch.setattr(predict, "AT_ONCE", 4)
    parts = CliRunner().invoke(app, ["predict", "new.csv"]).stdout
    one, other = (pd.read_csv(io.StringIO(text)) for text in (whole, parts))
    assert one["text"].tolist() == TEXTS * 5
    pd.testing.assert_frame_equal(one, other, atol=2e-6)


def test_a_broken_row_is_named_and_left_out():
    Path("new.csv").write_text(f"id,text\n1,{TEXTS[0]}\n2,a,b\n3,{TEXTS[1]}\n")
    shown = CliRunner().invoke(app, ["predict", "new.csv"])
    assert pd.read_csv(io.StringIO(shown.stdout))["id"].tolist() == [1, 3]
    assert shown.stderr.splitlines() == [
        "row 2: the header has 2 cells, this row 3",
        "1 row left out; the others are done",
    ]


def test_an_explanation_stands_beside_the_label_and_on_a_page():
    pd.DataFrame({"text": TEXTS}).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv", "--out", "out.jsonl", "--html", "why.html"])
    assert shown.exit_code == 0, shown.output
    why = pd.read_json("out.jsonl", lines=True)["why"]
    assert all(set(text.split()[::2]) <= set(TEXTS[row].split()) for row, text in enumerate(why))
    assert Path("why.html").read_text().count("<article>") == 3
    printed = CliRunner().invoke(app, ["predict", "new.csv", "--explain"]).stdout.splitlines()
    assert len(printed) == 3
    assert "sharply" in printed[0]


def test_another_revision_labels_without_touching_the_workspace():
    for command in (["dvc", "add", "-q", "models"], ["git", "add", "."], [*GIT, "commit", "-qm", "Models"]):
        subprocess.run(command, check=True)
    md5 = YAML(typ="safe").load(Path("models.dvc"))["outs"][0]["md5"]
    lock = {"schema": "2.0", "stages": {"finetune": {"cmd": "true", "outs": [{"path": "models", "md5": md5}]}}}
    YAML().dump(lock, Path("dvc.lock"))
    for command in (["git", "add", "-A"], [*GIT, "commit", "-qm", "Run"], ["git", "tag", "good"]):
        subprocess.run(command, check=True)
    pd.DataFrame({"text": TEXTS}).to_csv("new.csv", index=False)
    here = CliRunner().invoke(app, ["predict", "new.csv"])
    shutil.rmtree("models")
    there = CliRunner().invoke(app, ["predict", "new.csv", "--rev", "good"])
    assert there.exit_code == 0, there.output
    assert there.stdout == here.stdout
    assert not Path("models").exists()
    unknown = CliRunner().invoke(app, ["predict", "new.csv", "--rev", "goood"])
    assert "no experiment, branch, tag or commit has this name; did you mean good?" in unknown.output


def test_a_label_below_the_threshold_is_none_that_is_claimed():
    by_repeat = np.array([[[0.9, 0.1], [0.4, 0.6]], [[0.7, 0.3], [0.6, 0.4]]])
    table = labels(by_repeat, ["no", "yes"], 0.6)
    assert table.to_dict("list") == {
        "predicted": ["no", "no"],
        "abstain": ["no", "yes"],
        "p_no": [0.8, 0.5],
        "p_yes": [0.2, 0.5],
        "spread": [0.1, 0.1],
    }


def test_a_row_without_a_text_is_named_and_the_rest_is_done():
    pd.DataFrame({"id": [1, 2, 3], "text": [TEXTS[0], " ", TEXTS[1]]}).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv", "--threshold", "1"])
    table = pd.read_csv(io.StringIO(shown.stdout))
    assert table["predicted"].isna().tolist() == [False, True, False]
    assert table["abstain"].tolist()[::2] == ["yes", "yes"]
    assert shown.stderr.splitlines() == [
        "row 2 without a text: left without a label (rows count from 1, below the header)",
        "2 of 2 labels are below 1: abstain is yes",
    ]


@pytest.mark.parametrize("options", [[], ["--model", str(MODELS.parent / "export-onnx")]])
def test_texts_that_are_longer_than_is_read_are_counted(options):
    pd.DataFrame({"text": [TEXTS[0], "good " * 2000, TEXTS[1]]}).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv", *options])
    assert shown.stderr.splitlines() == [
        "1 of 3 texts longer than tokenize.max_length of the networks: ends were not read"
    ]
    assert pd.read_csv(io.StringIO(shown.stdout))["predicted"].notna().all()


def test_a_list_in_place_of_a_text_is_told_from_a_row_without_one():
    Path("new.jsonl").write_text(f'{{"text": "{TEXTS[0]}"}}\n{{"text": ["a", "b"]}}\n{{"text": ""}}\n')
    shown = CliRunner().invoke(app, ["predict", "new.jsonl"])
    assert shown.stderr.splitlines() == [
        "row 3 without a text: left without a label (rows count from 1, below the header)",
        "row 2 with a list or an object for a text: left without a label",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_is_full_behind_standard_output_is_a_message():
    pd.DataFrame({"text": TEXTS * 200}).to_csv("new.csv", index=False)
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "gapwise", "predict", "new.csv"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert (
        "What was printed is not whole: No space left on device.\n  - free some space, then run the same command again"
        in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_standard_input_is_read_in_the_format_that_is_named():
    lines = "".join(f'{{"text": "{text}"}}\n' for text in TEXTS)
    shown = CliRunner().invoke(app, ["predict", "-", "--format", "jsonl"], input=lines)
    assert pd.read_csv(io.StringIO(shown.stdout))["text"].tolist() == TEXTS


def test_a_file_whose_name_says_no_format_is_read_in_the_format_that_is_named():
    Path("new.export").write_text("text\tid\ngood\t7\n")
    assert "export" in CliRunner().invoke(app, ["predict", "new.export"]).output
    shown = CliRunner().invoke(app, ["predict", "new.export", "--format", "tsv"])
    assert pd.read_csv(io.StringIO(shown.stdout))["id"].tolist() == [7]


def test_new_texts_are_labelled_from_any_folder_and_keep_their_columns_and_order(tmp_path, monkeypatch):
    folder = tmp_path / "deep/er"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    pd.DataFrame({"id": ["007", "8", "9"], "text": TEXTS}).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv"])
    table = pd.read_csv(io.StringIO(shown.stdout), dtype={"id": str})
    assert table.columns.tolist() == ["id", "text", "predicted", "p_no", "p_yes", "spread"]
    assert (table["id"].tolist(), table["text"].tolist()) == (["007", "8", "9"], TEXTS)
    assert (table["predicted"] == np.where(table["p_yes"] > table["p_no"], "yes", "no")).all()
    written = CliRunner().invoke(app, ["predict", "new.csv", "--out", "labelled.csv"])
    assert written.exit_code == 0
    pd.testing.assert_frame_equal(pd.read_csv("labelled.csv", dtype={"id": str}), table)


def test_without_a_name_the_column_is_that_of_the_training():
    pd.DataFrame({"text": ["", "", ""], "body": TEXTS}).to_csv("new.csv", index=False)
    Path("params.yaml").write_text("prepare:\n  text_column: body\n")
    Path("final").mkdir()
    Path("final/final.json").write_text('{"text_column": "body", "temperature": 1.0}')
    shutil.copytree("models", "final", dirs_exist_ok=True)
    named = CliRunner().invoke(app, ["predict", "new.csv", "--column", "body"]).stdout
    for options in ([], ["--model", "final"]):
        assert CliRunner().invoke(app, ["predict", "new.csv", *options]).stdout == named


def test_an_export_labels_without_tensorflow():
    export = MODELS.parent / "export-onnx"
    pd.DataFrame({"text": TEXTS}).to_csv("new.csv", index=False)
    program = (
        "import sys; from typer.testing import CliRunner; from gapwise.commands.app import app\n"
        f"print(CliRunner().invoke(app, ['predict', 'new.csv', '--model', {str(export)!r}]).stdout)\n"
        "assert 'tensorflow' not in sys.modules"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert pd.read_csv(io.StringIO(printed))["text"].tolist() == TEXTS


def test_the_file_to_label_is_not_replaced():
    Path("ragged.csv").write_text("id,text\n1,a\n2,b,c\n")
    Path("link.csv").symlink_to("ragged.csv")
    for out in ("ragged.csv", "./ragged.csv", "link.csv"):
        shown = CliRunner().invoke(app, ["predict", "ragged.csv", "--out", out])
        assert (
            "--out would replace ragged.csv, the file to label, and rows that cannot be read with it." in shown.output
        )
    assert Path("ragged.csv").read_text() == "id,text\n1,a\n2,b,c\n"


def test_params_that_are_not_valid_are_told_and_no_column_is_guessed():
    pd.DataFrame({"body": TEXTS}).to_csv("new.csv", index=False)
    Path("params.yaml").write_text("<<<<<<< HEAD\nprepare:\n")
    shown = CliRunner().invoke(app, ["predict", "new.csv"])
    assert "workspace: its params.yaml is not valid; `dvc repro` says where" in shown.output


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ({"body": ["a"]}, [], "new.csv has no column 'text'; there are 'body': name one with --column."),
        (
            {"id": [1, 2], "text": ["", " "]},
            [],
            "new.csv cannot be labelled: column 'text' holds no text in any row.",
        ),
        ({"text": ["a"]}, ["--threshold", "1.5"], "--threshold must be from 0 to 1; got 1.5."),
        ({"text": ["a"]}, ["--out", "a.xlsx"], "--out must end in one of .csv, .tsv, .jsonl, .parquet; got a.xlsx."),
        ({"text": ["a"], "spread": [1]}, [], "new.csv already has what would be added: 'spread'; rename or remove it."),
        (
            {"text": ["a"]},
            ["--model", "none"],
            "none. `dvc repro` makes models/, `gapwise final` final/, `gapwise export` those in exports/.",
        ),
        ({"text": ["a"]}, ["--rev", "x", "--model", "y"], "--model names a folder and --rev a revision's models/"),
        (None, [], "new.csv cannot be read: No such file or directory."),
    ],
)
def test_a_mistake_is_a_message(rows, options, message):
    if rows:
        pd.DataFrame(rows).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv", *options])
    assert shown.exit_code == 1
    assert message in shown.output
    assert "Traceback" not in shown.output
