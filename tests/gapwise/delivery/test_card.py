"""The card of a network whose figures are made up."""

from dataclasses import replace

import pandas as pd
import pytest

from gapwise.delivery.card import Facts, write_card
from gapwise.encoding.params import TokenizeParams
from gapwise.network.description import Description
from gapwise.scoring.thresholds import MEAN, ONE
from tests.recipes import recipe


def facts(preset, prefix=None, seen=400, **metrics):
    tokenize = TokenizeParams(preset=preset, prefix=prefix, max_length=16)
    rows = {"repeat": 0, "text_id": ["a", "b"], "part": "test", "label": ["no", "yes"], "predicted": ["no", "yes"]}
    limits = {"accuracy_low": 0.7, "accuracy_high": 0.9, "macro_f1_low": 0.7, "macro_f1_high": 0.9}
    scores = {"accuracy": 0.8, "macro_f1": 0.8, "log_loss": 0.4, "calibration_error": 0.1}
    shares = {
        ONE: {"threshold": [0.0], "answered": 1.0, "accuracy": 0.8, "low": 0.7, "high": 0.9},
        MEAN: {"threshold": [0.0], "answered": 1.0, "accuracy": 0.83, "low": 0.72, "high": 0.94},
    }
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
        tokens={
            "development": {"texts": 7, "share_truncated": 2 / 7},
            "augmented": {"texts": 0},
            "test": {"texts": 2, "share_truncated": 0.5},
        },
        thresholds=pd.concat([pd.DataFrame({"predictor": name, **shares[name]}) for name in (ONE, MEAN)]),
        predictions=pd.DataFrame(rows),
        seen=seen,
        confidence=0.8,
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


def test_the_card_gives_the_level_of_the_intervals_and_the_share_of_all_texts_that_are_cut(tiny_bert, tmp_path):
    write_card(tmp_path / "README.md", facts(tiny_bert), None)
    text = (tmp_path / "README.md").read_text()
    assert text.count("80 % interval") == 2
    assert "95 %" not in text
    assert "(33.3 % of the rows kept were longer)" in text  # 3 of 9
    write_card(tmp_path / "README.md", facts(tiny_bert, rotations=5), None)
    text = (tmp_path / "README.md").read_text()
    assert "(28.6 % of the rows kept were longer)" in text  # 2 of 7: the test rows are among them


def test_the_card_of_several_networks_has_the_raw_scores_and_thresholds_of_a_mean(tiny_bert, tmp_path):
    one = facts(tiny_bert)
    metrics = one.metrics | {
        "test": one.metrics["test"] | {"log_loss_scaled": 0.345},
        "mean_of_repeats": {"accuracy": 0.83, "accuracy_low": 0.72, "accuracy_high": 0.94, "log_loss": 0.312},
    }
    write_card(tmp_path / "one.md", replace(one, metrics=metrics), None)
    several = replace(one, metrics=metrics, network=one.network.model_copy(update={"repeats": 3}))
    write_card(tmp_path / "several.md", several, None)
    alone, together = ((tmp_path / f"{name}.md").read_text() for name in ("one", "several"))
    assert "| log loss | 0.345 | |" in alone
    assert "| 0 | 100.0 % | 80.0 % | 70.0 to 90.0 % |" in alone
    assert "The table is the mean of the networks that were tested;" in alone
    assert "| log loss | 0.400 | |" in together
    assert "a log loss of 0.312." in together
    assert "| 0 | 100.0 % | 83.0 % | 72.0 to 94.0 % |" in together
    assert "The table is of the mean of the repeats' probabilities;" in together
