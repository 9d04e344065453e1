import pandas as pd
import pytest

from gapwise.commands.comparable import Run, notes, other_data, other_repeats
from gapwise.commands.lockfile import Lock

OUTS = {
    "data/dataset.parquet": "d1",
    "data/test.parquet": "t1",
    "data/repeats.parquet": "r1",
    "data/predictions.parquet": "p1",
}
PARAMS = {"prepare": {"source": "a.csv", "group_column": None}, "split": {"seed": 1}, "finetune": {"l2": 0.1}}


def never(path):
    """Tables of other hashes hold other rows."""
    return False


def run(name, code="c1", params=PARAMS, **outs):
    hashes = OUTS | {f"data/{name}.parquet": md5 for name, md5 in outs.items()}
    return Run(name, f"hash of {name}", params, Lock({}, {"finetune": {"gapwise/training": code}}, hashes))


def used(*repeats):
    """Predictions with these texts in train, repeat by repeat, one in validation and one in test."""
    rows = [
        {"repeat": number, "text_id": text, "part": part}
        for number, texts in enumerate(repeats)
        for text, part in [*((text, "train") for text in texts), ("v", "validation"), ("t", "test")]
    ]
    return pd.DataFrame(rows)


def test_runs_on_the_same_data_can_be_compared_whatever_else_differs():
    other = run("other", code="c2", params=PARAMS | {"finetune": {"l2": 0.5}}, predictions="p2")
    assert other_data(other, run("main"), never) is None


@pytest.mark.parametrize(
    ("outs", "params", "why"),
    [
        (
            {"dataset": "d2", "test": "t2"},
            {"prepare": {"source": "b.csv", "group_column": "author"}},
            "other data than main (data/dataset.parquet differs): prepare.group_column is author, in main null and "
            "prepare.source is b.csv, in main a.csv",
        ),
        (
            {"test": "t2"},
            {"split": {"seed": 2}},
            "other test rows than main (data/test.parquet differs): split.seed is 2, in main 1",
        ),
        (
            {"dataset": "d2"},
            {},
            "other data than main (data/dataset.parquet differs): none of the params that it comes from differs, so "
            "the source or the code does",
        ),
        (
            {"test": "t2"},
            {"split": {"seed": 1, "rotate": 5, "repeats": 2, "train_size": 9}},
            "other test rows than main (data/test.parquet differs): split.rotate is 5, in main null",
        ),
    ],
)
def test_other_data_is_told_with_the_params_that_made_it(outs, params, why):
    assert other_data(run("other", params=PARAMS | params, **outs), run("main"), never) == why


def test_repeats_with_the_same_hash_are_not_even_read():
    assert other_repeats(run("other"), None, run("main"), None) is None


def test_more_repeats_are_no_other_repeats_as_long_as_the_shared_ones_are_the_same_in_any_order():
    more = used(["b", "a"], ["c"], ["d"])
    assert other_repeats(run("other", repeats="r2"), more, run("main"), used(["a", "b"], ["c"])) is None


def test_a_shared_repeat_with_other_rows_is_told_by_its_number():
    other = run("other", repeats="r2", params=PARAMS | {"split": {"seed": 2}})
    assert other_repeats(other, used(["a"], ["x"]), run("main"), used(["a"], ["b"])) == (
        "other repeats than main (repeat 1 was trained or validated on other rows): split.seed is 2, in main 1"
    )
    fewer = run("other", repeats="r2", params=PARAMS | {"split": {"seed": 1, "repeats": 2, "train_size": 9}})
    assert other_repeats(fewer, used(["a"], ["x"]), run("main"), used(["a"], ["b"])).endswith(
        "other rows): split.train_size is 9, in main null"
    )
    assert "(repeats 0 and 1 were trained" in other_repeats(other, used(["y"], ["x"]), run("main"), used(["a"], ["b"]))


def test_a_text_that_moved_from_train_to_validation_makes_another_repeat():
    moved = used(["a", "b"]).replace({"part": {"train": "validation"}})
    assert other_repeats(run("other", repeats="r2"), moved, run("main"), used(["a", "b"])) is not None


def test_other_code_and_the_same_predictions_are_noted():
    runs = [run("main"), run("twin"), run("recoded", code="c2", predictions="p2")]
    assert notes(runs) == [
        "recoded ran with other code than main: gapwise/training.",
        "main and twin have the same predictions, to the bit.",
    ]
    assert notes([run("main"), run("other", predictions="p2")]) == []
