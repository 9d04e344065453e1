"""What is wrong in search.yaml, told all at once."""

import pytest

from gapwise.base.errors import UserError
from gapwise.searching.params import read_search

GOOD = {
    "seed": 1,
    "settings": 4,
    "repeats": 3,
    "metric": "log_loss",
    "budget": {"repeats": 9},
    "keys": {"finetune.l2": {"log_range": [0.001, 0.1]}},
}
TWO = "must be two numbers, [low, high]; whole ones for whole numbers"


def problems(**changes):
    with pytest.raises(UserError, match="nothing was trained") as caught:
        read_search(GOOD | changes)
    assert caught.value.headline == "The search has mistakes, nothing was trained:"
    return list(caught.value.problems)


def test_a_good_file_is_read():
    search = read_search(GOOD)
    assert (search.settings, search.budget.repeats, search.budget.minutes) == (4, 9, None)
    assert search.keys["finetune.l2"].log_range == [0.001, 0.1]


def test_what_is_no_mapping_is_refused():
    with pytest.raises(UserError, match=r"must hold seed, settings, repeats, metric, budget, keys; it holds nothing\."):
        read_search(None)


def test_every_mistake_is_told_at_once_with_its_place():
    told = problems(
        sed=1,
        seed=-1,
        settings="many",
        budget={"repeats": 9, "minutes": 3},
        keys={"finetune.l2": {"range": [2, 1]}, "finetune.dropout": {}, "finetune.freeze": {"choice": [1]}},
    )
    assert told == [
        "seed: must be a whole number, 0 or more; got -1",
        "settings: must be a whole number, 2 or more; got 'many'",
        "budget: must have one of repeats and minutes",
        "keys.finetune.l2: range must be [low, high] with low below high; got [2, 1]",
        "keys.finetune.dropout: must have one of choices, range and log_range; got none",
        "keys.finetune.freeze.choice: unknown key; did you mean choices?",
        "sed: unknown key; did you mean seed?",
    ]


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ({"choices": [1, 1]}, "choices has 1 twice"),
        ({"choices": []}, ".choices: must be a list of values, not empty; got []"),
        ({"log_range": [0, 1]}, "log_range must be above 0; got [0, 1]"),
        ({"range": [0, 1, 2]}, f".range: {TWO}; got [0, 1, 2]"),
        ({"choices": [1], "range": [0, 1]}, "must have one of choices, range and log_range; got choices and range"),
        ({"range": [0.0, float("inf")]}, f".range: {TWO}; got inf"),
    ],
)
def test_values_must_make_sense(domain, message):
    (told,) = problems(keys={"finetune.l2": domain})
    assert told == f"keys.finetune.l2{message if message.startswith('.') else f': {message}'}"


def test_a_missing_key_says_what_it_must_be():
    with pytest.raises(UserError) as caught:
        read_search({key: value for key, value in GOOD.items() if key != "metric"})
    assert caught.value.problems == ("metric: this key is missing; it must be one of accuracy, macro_f1, log_loss",)
