"""Which sizes a curve is seen at, where the user leaves it open or asks for too much."""

import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.commands.comparable import Run
from gapwise.commands.lockfile import Lock
from gapwise.commands.points import Setting
from gapwise.commands.sizes import check_ahead, choose, parse
from gapwise.splitting.params import SplitParams


def setting(rows):
    texts = pd.DataFrame({
        "text_id": [f"{number:016x}" for number in range(rows)], "row": range(1, rows + 1), "text": "a text",
        "label": ["good" if number % 3 else "bad" for number in range(rows)],
        "group": [str(number) for number in range(rows)], "part": pd.Series([None] * rows, dtype="str"),
    })  # fmt: skip
    split = SplitParams(
        seed=1,
        test_fraction=0.3,
        validation_fraction=0.1,
        train_size=None,
        train_per_class=None,
        repeats=2,
        rotate=None,
    )
    return Setting(Run("workspace", "workspace", {}, Lock({}, {}, {})), split, texts, [round(0.9 * rows)] * 2)


def test_sizes_are_read_in_any_order_and_all_is_the_largest():
    assert parse(" all, 400,50 ") == [50, 400, None]


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [(2000, [110, 220, 450, 900, None]), (200, [22, 45, 90, None]), (50, [11, 22, None])],
)
def test_without_sizes_all_rows_are_halved(rows, sizes):
    assert choose(None, setting(rows)) == (sizes, [])


def test_a_curve_that_ends_before_all_rows_says_so():
    assert choose([20, 40, 80], setting(200)) == (
        [20, 40, 80],
        ["180 rows are left to train on; with `all` in --sizes the curve would end there."],
    )


def test_a_size_without_a_row_for_each_class_is_refused():
    three = setting(200)
    three.development.loc[:40, "label"] = "so-so"
    with pytest.raises(UserError, match="2 asked, but 3 classes need a row each: use at least 3"):
        choose([2, 40, None], three)


@pytest.mark.parametrize(("ahead", "found"), [(None, 90), (180, 180)])
def test_half_of_the_largest_size_is_forecast_or_what_is_asked(ahead, found):
    assert check_ahead(ahead, [20, 40, None], setting(200)) == found


def test_farther_than_twice_the_rows_is_refused():
    with pytest.raises(UserError, match="up to 40 rows more than the 40 of the largest size; got 41"):
        check_ahead(41, [10, 20, 40], setting(200))
