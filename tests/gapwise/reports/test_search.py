"""What a search found, on the terminal and as a page."""

import io

import pytest
from rich.console import Console

from gapwise.comparing.verdicts import compare
from gapwise.reports.search import show
from gapwise.reports.search_page import headline, page
from gapwise.searching.correction import Corrected
from gapwise.searching.effects import effects
from gapwise.searching.figures import describe
from gapwise.searching.plan import Look, Plan, Screening
from gapwise.searching.screening import screen
from gapwise.searching.space import Candidate
from tests.gapwise.searching.setting import race, scores
from tests.gapwise.settings import one_by_one, setting

CHANGES = [
    {},
    {"finetune.l2": 0.1, "finetune.freeze": 1},
    {"finetune.l2": 0.3, "finetune.freeze": 2},
    {"finetune.l2": 0.02, "finetune.freeze": 2},
    {"finetune.l2": 0.5, "finetune.freeze": 1},
]
MEANS = dict(
    zip(("search-00", "search-11", "search-22", "search-33", "search-44"), (0.3, 0.5, 0.4, 0.3, -3), strict=True)
)


def found(winner=True, groups=40, screening=True):
    drawn = [
        Candidate(
            name, changes, {"finetune": {"l2": 0.0, "freeze": 1} | {k.split(".")[1]: v for k, v in changes.items()}}
        )
        for name, changes in zip(MEANS, CHANGES, strict=True)
    ]
    means = MEANS if winner else MEANS | {"search-00": 2.0}
    first = {
        name: rows[0] for name, rows in scores(means | {"search-33": -1.0}, repeats=1, rows=100, noise=0.5).items()
    }
    screened = screen(first, "search-00", 4 if screening else 5)
    looks = [Look(1, len(screened.racing)), Look(2, 3), Look(4, 3)]
    run = race({name: means[name] for name in screened.racing}, [(1, looks[0].settings), (2, 3), (4, 3)], noise=0.5)
    return describe(
        run,
        drawn,
        Corrected(-0.4, 0.02, -0.42, -0.5, -0.34, groups),
        effects({name: rows.mean() for name, rows in first.items()}, drawn, 0.95),
        plan=Plan(5, Screening(0.5, 0.7) if screening else None, looks),
        screened=screened if screening else None,
        metric="log_loss",
        confidence=0.95,
    )


def opened(right):
    """The same with the test opened: the winner is right so often, the default on 7 of 10 rows."""
    rows = 200
    both = [
        setting(name, [[place % 10 < share for place in range(rows)]] * 4)
        for name, share in (("search-00", 7), ("search-11", right))
    ]
    return found().model_copy(update={"test": compare(both, one_by_one(rows), "log_loss", 0.005, 0.95)})


def printed(what):
    file = io.StringIO()
    show(what, Console(width=120, file=file))
    return file.getvalue()


def test_the_race_is_a_table_the_best_first_and_says_who_fell_and_why():
    lines = printed(opened(9)).splitlines()
    assert " ".join(lines[:2]) == (
        "5 settings screened on 100 rows, 4 raced on validation log loss: the work of 16 trainings instead of 20, "
        "82 % of the grid"
    )
    rows = [line.split() for line in lines if line.startswith(("search-", "params.yaml"))]
    assert [(row[0], row[1], row[2]) for row in rows[:5]] == [
        ("search-11", "───●", "4"),
        ("search-22", "───●", "4"),
        ("params.yaml", "───●", "4"),
        ("search-33", "●", "1"),
        ("search-44", "0", "2.920"),
    ]
    whys = [line.rstrip().rsplit("  ", 1)[-1] for line in lines if line.startswith(("search-", "params.yaml"))]
    assert whys[:5] == [
        "won",
        "came to the end",
        "stayed as default",
        "no budget left",
        "not raced",
    ]


def test_without_a_screening_all_race_and_one_may_fall_as_worse():
    lines = printed(found(screening=False)).splitlines()
    assert (
        lines[0] == "5 settings raced on validation log loss: the work of 14 trainings instead of 20, 70 % of the grid"
    )
    assert "screening" not in "".join(lines)
    (last,) = [line for line in lines if line.startswith("search-44  ")]
    assert last.rstrip().endswith("will not win, p <0.0001")


@pytest.mark.parametrize(
    ("right", "advice"),
    [
        (9, "Take it: `dvc exp apply search-11`."),
        (7, "Keep params.yaml: it is as good."),
        (5, "Keep params.yaml: validation was lucky."),
    ],
)
def test_the_answer_says_whether_to_take_the_winner(right, advice):
    assert advice in printed(opened(right))


def test_that_the_default_won_is_an_answer():
    what = found(winner=False)
    assert "No setting was better than params.yaml: keep it." in printed(what)
    assert headline(what) == "None of 4 settings beats params.yaml"


def test_what_the_choice_has_added_is_told():
    text = " ".join(printed(found()).split())
    assert "with a log loss of 0.400. The choice among 4 flatters it by 0.020 nats of log loss" in text
    assert "corrected, it is 0.420 (0.340 to 0.500)." in text


def test_that_few_groups_were_validated_on_is_told():
    said = "It was validated on texts of 13 groups alone."
    assert [said in " ".join(printed(found(groups=groups)).split()) for groups in (13, 20)] == [True, False]


def test_the_page_has_a_lane_for_each_setting_and_escapes_names():
    what = opened(9)
    hostile = what.entrants[1].model_copy(update={"changes": {"finetune.l2": "<script>alert(1)</script>"}})
    what = what.model_copy(update={"entrants": [what.entrants[0], hostile, *what.entrants[2:]]})
    text = page(what)
    assert (text.count('<div class="track"'), text.count('<i class="way"')) == (5 + 2, 4)  # two are of effects
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert headline(what) == "search-11 won, and is better than params.yaml on the test"
