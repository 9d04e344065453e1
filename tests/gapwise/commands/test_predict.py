import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gapwise.commands.app import app
from gapwise.commands.predict import mean_probabilities
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


def test_the_mean_of_all_repeats_is_predicted():
    description = read_description()
    weights = list(read_weights(description))
    alone = [mean_probabilities(description, [values], TEXTS) for values in weights]
    both = mean_probabilities(description, weights, TEXTS)
    assert np.abs(alone[0] - alone[1]).max() > 0.001
    np.testing.assert_allclose(both, (alone[0] + alone[1]) / 2, atol=1e-9)


def test_new_texts_are_labelled_from_any_folder_and_keep_their_columns_and_order(tmp_path, monkeypatch):
    folder = tmp_path / "deep/er"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    pd.DataFrame({"id": ["007", "8", "9"], "text": TEXTS}).to_csv("new.csv", index=False)
    shown = CliRunner().invoke(app, ["predict", "new.csv"])
    table = pd.read_csv(io.StringIO(shown.stdout), dtype={"id": str})
    assert table.columns.tolist() == ["id", "text", "predicted", "p_no", "p_yes"]
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
            {"id": [1, 2, 3], "text": ["a", " ", "b"]},
            [],
            "column 'text' is empty or no text in row 2; fill it, or leave it out",
        ),
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
