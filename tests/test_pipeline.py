"""The real dvc.yaml, run end to end by DVC in clones of the project, on real texts and a tiny encoder."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from huggingface_hub import ModelCard
from safetensors.numpy import load_file

from tests.clones import copy_project, some_articles, stages_run, start


@pytest.fixture(scope="module")
def finished(reference, tmp_path_factory):
    """A copy of the reference, for experiments."""
    return reference.copy(tmp_path_factory.mktemp("clones") / "one")


def test_all_stages_run_in_order(reference):
    ran = stages_run(reference.log)
    assert ran == ["samples", "prepare", "split", "augment", "tokenize", "finetune", "baseline", "evaluate"]


def test_the_log_of_finetune_is_one_line_per_epoch(reference):
    log = reference.log.split("> python -m stages.finetune")[1].split("Updating lock file")[0]
    lines = [line.split(":")[0] for line in log.splitlines() if line]
    assert lines == [f"repeat {repeat} of 2, epoch  {epoch} of 2" for repeat in (1, 2) for epoch in (1, 2)]


def test_the_log_of_evaluate_is_the_result(reference):
    log = reference.log.split("> python -m stages.evaluate")[1].splitlines()
    metrics = json.loads((reference.folder / "metrics/evaluate.json").read_text())
    test = metrics["test"]
    assert log[1] == (
        f"accuracy {test['accuracy']:.3f} ({test['accuracy_low']:.3f} to {test['accuracy_high']:.3f}) on "
        f"{metrics['test_rows']} test texts, the mean of 2 repeats; "
        f"{metrics['validation']['accuracy']:.3f} on validation, {metrics['train']['accuracy']:.3f} on train"
    )
    assert log[2].startswith(f"without fine-tuning: majority {metrics['baseline']['majority']:.3f}, tfidf ")


def test_a_second_repro_has_nothing_to_do(finished):
    assert "Data and pipelines are up to date." in finished.run("dvc", "repro")


@pytest.mark.slow
def test_another_clone_with_other_workers_and_threads_has_the_same_outputs_to_the_bit(
    reference, samples, tiny_folder, tmp_path
):
    threads = {"GAPWISE_WORKERS": "2", "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}
    other = start(tmp_path / "two", some_articles(samples), tiny_folder, **threads)
    other.run("dvc", "repro")
    assert other.outputs() == reference.outputs()
    assert len(other.outputs()) == 28


def test_the_metrics_are_what_tools_and_teammates_rely_on(finished):
    metrics = json.loads((finished.folder / "metrics/evaluate.json").read_text())
    scores = {"accuracy", "macro_f1", "log_loss", "calibration_error"}
    bounds = {"accuracy_low", "accuracy_high", "macro_f1_low", "macro_f1_high", "detectable_difference"}
    assert {name: set(value) for name, value in metrics.items() if isinstance(value, dict)} == {
        "test": scores | bounds | {"log_loss_scaled", "calibration_error_scaled"},
        "validation": scores,
        "train": scores,
        "gap": {"accuracy", "log_loss"},
        "mean_of_repeats": scores | {"accuracy_low", "accuracy_high"},
        "baseline": {"majority", "tfidf", "frozen"},
        "baseline_intervals": {"majority", "tfidf", "frozen"},
    }
    assert (metrics["repeats"], metrics["test_rows"]) == (2, len(finished.table("test")))
    assert metrics["temperature"] > 0


def test_no_group_and_no_near_duplicate_straddles_parts(finished):
    texts = finished.table("dataset").set_index("text_id")
    sealed = texts.loc[finished.table("test")["text_id"], "group"]
    for _, rows in finished.table("repeats").groupby("repeat"):
        groups = [set(sealed), *(set(texts.loc[part["text_id"], "group"]) for _, part in rows.groupby("part"))]
        assert len(groups) == 3
        assert sum(map(len, groups)) == len(set.union(*groups))


def test_every_variant_comes_from_a_row_that_some_repeat_trains_on(finished):
    repeats = finished.table("repeats")
    variants = finished.table("augmented")
    assert len(variants) > 60
    assert set(variants["source_id"]) <= set(repeats.query("part == 'train'")["text_id"])


def test_every_test_text_is_predicted_by_every_repeat(finished):
    counts = (
        finished.table("predictions").query("part == 'test'").groupby("text_id")["repeat"].agg(["min", "max", "size"])
    )
    assert counts.drop_duplicates().to_numpy().tolist() == [[0, 1, 2]]
    assert sorted(counts.index) == sorted(finished.table("test")["text_id"])


def test_only_what_was_trained_is_saved(finished):
    paths = {path.split("/")[0] for path in load_file(finished.folder / "models/repeat-0.safetensors")}
    assert paths == {"transformer_layer_1", "transformer_layer_2", "head"}


@pytest.mark.slow
def test_permuting_the_labels_of_the_test_rows_leaves_the_models_as_they_are(finished, tmp_path):
    blind = copy_project(tmp_path / "blind")
    for name in ("data", "presets", "params.yaml"):
        copy = shutil.copytree if (finished.folder / name).is_dir() else shutil.copy
        shutil.rmtree(blind.folder / name, ignore_errors=True)
        copy(finished.folder / name, blind.folder / name)
    test = blind.table("test")
    labels = np.random.default_rng(0).permutation(test["label"])
    assert (labels != test["label"]).sum() > 5
    test.assign(label=pd.array(labels, dtype="str")).to_parquet(blind.folder / "data/test.parquet", index=False)
    blind.run("git", "init", "-q")
    blind.commit()
    for stage in ("augment", "tokenize", "finetune"):
        blind.run("python", "-m", f"stages.{stage}")
    for name in ("model.json", "repeat-0.safetensors", "repeat-1.safetensors"):
        assert (blind.folder / "models" / name).read_bytes() == (finished.folder / "models" / name).read_bytes()


def test_an_experiment_on_the_recipe_reruns_finetune_and_evaluate_alone(finished):
    log = finished.run("dvc", "exp", "run", "-S", "finetune.l2=0.5", "-S", "finetune.dropout=0.5", "-n", "strong")
    assert stages_run(log) == ["finetune", "evaluate"]
    shown = json.loads(finished.run("dvc", "exp", "diff", "HEAD", "strong", "--json"))
    assert shown["params"]["params.yaml"] == {
        "finetune.l2": {"old": 0.1, "new": 0.5, "diff": 0.4},
        "finetune.dropout": {"old": 0.1, "new": 0.5, "diff": 0.4},
    }
    assert "test.log_loss" in shown["metrics"]["metrics/evaluate.json"]
    assert "strong" in finished.run("dvc", "exp", "show", "--csv")


def test_a_comparison_of_the_experiment_with_its_commit_reads_both_runs_and_knows_their_times(finished):
    answer = json.loads(finished.run("python", "-m", "gapwise", "compare", "HEAD", "strong", "--json"))
    assert (answer["baseline"], answer["repeats"], answer["test_rows"]) == ("HEAD", 2, len(finished.table("test")))
    assert [one["params"] for one in answer["settings"]] == [
        {"finetune.l2": 0.1, "finetune.dropout": 0.1},
        {"finetune.l2": 0.5, "finetune.dropout": 0.5},
    ]
    assert [one["epochs"] for one in answer["settings"]] == [4, 4]
    assert all(one["seconds"] > 0 for one in answer["settings"])
    metrics = json.loads(finished.run("git", "show", "HEAD:metrics/evaluate.json"))
    assert answer["settings"][0]["test"]["accuracy"]["value"] == pytest.approx(metrics["test"]["accuracy"], abs=1e-6)


def test_the_final_network_is_trained_on_all_rows_and_its_card_has_the_figures_of_the_repeats(finished):
    said = finished.run("gapwise", "final", "--license", "cc-by-4.0")
    rows = len(finished.table("development"))
    assert f"Training on {rows} rows (train and validation rows; the test stays sealed)" in said
    metrics = json.loads((finished.folder / "metrics/evaluate.json").read_text())
    card = ModelCard.load(finished.folder / "final/README.md")
    assert card.data.license == "cc-by-4.0"
    assert {one.metric_type: one.metric_value for one in card.data.eval_results} == {
        "accuracy": metrics["test"]["accuracy"],
        "f1": metrics["test"]["macro_f1"],
        "log_loss": metrics["test"]["log_loss_scaled"],
        "calibration_error": metrics["test"]["calibration_error_scaled"],
    }
    assert f"| accuracy | {metrics['test']['accuracy']:.3f} |" in card.text
    about = json.loads((finished.folder / "final/final.json").read_text())
    kept = pd.read_csv(finished.folder / "metrics/plots/epochs.csv").query("kept == 1 and part == 'train'")["epoch"]
    assert about["temperature"] == metrics["temperature"] != 1
    assert (about["rows"], about["epochs"]) == (rows, sorted(kept)[(len(kept) - 1) // 2])


@pytest.mark.slow
def test_a_final_network_is_the_same_to_the_bit_and_may_have_the_test_rows_too(finished):
    rows = len(finished.table("development"))
    for folder in ("one", "two"):
        finished.run("gapwise", "final", "--out", folder)
    one, two = ((finished.folder / folder / "repeat-0.safetensors").read_bytes() for folder in ("one", "two"))
    assert one == two
    for folder in ("one", "two"):
        shutil.rmtree(finished.folder / folder)
    finished.run("gapwise", "final", "--with-test", "--out", "other")
    with_test = json.loads((finished.folder / "other/final.json").read_text())
    assert with_test["rows"] == rows + len(finished.table("test"))
    assert "it has seen the test texts" in (finished.folder / "other/README.md").read_text()
    shutil.rmtree(finished.folder / "other")


def test_of_several_final_networks_the_first_is_the_one_alone_and_the_card_says_that_the_mean_is_given(finished):
    finished.run("gapwise", "final", "--out", "one")
    said = finished.run("gapwise", "final", "--networks", "2", "--out", "two")
    assert "network 2 of 2, epoch " in said
    metrics = json.loads((finished.folder / "metrics/evaluate.json").read_text())
    expected = [f"{metrics[name]['accuracy']:.3f} (" for name in ("test", "mean_of_repeats")]
    assert f"Wrote two: expect an accuracy of {expected[0]}" in said
    assert f"It gives their mean; the mean of all {metrics['repeats']} repeats had {expected[1]}" in said
    card = " ".join((finished.folder / "two/README.md").read_text().split())
    assert "Its probabilities are the mean of 2 networks" in card
    assert "scaled by a temperature" not in card
    assert f"and a log loss of {metrics['mean_of_repeats']['log_loss']:.3f}." in card
    about = {name: json.loads((finished.folder / name / "final.json").read_text()) for name in ("one", "two")}
    assert (about["one"]["temperature"], about["two"]["temperature"]) == (metrics["temperature"], 1.0)
    assert f"The mean of the {metrics['repeats']} had an accuracy of {expected[1]}" in card
    first, second = (finished.folder / f"two/repeat-{number}.safetensors" for number in (0, 1))
    assert first.read_bytes() == (finished.folder / "one/repeat-0.safetensors").read_bytes() != second.read_bytes()
    (finished.folder / "new.csv").write_text("text\nThe market rose.\n")
    labelled = [
        pd.read_csv(io.StringIO(finished.run("gapwise", "predict", "new.csv", "--model", folder)))
        for folder in ("one", "two")
    ]
    assert labelled[0]["spread"].item() == 0 < labelled[1]["spread"].item()
    (finished.folder / "new.csv").unlink()
    for folder in ("one", "two"):
        shutil.rmtree(finished.folder / folder)


def test_the_final_network_of_a_run_that_is_not_whole_is_refused(finished):
    finished.set_params({"finetune": {"dropout": 0.3}})
    said = finished.run("gapwise", "final", fails=True)
    assert "its params were changed after the run (finetune.dropout from " in said
    assert "; run `dvc repro`" in said
    assert "Traceback" not in said
    finished.run("git", "checkout", "-q", ".")


def test_a_plan_knows_the_run_of_the_commit_and_its_time(finished):
    plan = finished.run("python", "-m", "gapwise", "plan", "--from", "HEAD", "--difference", "0.02")
    assert "Training took" in plan
    assert "a difference of 2.0 points" in " ".join(plan.lower().split())  # the lines are filled


@pytest.mark.slow
@pytest.mark.parametrize("setting", sorted(path.name for path in Path("settings").iterdir()))
def test_a_named_setting_is_given_as_it_is_and_scaled_scores_stand_beside_the_raw_ones(finished, setting):
    lines = (finished.folder / "settings" / setting).read_text().split()
    small = ["freeze=1", "epochs=2", "early_stopping.min_epochs=1"]  # for a tiny encoder
    changes = [f"finetune.{one}" for one in small]
    finished.run("dvc", "exp", "run", *lines, *(word for one in changes for word in ("-S", one)))
    metrics = json.loads((finished.folder / "metrics/evaluate.json").read_text())
    assert 0.1 <= metrics["temperature"] <= 10
    assert metrics["temperature"] != 1
    scaled = {name: metrics["test"][f"{name}_scaled"] for name in ("log_loss", "calibration_error")}
    assert all(value != metrics["test"][name] for name, value in scaled.items())
    finished.run("git", "checkout", "-q", ".")
    finished.run("dvc", "checkout", "-q")


@pytest.mark.slow
def test_a_queued_grid_runs_from_one_command(finished):
    finished.run("dvc", "exp", "run", "--queue", "-S", "finetune.freeze=0,2", "-S", "finetune.epochs=1")
    finished.run("dvc", "exp", "run", "--run-all")
    table = pd.read_csv(pd.io.common.StringIO(finished.run("dvc", "exp", "show", "--csv")))
    assert {0, 2} <= set(table["finetune.freeze"].dropna())
    answer = json.loads(finished.run("python", "-m", "gapwise", "compare", "--all", "--json"))
    assert len(answer["contrasts"]) == len(finished.run("dvc", "exp", "list", "--name-only").split()) >= 2
    assert all(one["seconds"] > 0 for one in answer["settings"])
    assert table["test.accuracy"].notna().sum() >= 4


@pytest.mark.slow
def test_a_mistake_in_any_section_stops_the_first_stage_with_all_mistakes_and_no_traceback(finished):
    log = finished.run(
        "dvc", "exp", "run", "-S", "prepare.near_duplicate_similarity=1.5", "-S", "finetune.dropout=2", fails=True
    )
    assert "prepare.near_duplicate_similarity: " in log
    assert "finetune.dropout: must be a number, at least 0, below 1; got 2" in log
    assert "Traceback" not in log
    finished.run("git", "checkout", "-q", ".")
    finished.run("dvc", "checkout", "-q")
