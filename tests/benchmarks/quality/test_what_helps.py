import re
from typing import Annotated

import numpy as np
import pandas as pd
import pytest
from dvc.cli import parse_args
from pydantic import BaseModel, Field

from benchmarks.pipeline import PROJECT, params
from benchmarks.quality import comparison, paired, settings, trainings, what_helps
from benchmarks.quality.augmentation import WAYS
from benchmarks.quality.sets import SIZES
from benchmarks.quality.settings import BASE, CATALOGUE, CHANGES, PLAIN, in_words, named
from benchmarks.quality.trainings import right as rights
from benchmarks.quality.what_helps_page import Figures
from gapwise.base.rules import Rule, rules
from tests.benchmarks.quality.test_trainings import predictions


def measured(change, repeat, right):
    both = pd.concat([predictions("test", right), predictions("validation", right)])
    return trainings.row(("tweets", "400 rows", change, repeat), both, 1.0, "")


def figures(*rows):
    return Figures(pd.DataFrame(rows), lambda name: np.arange(len(rights(rows[0]["right"]))))


def test_a_table_has_the_paired_difference_of_the_repeats_that_both_have():
    shown = figures(
        measured("none", 0, [True, False, True, False]),
        measured("none", 1, [True, False, True, False]),
        measured("dropout 0.5", 0, [True, True, True, False]),
        measured("dropout 0.5", 1, [True, True, True, False]),
        measured("dropout 0.5", 2, [False, False, False, False]),
    )

    line = shown.table("400 rows", {"dropout 0.5": "more dropout"}).splitlines()[2]

    assert line.startswith("| more dropout | tweets | −0.275 | +25.0 | +25.0 (")
    assert shown.gain("400 rows", "dropout 0.5", "tweets") == "+25.0"


def test_the_catalogue_has_a_line_for_each_key_and_a_column_for_each_cell_that_was_measured():
    right = {"none": [True, False] * 20, "mixup 0.4": [True, True] * 20, "l2 0.1": [True, False] * 20}

    table = figures(*(measured(change, repeat, right[change]) for change in right for repeat in (0, 1))).catalogue()

    header, _, *lines = table.splitlines()
    assert header == "| key | 400 rows, tweets |"
    keys = dict([cell.strip() for cell in line.split("|")[1:3]] for line in lines)
    assert len(keys) == len(CATALOGUE)
    assert keys["`ema` 0.95"] == "not measured"
    assert re.fullmatch(r"\*\*\+50.0 \(\+\d\d.\d to \+\d\d.\d\)\*\*; −0\.\d{3}", keys["`mixup` 0.4"])
    assert re.fullmatch(r"\+0.0 \(−\d.\d to \+\d.\d\); \+0.000", keys["`l2` 0.1"])


def test_what_no_table_has_shown_comes_last_and_what_has_no_base_is_an_error():
    none, shown, new = (measured(change, 0, [True, False]) for change in ("none", "mixup 0.4", "a new key"))
    table = figures(none, shown, new)
    table.catalogue()
    rest = table.rest()
    assert rest.splitlines()[-1].startswith("| a new key | tweets |")
    assert "mixup" not in rest
    with pytest.raises(KeyError, match="a new key"):
        figures(shown, new).rest()


@pytest.mark.slow
def test_the_committed_page_is_what_the_tables_give():
    assert what_helps.PAGE.read_text(encoding="utf-8") == what_helps.page()


def test_a_row_names_the_setting_that_it_was_trained_with():
    rows = trainings.read(what_helps.TABLE)
    named = {
        (size, change): in_words(BASE[size] | ({} if change == "none" else CHANGES[size][change]))
        for size in SIZES
        for change in what_helps.known(size)
    }
    compared = trainings.read(comparison.SAMPLES.table).query("column in @comparison.SAMPLES.trained")
    assert [row for row in rows.itertuples() if row.setting != named[row.size, row.column]] == []
    assert [
        row
        for row in compared.itertuples()
        if row.setting != in_words(comparison.SAMPLES.trained[row.column][row.size])
    ] == []


def test_the_catalogue_comes_from_the_rules_of_the_recipe():
    class Recipe(BaseModel):
        mixup: Annotated[float, Field(ge=0), Rule(off=0.0, tried=0.4)]
        lora_rank: Annotated[int, Rule(off=0, tried=8)]
        precision: Annotated[str, Rule(off="float32")]
        epochs: int

    assert settings.catalogue(Recipe) == {
        "lora_rank 8": {"lora_rank": 8, "learning_rate": 5.0e-4},
        "mixup 0.4": {"mixup": 0.4},
    }


def test_a_gain_is_what_is_right_now_and_was_not():
    one, other = (measured("none", 0, right)["right"] for right in ([True, True, False], [True, False, True]))

    assert paired.gains([one, one], [other, one]).tolist() == [[0, 1, -1], [0, 0, 0]]


def test_texts_of_one_article_have_one_number():
    groups = paired.groups_of("nyt-editorials")

    assert len(groups) == 879
    assert len(set(groups)) < 300


@pytest.mark.parametrize(("size", "change"), [(size, change) for size in SIZES for change in CHANGES[size]])
def test_each_change_is_a_valid_recipe_that_differs_from_the_recommended_one(size, change):
    changes = BASE[size] | CHANGES[size][change]
    way = changes.pop("variants", None)
    assert params("finetune", changes) != params("finetune", BASE[size]) or way in WAYS


@pytest.mark.parametrize("changes", PLAIN.values())
def test_plain_fine_tuning_freezes_and_penalizes_nothing(changes):
    plain = params("finetune", changes)

    assert (plain.freeze, plain.l2, plain.weight_decay, plain.l2_sp) == (0, 0, 0, 0)
    assert plain.learning_rate == plain.head_learning_rate


SETTINGS = sorted(path.name for path in (PROJECT / "settings").iterdir())


# Where a key does nothing; the others have an effect in every recipe.
OFF = {key: rule.off for key, rule in rules(settings.RECIPE).items()} | {
    "freeze": 0,
    "pooling": None,
    "warmup": 0,
    "schedule": "constant",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_named_setting_leans_on_no_default(name):
    lines = (PROJECT / "settings" / name).read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"--set-param=(finetune|augment)\.[a-z_0-9.]+=\S+", line)] == []
    changes = named(name)
    assert len(changes) == len(lines)
    assert changes.pop("variants") == "names"

    recipe = params("finetune", changes)

    on = {key for key, value in recipe if key not in OFF or value != OFF[key]}
    of_default = {key for key, value in params("finetune") if key not in OFF or value != OFF[key]}
    assert (on | of_default) - {key.split(".")[0] for key in changes} == set()
    assert recipe.early_stopping.min_epochs is None  # so that its other keys have no effect


@pytest.mark.parametrize("name", SETTINGS)
def test_dvc_takes_the_lines_of_a_named_setting_as_they_are(name):
    lines = (PROJECT / "settings" / name).read_text().split()
    assert parse_args(["exp", "run", *lines]).set_param == [line.partition("=")[2] for line in lines]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_named_setting_is_documented(name):
    assert f"$(cat settings/{name})" in what_helps.PAGE.read_text(encoding="utf-8")


def test_an_unknown_key_is_an_error_and_not_a_silent_default():
    with pytest.raises(KeyError, match="drop_out"):
        params("finetune", {"drop_out": 0.5})


def test_changes_are_written_as_after_the_switch_of_dvc():
    changes = {"freeze": 3, "early_stopping.monitor": "loss", "head_refit": True}
    assert in_words(changes) == "freeze=3 early_stopping.monitor=loss head_refit=true"
    assert in_words({}) == "params.yaml"
