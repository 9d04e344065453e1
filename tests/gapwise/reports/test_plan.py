import io

import pytest
from rich.console import Console

from gapwise.reports.plan import sentences, show
from gapwise.statistics.planning import Cell, Plan


def plan(**changed):
    values = {
        "accuracy": 0.8016, "repeats": 5, "rotations": 1, "test_rows": 879, "confidence": 0.95, "detectable": 0.0252,
        "difference": None, "needed_repeats": None, "needed_test_rows": None,
        "table": [Cell(repeats=r, test_rows=n, detectable=0.1 / r) for r in (2, 5) for n in (300, 879)],
    }  # fmt: skip
    return Plan(**values | changed)


def test_a_plan_says_what_shows_now():
    assert sentences(plan(), None) == [
        "Now: accuracy 0.802, 5 repeats, 879 test rows. A true difference of 2.5 points shows in 4 of 5 comparisons, "
        "with 95 % confidence."
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"difference": 0.03}, "A difference of 3.0 points is within reach as it is."),
        (
            {"difference": 0.02, "needed_repeats": 9, "needed_test_rows": 2100},
            "A difference of 2.0 points takes 9 repeats instead of 5 or 2,100 test rows instead of 879.",
        ),
        ({"difference": 0.02, "needed_repeats": 9}, "A difference of 2.0 points takes 9 repeats instead of 5."),
        (
            {"difference": 0.001},
            "Neither more repeats nor more test rows alone would show a difference of 0.1 points.",
        ),
    ],
)
def test_a_plan_says_what_a_wanted_difference_takes(changed, said):
    assert sentences(plan(**changed), None)[1] == said


def test_a_plan_says_that_nothing_is_better_than_all_right():
    assert sentences(plan(accuracy=0.99, difference=0.02), None)[2:] == [
        "No setting can be better than this one by 2.0 points, 1.0 at most; only a worse one can differ by so much."
    ]
    assert len(sentences(plan(accuracy=0.98, difference=0.02), None)) == 2


def test_a_plan_knows_the_time_where_a_training_was_timed():
    assert sentences(plan(), 25.4)[1] == (
        "Training took 25 s a repeat here, so a setting with 5 repeats takes 2 min 7 s."
    )


@pytest.mark.parametrize(("seconds", "row"), [(25.4, "5 2.0 2.0 2 min 7 s"), (None, "5 2.0 2.0")])
def test_the_table_is_over_repeats_and_test_rows(seconds, row):
    stream = io.StringIO()
    show(plan(), seconds, Console(file=stream, width=80))
    assert row.split() in [line.split() for line in stream.getvalue().splitlines()]
