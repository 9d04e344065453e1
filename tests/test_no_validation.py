"""A run without validation rows, end to end by DVC in a clone of the project, and what commands make of it."""

import json

import pandas as pd
import pytest

from tests.clones import SETTINGS, some_articles, start

WITHOUT = SETTINGS | {
    "split": {"validation_fraction": 0, "train_size": None, "repeats": 2},
    "augment": {"methods": ["delete"], "variants": 1, "class_sentence": "This text is {}."},
    "finetune": {
        "freeze": 1,
        "epochs": 2,
        "head_init": "probe",
        "head_refit": True,
        "early_stopping": {"monitor": "loss", "patience": 2, "min_delta": 0.0, "min_epochs": 2},
    },
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory, samples, tiny_folder):
    made = start(tmp_path_factory.mktemp("without") / "one", some_articles(samples, 25), tiny_folder, WITHOUT)
    made.log = made.run("dvc", "repro")
    made.commit()
    return made


def test_every_development_row_is_trained_on_for_all_epochs(clone):
    development, repeats = clone.table("development"), clone.table("repeats")
    assert (repeats["part"] == "train").all()
    assert repeats.groupby("repeat")["text_id"].apply(set).tolist() == [set(development["text_id"])] * 2
    assert "validates on none" in clone.log
    assert "all repeats train on the same rows" in clone.log
    epochs = pd.read_csv(clone.folder / "metrics/plots/epochs.csv")
    assert set(epochs["part"]) == {"train"}
    assert epochs.loc[epochs["kept"] == 1, "epoch"].tolist() == [2, 2]


def test_the_sentence_of_its_class_stands_beside_every_text(clone):
    development = clone.table("development").set_index("text_id")
    sentences = clone.table("augmented").query("method == 'class_sentence'").set_index("source_id")["text"]
    expected = "This text is " + development["label"] + "."
    assert sentences.to_dict() == expected.to_dict()
    assert "Beside each text stands the sentence of its class: 'This text is negative.' and 'This text is" in clone.log
    assert set(clone.table("tokens/development")["source_id"]) == set(development.index)


def test_each_repeat_says_whether_the_sentences_are_trained_on_and_keeps_what_it_chose_by(clone):
    for repeat in (0, 1):
        told = json.loads((clone.folder / f"metrics/training/repeat-{repeat}/class_sentences.json").read_text())
        kept = told["nearest_to_mean"] - told["nearest_to_sentence"] <= 0.15
        assert told["trained_on"] is kept
        verb = "trained on" if kept else "left out"
        share = f"{told['nearest_to_sentence']:.3f} of the train texts are nearest to the sentence of their class"
        assert f"repeat {repeat + 1} of 2: class sentences are {verb}: {share}" in clone.log


def test_the_metrics_keep_their_keys_and_validation_has_no_figures(clone):
    metrics = json.loads((clone.folder / "metrics/evaluate.json").read_text())
    assert metrics["validation"] == dict.fromkeys(["accuracy", "macro_f1", "log_loss", "calibration_error"])
    assert metrics["train"].keys() == metrics["validation"].keys()
    assert set(metrics["baseline"]) == {"majority", "tfidf", "frozen"}
    assert "train.accuracy" in clone.run("dvc", "metrics", "show", "--md")
    assert "file://" in clone.run("dvc", "plots", "show")


def test_compare_says_what_the_repeats_tell_and_chooses_no_setting(clone):
    clone.run("dvc", "exp", "run", "-S", "finetune.l2=0.5", "-n", "strong")
    clone.run("git", "checkout", "-q", ".")
    clone.run("dvc", "checkout", "-q")
    answer = json.loads(clone.run("gapwise", "compare", "main", "strong", "workspace", "--json"))
    assert answer["selection"] is None
    assert set(answer["settings"][0]["validation"].values()) == {None}
    notes = " ".join(answer["notes"])
    assert "All repeats train on the same rows: intervals tell of other seeds and test rows" in notes
    assert "no setting can be chosen without a look at the test set" in notes
    shown = clone.run("gapwise", "compare", "main", "strong", "--html", "page.html")
    assert " – " in shown
    page = (clone.folder / "page.html").read_text()
    assert "Train log loss by epoch" in page
    assert "--of:var(--validation)" not in page
    assert "| – |" in clone.run("gapwise", "compare", "main", "strong", "--md")


def test_other_commands_work_or_say_that_they_have_no_validation_rows(clone):
    assert "repeats" in clone.run("gapwise", "plan")
    errors = " ".join(clone.run("gapwise", "errors", "main", "--html", "errors.html").split())
    assert "no validation rows, as there are none" in errors
    assert "Validation rows" not in (clone.folder / "errors.html").read_text()
    assert json.loads(clone.run("gapwise", "errors", "main", "--json"))["validation"]["accuracy"] is None
    assert "0 % of them also by networks" in " ".join(clone.run("gapwise", "labels").split())
    told = clone.run("gapwise", "final")
    assert "2 epochs as the repeats chose" in told
    assert "network 1 of 1: class sentences are " in told
    assert json.loads((clone.folder / "final/final.json").read_text())["penalty"] is None
    rows = len(clone.table("development"))
    assert f"On all {rows:,} train texts" in clone.run("gapwise", "export", "--to", "onnx")


def test_what_needs_validation_rows_is_refused_at_once_before_any_work(clone):
    settings = ("finetune.early_stopping.min_epochs=1", "evaluate.temperature_scaling=true")
    log = clone.run("dvc", "exp", "run", *(part for one in settings for part in ("-S", one)), fails=True)
    assert (
        "finetune.early_stopping.min_epochs (1) is less than finetune.epochs (2): validation rows would choose where "
        "to stop, and there are none (split.validation_fraction is 0); set finetune.early_stopping.min_epochs to null, "
        "or split.validation_fraction above 0"
    ) in log
    assert "evaluate.temperature_scaling (true) is fitted to validation rows" in log
    assert "Traceback" not in log
    clone.run("git", "checkout", "-q", ".")
    refused = clone.run("python", "-m", "gapwise", "search", "searches/few-shot.yaml", fails=True)
    assert (
        "A search races settings on validation rows: split.validation_fraction (0) draws none, and data/raw/mine.csv "
        "gives none."
    ) in refused
