"""Each format is written, run by its own runtime in a process of its own, and compared with Keras."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats, Texts
from gapwise.commands.app import app
from gapwise.disk.io import write_table
from gapwise.encoding.runtime import keras
from gapwise.exporting.checking import Checked, require_equal
from gapwise.exporting.formats import FORMATS, Source
from gapwise.labelling.exported import Exported
from gapwise.labelling.networks import Networks
from gapwise.runs.models import read_description, read_weights, write_model
from gapwise.texts.cleaning import text_id
from tests.conftest import WORDS

MODELS = Path(__file__).parents[2] / "fixtures/model-version-1"

GIT = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org"]


def texts(count=40):
    rng = np.random.default_rng(0)
    made = {" ".join(rng.choice(WORDS, length)) for length in rng.integers(1, 12, count)}
    return [*sorted(made), "Unknown wörds, [SEP] and “quotes”…", "market " * 60]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A DVC project with a final network, and with the texts that its repeats validated on."""
    import pandas as pd

    shutil.copytree(MODELS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for command in (["git", "init", "-q"], [*GIT, "commit", "-q", "--allow-empty", "-m", "A"], ["dvc", "init", "-q"]):
        subprocess.run(command, check=True)
    description = read_description()
    weights, _ = read_weights(description)
    write_model(description.model_copy(update={"repeats": 1}), [weights], Path("final"))
    about = {"version": 1, "temperature": 1.7, "epochs": 2, "commit": "0" * 40}
    Path("final/final.json").write_text(json.dumps(about))
    Path("final/README.md").write_text("# The card\n\n## How to load it\n\nBy `gapwise predict`.\n")
    rows = pd.DataFrame({"text": [text.strip() for text in texts()]})
    rows = rows.assign(text_id=rows["text"].map(text_id), row=rows.index + 1, label="yes", part=None)
    rows["group"] = rows["text_id"]
    kinds = {"text_id": "str", "text": "str", "label": "str", "group": "str", "part": "str"}
    write_table("data/development.parquet", rows.astype(kinds), Texts)
    repeats = pd.DataFrame({"repeat": 0, "text_id": rows["text_id"], "part": "validation"})
    write_table("data/repeats.parquet", repeats.astype({"text_id": "str", "part": "str"}), Repeats)
    yield tmp_path
    keras.backend.clear_session()


def export(*arguments):
    done = CliRunner().invoke(app, ["export", *arguments])
    assert "Traceback" not in done.output
    return done


@pytest.mark.parametrize(
    "name", ["onnx", *(pytest.param(one, marks=pytest.mark.slow) for one in ("saved_model", "openvino", "litert"))]
)
def test_an_export_says_what_the_network_says_in_its_own_runtime(project, name):
    done = export("--to", name)
    assert done.exit_code == 0, done.output
    about = json.loads(Path(f"exports/{name}/export.json").read_text())
    assert (about["classes"], about["format"], about["temperature"]) == (["no", "yes"], name, 1.7)
    checked = about["checked"]
    assert (checked["rows"], checked["flips"]) == (len(texts()), 0)
    assert checked["largest"] < 1e-5
    assert checked["tensorflow"] == (name == "saved_model")
    description = read_description(Path("final"))
    expected = Networks(description, list(read_weights(description, Path("final"))), 1.7).probabilities(texts())
    np.testing.assert_allclose(Exported(Path(f"exports/{name}")).probabilities(texts()), expected, atol=1e-5)
    card = Path(f"exports/{name}/README.md").read_text()
    assert card.startswith("# The card\n\n## How to load it\n")
    assert f"\n\n## This export: {name}\n\n- On all {len(texts())} validation texts" in card
    program = card.split("```python\n")[1].split("```")[0].replace("The market rose.", texts()[0])
    alone = [sys.executable, "-W", "ignore", "-c", program]
    printed = subprocess.run(alone, cwd=f"exports/{name}", capture_output=True, text=True, check=True).stdout
    assert ["no", "yes"][expected.mean(axis=0)[0].argmax()] in printed
    assert f"{expected.mean(axis=0)[0].max():.4f}"[:5] in printed


@pytest.mark.parametrize(
    "name", ["onnx", *(pytest.param(one, marks=pytest.mark.slow) for one in ("saved_model", "openvino", "litert"))]
)
def test_an_export_of_several_networks_gives_the_mean_of_their_probabilities(project, name):
    description = read_description()
    weights = list(read_weights(description))
    write_model(description, weights, Path("final"))
    Path("final/final.json").write_text(json.dumps({"version": 1, "temperature": 1.7, "commit": "0" * 40}))
    done = export("--to", name)
    assert done.exit_code == 0, done.output
    by_network = Networks(description, weights, 1.7).probabilities(texts())
    assert np.abs(by_network[0] - by_network[1]).max() > 0.01
    found = Exported(Path(f"exports/{name}")).probabilities(texts())
    np.testing.assert_allclose(found, by_network.mean(axis=0, keepdims=True), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx", "saved_model"])
def test_an_export_puts_the_prefix_before_each_text(project, name):
    description = read_description(Path("final"))
    weights = list(read_weights(description, Path("final")))
    write_model(description.model_copy(update={"prefix": "not good: "}), weights, Path("final"))
    Path("final/final.json").write_text(json.dumps({"version": 1, "temperature": 1.7, "commit": "0" * 40}))
    assert export("--to", name).exit_code == 0
    expected = Networks(description, weights, 1.7).probabilities([f"not good: {text}" for text in texts()])
    np.testing.assert_allclose(Exported(Path(f"exports/{name}")).probabilities(texts()), expected, atol=1e-5)


@pytest.mark.slow
def test_weights_of_8_bits_differ_and_what_they_cost_is_said(project):
    done = export("--to", "onnx", "--quantize", "int8")
    assert done.exit_code == 0, done.output
    assert "validation texts get another label; the accuracy on them changes by" in done.output
    assert json.loads(Path("exports/onnx-int8/export.json").read_text())["checked"]["largest"] > 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_weights_of_8_bits_take_a_third_of_the_room(name, tmp_path):
    ids, mask = (keras.Input((None,), dtype="int32", name=one) for one in ("token_ids", "padding_mask"))
    hidden = keras.layers.Dense(1024)(keras.layers.Dense(512)(keras.ops.one_hot(ids + mask, 512)))
    source = Source(keras.Model([ids, mask], hidden), [], None)
    FORMATS[name].write(source, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.stat().st_size
    FORMATS[name].write_small(source, tmp_path)
    assert file.stat().st_size < whole / 3


@pytest.mark.slow
def test_a_saved_model_is_served_by_a_process_that_has_tensorflow_text_alone(project):
    assert export("--to", "saved_model").exit_code == 0
    program = (
        "import sys, tensorflow as tf, tensorflow_text\n"
        "served = tf.saved_model.load('exports/saved_model/saved_model')\n"
        "found = served(tf.constant(['the market rose', 'not good']))\n"
        "assert 'keras_hub' not in sys.modules\n"
        "print([one.decode() for one in found['label'].numpy()])\n"
    )
    printed = subprocess.run(["python", "-c", program], capture_output=True, text=True, check=True).stdout
    assert set(json.loads(printed.replace("'", '"'))) <= {"no", "yes"}


@pytest.mark.slow
def test_an_export_labels_the_texts_of_a_file(project):
    assert export("--to", "onnx").exit_code == 0
    Path("new.csv").write_text("text\nthe market rose\n")
    shown = CliRunner().invoke(app, ["predict", "new.csv", "--model", "exports/onnx"])
    assert shown.stdout.splitlines()[0] == "text,predicted,p_no,p_yes,spread"
    again = CliRunner().invoke(app, ["predict", "new.csv", "--model", "final"])
    np.testing.assert_allclose(*(float(one.stdout.splitlines()[1].split(",")[2]) for one in (shown, again)), atol=2e-6)


def checked(**changed):
    values = {"rows": 9, "flips": 0, "largest": 1e-6, "accuracy": 0.0, "accuracy_low": 0.0, "accuracy_high": 0.0}
    return Checked(**values | {"milliseconds": 1.0, "tensorflow": False} | changed)


@pytest.mark.parametrize("changed", [{"flips": 1}, {"largest": 2e-4}])
def test_what_says_something_else_is_refused(changed):
    require_equal(checked(), "exports/onnx")
    with pytest.raises(UserError, match="exports/onnx was not written, as it does not say what the network says"):
        require_equal(checked(**changed), "exports/onnx")


@pytest.mark.parametrize(
    ("prepare", "arguments", "message"),
    [
        (lambda: shutil.rmtree("final"), [], "final is not what `gapwise final` writes: final.json is missing."),
        (lambda: Path("exports/onnx").mkdir(parents=True), [], "exports/onnx exists and is no export; name another"),
        (lambda: None, ["--quantize", "int8", "--to", "openvino"], "--quantize int8 is for onnx, litert; no tool here"),
    ],
)
def test_a_mistake_is_a_message(project, prepare, arguments, message):
    prepare()
    done = export("--to", "onnx", *arguments)
    assert done.exit_code == 1
    assert message in done.output


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "export.json").unlink(), "is no export: export.json is missing"),
        (lambda folder: (folder / "export.json").write_text("{"), "export.json is damaged"),
        (lambda folder: (folder / "export.json").write_text('{"version": 9}'), "is an export of version 9, and this"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no"), "cannot be loaded"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "cannot be loaded"),
    ],
)
def test_an_export_that_is_not_whole_is_a_message(damage, message, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    about = {"version": 1, "format": "onnx", "classes": ["no", "yes"], "pad": 0}
    (folder / "export.json").write_text(json.dumps(about))
    damage(folder)
    with pytest.raises(UserError, match=message):
        Exported(folder)
