"""A rotation, run end to end by DVC in a clone of the project, and what commands make of it."""

import json

import pytest
from safetensors.numpy import load_file

from gapwise.base.tables import parts_of
from tests.clones import SETTINGS, some_articles, start

ROTATED = SETTINGS | {"split": {"train_size": 20, "repeats": 2, "rotate": 3}, "augment": {"methods": []}}


@pytest.fixture(scope="module")
def rotated(tmp_path_factory, samples, tiny_folder):
    clone = start(tmp_path_factory.mktemp("rotated") / "one", some_articles(samples, 20), tiny_folder, ROTATED)
    clone.log = clone.run("dvc", "repro")
    clone.commit()
    return clone


def test_every_row_is_predicted_once_by_each_repeat_and_by_none_that_saw_it(rotated):
    texts, predictions, repeats = (rotated.table(name) for name in ("dataset", "predictions", "repeats"))
    tested = predictions[predictions["part"] == "test"]
    assert (tested["text_id"].value_counts() == 2).all()
    assert set(tested["text_id"]) == set(texts["text_id"])
    for repeat in range(6):
        parts = parts_of(repeats, repeat)
        of_repeat = predictions[predictions["repeat"] == repeat].set_index("text_id")["part"]
        assert of_repeat.sort_index().equals(parts.sort_index())


def test_the_metrics_are_of_all_rows(rotated):
    metrics = json.loads((rotated.folder / "metrics/evaluate.json").read_text())
    texts, predictions = rotated.table("dataset"), rotated.table("predictions")
    tested = predictions[predictions["part"] == "test"]
    right = tested["label"] == tested["predicted"]
    assert {name: metrics[name] for name in ("repeats", "rotations", "test_rows")} == {
        "repeats": 2,
        "rotations": 3,
        "test_rows": len(texts),
    }
    assert metrics["test"]["accuracy"] == pytest.approx(right.mean(), abs=1e-6)
    baselines = rotated.table("baseline_predictions").query("baseline == 'tfidf' and part == 'test'")
    assert metrics["baseline"]["tfidf"] == pytest.approx(
        (baselines["label"] == baselines["predicted"]).mean(), abs=1e-6
    )
    assert (baselines["text_id"].value_counts() == 2).all()


def test_labels_of_the_rows_that_a_repeat_is_tested_on_change_no_bit_of_its_network(rotated, tmp_path):
    file = rotated.folder / "data/development.parquet"
    original, development = file.read_bytes(), rotated.table("development")
    tested = parts_of(rotated.table("repeats"), 1).loc[lambda parts: parts == "test"].index
    inside = development["text_id"].isin(tested)
    shuffled = development.loc[inside, "label"].sample(frac=1, random_state=0).array
    assert (shuffled != development.loc[inside, "label"]).any()
    before = {path.name: load_file(path) for path in (rotated.folder / "models").glob("*.safetensors")}
    try:
        file.unlink()  # a link into the cache
        development.loc[inside, "label"] = shuffled
        development.to_parquet(file, index=False)
        rotated.run("python", "-m", "stages.finetune")
        after = {path.name: load_file(path) for path in (rotated.folder / "models").glob("*.safetensors")}
    finally:
        file.write_bytes(original)
        rotated.run("dvc", "checkout", "-f", "-q")
    same = [
        name for name in sorted(before) if all((after[name][key] == before[name][key]).all() for key in before[name])
    ]
    assert same == ["repeat-1.safetensors", "repeat-4.safetensors"]


def test_compare_plan_and_final_know_the_rotation(rotated):
    rotated.run("dvc", "exp", "run", "-S", "finetune.l2=0.5", "-n", "strong")
    rotated.run("git", "checkout", "-q", ".")
    rotated.run("dvc", "checkout", "-q")
    rows = len(rotated.table("dataset"))
    answer = json.loads(
        rotated.run("gapwise", "compare", "main", "strong", "--json", "--html", "page.html").split("Wrote")[0]
    )
    assert (answer["repeats"], answer["rotations"], answer["test_rows"]) == (2, 3, rows)
    assert answer["settings"][0]["repeats"] == 2
    shown = rotated.run("gapwise", "compare", "main", "strong")
    assert f"{rows} test rows" in shown
    assert "2 shared repeats in each of 3 rotations" in " ".join(shown.split())
    assert "2 repeats in each of 3 rotations" in " ".join(rotated.run("gapwise", "plan").split())
    errors = json.loads(rotated.run("gapwise", "errors", "main", "strong", "--json"))
    assert (errors["rotations"], errors["test"]["repeats"], errors["test"]["texts"]) == (3, 2, rows)
    metrics = json.loads((rotated.folder / "metrics/evaluate.json").read_text())
    assert errors["test"]["accuracy"] == pytest.approx(metrics["test"]["accuracy"], abs=1e-6)
    ends = ("value", "low", "high")
    assert [errors["against"][end] for end in ("difference", *ends[1:])] == pytest.approx(
        [answer["contrasts"][0]["difference"][end] for end in ends]
    )
    told = " ".join(rotated.run("gapwise", "errors").split())
    assert "2 repeats in each of 3 rotations; train rows do not count" in told
    assert "In a rotation every row is a test row." in told
    assert "gapwise labels --rev one-part" in rotated.run("gapwise", "labels", fails=True)
    told = rotated.run("gapwise", "final")
    assert f"Training on {rows} rows (all; each was tested in a rotation)" in told
    assert "means of 6 networks of the same settings" in (rotated.folder / "final/README.md").read_text()
    refused = rotated.run("dvc", "exp", "run", "-S", "split.rotate=null", "-n", "once")
    assert "once" in refused
    rotated.run("git", "checkout", "-q", ".")
    rotated.run("dvc", "checkout", "-q")
    assert "once: other test rows than main" in rotated.run("gapwise", "compare", "main", "once", fails=True)


def test_more_parts_than_a_class_has_groups_is_a_message(rotated):
    log = rotated.run("dvc", "exp", "run", "-S", "split.rotate=500", fails=True)
    assert "split.rotate is 500: the rows cannot be divided into so many test parts" in log
    assert ", add rows, leave the class out, or group less" in log
    rotated.run("git", "checkout", "-q", ".")
