"""Every row tested once: the rows divided into parts, each of which is the test while the others are trained on."""

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.seeds import derive
from gapwise.base.wording import counted, shorten, show
from gapwise.splitting.checks import GROUP_LESS, with_fewer_groups
from gapwise.splitting.draws import draw_repeats
from gapwise.splitting.params import SplitParams

GIVEN = (
    "split.rotate tests every row once, but the source gives {} part, by prepare.split_column or by a file of its own: "
    "set split.rotate to null; or set prepare.split_column to null, or put all rows into one file"
)


def rotate(texts: pd.DataFrame, params: SplitParams) -> pd.DataFrame:
    """Divides all rows into test parts of whole groups, and draws train and validation beside each.

    Repeat r of test part k is repeat r * K + k, so that more `repeats` only add to the earlier ones.

    Args:
        texts: A `tables.Texts`, in any order.
        params: Uses all but `test_fraction`; `rotate` is K.

    Returns:
        A `tables.Repeats` with test rows, in the order of `repeat` and `text_id`.

    Raises:
        UserError: If parts are given, a part would lack a class, or as `draw_repeats` does.
    """
    assert params.rotate is not None
    if given := given_parts(texts):
        raise UserError("The test parts cannot be drawn:", [GIVEN.format(f"a {given[0]}")])
    rows = texts.sort_values("text_id", ignore_index=True)
    parts = _divide(rows, params.rotate, derive(params.seed, "rotate"), is_validated=params.validation_fraction > 0)
    tables = []
    for number in range(params.rotate):
        own = params.model_copy(update={"seed": derive(params.seed, "rotate", number)})
        drawn = draw_repeats(rows[parts != number], own)
        tested = pd.DataFrame({"text_id": rows.loc[parts == number, "text_id"], "part": "test"})
        for repeat, table in drawn.groupby("repeat"):
            both = pd.concat([table, tested], ignore_index=True).sort_values("text_id")
            tables.append(both.assign(repeat=int(str(repeat)) * params.rotate + number))
    return pd.concat(tables).sort_values(["repeat", "text_id"], kind="stable", ignore_index=True)


def given_parts(texts: pd.DataFrame) -> list[str]:
    """Names what of `test` and `validation` the source gives; with either there is no rotation."""
    return [part for part in ("test", "validation") if (texts["part"] == part).any()]


def _require_groups(rows: pd.DataFrame, classes: list[str], parts: int, *, is_validated: bool) -> None:
    """Checks that every class has a group for each part; of two parts, the other also trains and validates."""
    fewest = 3 if is_validated else 2
    few = with_fewer_groups(rows, classes, fewest if parts == 2 else parts)
    if few:
        most = min(groups for _, groups, _ in few)
        raise UserError(
            f"split.rotate is {parts}: the rows cannot be divided into so many test parts, each with a group of every "
            f"class. {f'Use {most} at most' if most >= fewest else 'Set it to null'}, add rows, leave the class out, "
            f"or {GROUP_LESS}:",
            shorten(
                [f"class {show(label)} has {counted(groups, 'group')} (rows: {size})" for label, groups, size in few],
                "such classes",
            ),
        )


def _divide(
    rows: pd.DataFrame, parts: int, seed: int, *, is_validated: bool
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Gives the number of the part that each row is in, with the class shares of all rows, in whole groups."""
    from sklearn.model_selection import StratifiedGroupKFold  # takes a second to import

    classes = sorted(rows["label"].unique())
    _require_groups(rows, classes, parts, is_validated=is_validated)
    folds = StratifiedGroupKFold(parts, shuffle=True, random_state=seed % 2**32)
    found = np.empty(len(rows), np.int64)
    for number, (_, test) in enumerate(folds.split(rows["text_id"], rows["label"], rows["group"])):
        found[test] = number
    lacking = [
        f"test part {number + 1} of {parts} has no row of {', '.join(sorted(set(classes) - present))}"
        for number in range(parts)
        if len(present := set(rows.loc[found == number, "label"])) < len(classes)
    ]
    if lacking:
        advice = f"ask for fewer with split.rotate, leave the class out, or {GROUP_LESS}"
        raise UserError("The test parts cannot be drawn:", [*lacking, advice])
    return found
