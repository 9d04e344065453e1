"""The card of a network whose figures are made up."""

from dataclasses import replace

import pandas as pd
import pytest

from gapwise.delivery.card import Facts, write_card
from gapwise.encoding.params import TokenizeParams
from gapwise.network.description import Description
from gapwise.scoring.thresholds import ONE
from tests.recipes import recipe


def facts(preset, prefix=None, seen=400, **metrics):
    tokenize = TokenizeParams(preset=preset, prefix=prefix, max_length=16)
    rows = {"repeat": 0, "text_id": ["a", "b"], "part": "test", "label": ["no", "yes"], "predicted": ["no", "yes"]}
    limits = {"accuracy_low": 0.7, "accuracy_high": 0.9, "macro_f1_low": 0.7, "macro_f1_high": 0.9}
    scores = {"accuracy": 0.8, "macro_f1": 0.8, "log_loss": 0.4, "calibration_error": 0.1}
    shares = {"threshold": [0.0], "answered": 1.0, "accuracy": 0.8, "low": 0.7, "high": 0.9}
    return Facts(
        about={
            "rows": 2000,
            "with_test": False,
            "epochs": 3,
            "commit": "0" * 40,
            "uncommitted": True,
            "temperature": 1,
        },
        network=Description.of(tokenize, recipe(), unfrozen_layers=None, classes=["no", "yes"], repeats=1),
        metrics={"test": scores | limits, "baseline": {"majority": 0.5}, "test_rows": 2, "repeats": 2} | metrics,
        rows={"source": "mine.csv", "rows_read": 9, "rows_kept": 9, "classes": {"no": 5, "yes": 4}},
        tokens={"development": {"share_truncated": 0.0}},
        thresholds=pd.DataFrame({"predictor": ONE, **shares}),
        predictions=pd.DataFrame(rows),
        seen=seen,
    )


@pytest.mark.parametrize("prefix", [None, "query: "])
def test_the_card_names_the_prefix_where_there_is_one(prefix, tiny_bert, tmp_path):
    write_card(tmp_path / "README.md", facts(tiny_bert, prefix), None)
    lines = (tmp_path / "README.md").read_text().splitlines()
    trained = next(row for row, line in enumerate(lines) if line.endswith("for 3 epochs."))
    named = 'It reads "query: " before each text; `gapwise predict` and the exports put it there.'
    assert lines[trained + 1].startswith("Code, params and data") == (prefix is None)
    assert (named in lines) == (prefix is not None)
    assert f"Code, params and data are those of commit `{'0' * 12}`, but for changes that were not committed." in lines


@pytest.mark.parametrize(
    ("license", "said"),
    [
        ("cc-by-4.0", "Its licence: cc-by-4.0."),
        (None, "Its licence: nobody has said; ask whoever gave the data"),
    ],
)
def test_the_card_has_the_licence_that_was_given(license, said, tiny_bert, tmp_path):
    write_card(tmp_path / "README.md", facts(tiny_bert), license)
    text = (tmp_path / "README.md").read_text()
    assert said in text
    assert (f"license: {license}\n" in text) == (license is not None)


@pytest.mark.parametrize(
    ("seen", "metrics", "said"),
    [
        (400, {}, "means of 2 networks of the same settings. Each was trained on 400 rows at most, and scored on"),
        (1600, {"rotations": 5}, "means of 10 networks of the same settings. Each was trained on 1,600 rows at most,"),
        (2000, {}, "means of 2 networks of the same settings. Each was trained on as many rows as this one, and"),
    ],
)
def test_the_card_says_how_many_networks_were_tested_and_on_how_many_rows_they_were_trained(
    seen, metrics, said, tiny_bert, tmp_path
):
    write_card(tmp_path / "README.md", facts(tiny_bert, seen=seen, **metrics), None)
    text = (tmp_path / "README.md").read_text()
    assert said in text
    assert ("It was trained on more rows, so expect these figures or better ones." in text) == (seen < 2000)


def test_the_card_has_the_scores_of_scaled_probabilities_where_they_are_scaled(tiny_bert, tmp_path):
    raw = facts(tiny_bert)
    scaled = {"log_loss_scaled": 0.345, "calibration_error_scaled": 0.067}
    texts = []
    for scores in ({}, scaled):
        write_card(
            tmp_path / "README.md", replace(raw, metrics=raw.metrics | {"test": raw.metrics["test"] | scores}), None
        )
        texts.append((tmp_path / "README.md").read_text())
    for text, loss, error in zip(texts, (0.4, 0.345), (0.1, 0.067), strict=True):
        assert f"| log loss | {loss:.3f} | |" in text
        assert f"| calibration error | {error:.3f} | |" in text
        assert f"value: {loss}\n" in text
