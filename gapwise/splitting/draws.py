"""The sealed test set, and the repeated draws of train and validation from the rest."""

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.seeds import derive
from gapwise.splitting.checks import GROUP_LESS, require_classes, require_groups, require_share, require_train_rows
from gapwise.splitting.params import SplitParams
from gapwise.splitting.stratification import draw_groups, stratified_order


def seal_test(texts: pd.DataFrame, params: SplitParams) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sets the test rows apart: those given as `test`, or a draw of whole groups that keeps the class shares.

    A given test part is kept as it is. Near-duplicates across given parts are common, so the other rows of its groups
    are left out of development rather than refused, and metrics/split.json counts them. Where only a validation part is
    given, the test rows are drawn from the groups that it does not touch. A given `train` is no different from null.

    Args:
        texts: A `tables.Texts`, in any order.
        params: Uses `seed` and `test_fraction`.

    Returns:
        Development rows and test rows, each a `tables.Texts` in the order of `text_id`.

    Raises:
        UserError: If a part would lack a class, or whole groups cannot come near `test_fraction`.
    """
    rows = texts.sort_values("text_id", ignore_index=True)
    classes = sorted(rows["label"].unique())
    test = rows["part"].isin(["test"])
    if test.any():
        rest = rows[~_shares_group(rows, test)]
        require_classes(
            "test", {"in the given test part": rows[test], "left to train on beside it and its groups": rest}, classes
        )
        return rest.reset_index(drop=True), rows[test].reset_index(drop=True)
    validation = rows["part"].isin(["validation"])
    is_drawn = params.validation_fraction > 0 and not validation.any()
    parts = ["test", "validation", "train"] if is_drawn else ["test", "train"]
    free = rows[~_shares_group(rows, validation)]
    where = " outside of the groups of the given validation part" if validation.any() else ""
    require_groups(free, classes, parts, where)
    drawn = _draw(free, params.test_fraction, parts, derive(params.seed, "test"))
    test = rows["group"].isin(drawn)
    return rows[~test].reset_index(drop=True), rows[test].reset_index(drop=True)


def draw_repeats(development: pd.DataFrame, params: SplitParams) -> pd.DataFrame:
    """Draws train and validation anew for each repeat, in whole groups and with the class shares of development.

    More `repeats` only add to the earlier ones. In each repeat a smaller train is part of a larger one, and validation
    is the same for every size, so that learning curves compare like with like. A given validation part is kept as it
    is in every repeat, and the other rows of its groups are never trained on. Without one, a `validation_fraction` of 0
    leaves all rows to train.

    Args:
        development: From `seal_test`, in any order.
        params: Uses all but `test_fraction`.

    Returns:
        A `tables.Repeats`, in the order of `repeat` and `text_id`.

    Raises:
        UserError: If a part would lack a class, whole groups cannot come near `validation_fraction`, or a repeat has
            too few rows for `train_per_class`, or `train_size` is less than one for each class.
    """
    rows = development.sort_values("text_id", ignore_index=True)
    draws = _validation_draws(rows, params)
    pools = [rows.loc[pool].set_index("text_id")["label"] for _, pool in draws]
    require_train_rows(pools, params.train_size, params.train_per_class, is_validated=bool(draws[0][0].any()))
    repeats = []
    for repeat, ((validation, _), pool) in enumerate(zip(draws, pools, strict=True)):
        train = _subsample(pool, params, derive(params.seed, repeat, "train"))
        part = np.select([validation, rows["text_id"].isin(train)], ["validation", "train"], "")
        table = pd.DataFrame({"repeat": repeat, "text_id": rows["text_id"], "part": part})
        repeats.append(table[table["part"] != ""])
    return pd.concat(repeats, ignore_index=True)


def _validation_draws(rows: pd.DataFrame, params: SplitParams) -> list[tuple["pd.Series[bool]", "pd.Series[bool]"]]:
    """Of each repeat: the validation rows, and the rows that may be trained on."""
    classes = sorted(rows["label"].unique())
    given = rows["part"].isin(["validation"])
    if given.any():
        pool = ~_shares_group(rows, given)
        require_classes(
            "validation",
            {"in the given validation part": rows[given], "left to train on beside it and its groups": rows[pool]},
            classes,
        )
        return [(given, pool)] * params.repeats
    if params.validation_fraction == 0:
        return [(given, ~given)] * params.repeats
    parts = ["validation", "train"]
    require_groups(rows, classes, parts)
    seeds = [derive(params.seed, repeat, "validation") for repeat in range(params.repeats)]
    drawn = [rows["group"].isin(_draw(rows, params.validation_fraction, parts, seed)) for seed in seeds]
    return [(validation, ~validation) for validation in drawn]


def _draw(rows: pd.DataFrame, fraction: float, parts: list[str], seed: int) -> list[str]:
    groups = draw_groups(rows, fraction, len(parts) - 1, seed)
    if groups is None:
        problem = (
            f"no draw of whole groups was found that gives {' and '.join(parts)} a group of every class: {GROUP_LESS}"
        )
        raise UserError(f"The {parts[0]} part cannot be drawn:", [problem])
    require_share(rows, int(rows["group"].isin(groups).sum()), fraction, parts[0])
    return groups


def _subsample(pool: pd.Series, params: SplitParams, seed: int) -> pd.Index:
    order = stratified_order(pool, seed)
    if params.train_per_class is not None:
        return pool.loc[order].groupby(pool).head(params.train_per_class).index
    return order[: params.train_size]


def _shares_group(rows: pd.DataFrame, part: "pd.Series[bool]") -> "pd.Series[bool]":
    return rows["group"].isin(rows.loc[part, "group"])
