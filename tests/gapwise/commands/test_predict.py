import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gapwise.commands import predict
from gapwise.commands.app import app
from gapwise.commands.predict import labels, probabilities
from gapwise.runs.models import read_description, read_weights

MODELS = Path(__file__).parents[2] / "fixtures/model-version-1"
TEXTS = ["the market rose sharply", "weak earnings fell again", "not good"]


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A DVC project with the networks of two repeats."""
    shutil.copytree(MODELS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for command in (
        ["git", "init", "-q"],
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "First"],
        ["dvc", "init", "-q"],
    ):
        subprocess.run(command, check=True)


def test_each_repeat_predicts_and_the_label_is_that_of_their_mean(monkeypatch):
    description = read_description()
    weights = list(read_weights(description))
    both = probabilities(description, weights, TEXTS)
    assert both.shape == (2, 3, 2)
    np.testing.assert_allclose(both.sum(axis=2), 1, atol=1e-6)
    np.testing.assert_allclose(both[1], probabilities(description, weights[1:], TEXTS)[0], atol=1e-9)
    monkeypatch.setattr(predict, "AT_ONCE", 2)
    np.testing.assert_allclose(probabilities(description, weights, TEXTS), both, atol=1e-6)


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


def test_standard_input_is_read_in_the_format_that_is_named():
    lines = "".join(f'{{"text": "{text}"}}\n' for text in TEXTS)
    shown = CliRunner().invoke(app, ["predict", "-", "--format", "jsonl"], input=lines)
    assert pd.read_csv(io.StringIO(shown.stdout))["text"].tolist() == TEXTS


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
