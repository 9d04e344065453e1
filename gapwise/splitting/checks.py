"""What a split needs of its rows, and what to change where they fall short."""

from collections.abc import Mapping, Sequence

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, shorten, show

MOST = 0.5  # share of the rows in one group, beyond which no fraction helps
GROUP_LESS = "group less (prepare.group_column, prepare.near_duplicate_similarity)"


def require_groups(rows: pd.DataFrame, classes: Sequence[str], parts: Sequence[str], where: str = "") -> None:
    """Checks that every class has a group for each of the parts.

    Args:
        rows: The rows to divide; columns `group` and `label`.
        classes: All classes, also those without a row here.
        parts: The parts to divide them into; the first is the one that is drawn now.
        where: Tells which rows these are, if not all.

    Raises:
        UserError: With a problem for each class that has too few groups.
    """
    problems = [
        f"groups with class {show(label)}{where}: {groups} (rows: {size}), but {in_words(parts)} need one each: "
        f"add rows, leave the class out, or {GROUP_LESS}"
        for label, groups, size in with_fewer_groups(rows, classes, len(parts))
    ]
    if problems:
        raise UserError(f"The {parts[0]} part cannot be drawn:", shorten(problems, "such classes"))


def with_fewer_groups(rows: pd.DataFrame, classes: Sequence[str], needed: int) -> list[tuple[str, int, int]]:
    """Gives each of the classes that is in fewer groups than needed, in how many, and its number of rows."""
    sizes = rows["label"].value_counts().to_dict()
    groups = rows.groupby("label")["group"].nunique().to_dict()
    return [(label, groups.get(label, 0), sizes.get(label, 0)) for label in classes if groups.get(label, 0) < needed]


def require_share(rows: pd.DataFrame, drawn: int, fraction: float, part: str) -> None:
    """Checks that a draw of whole groups holds from half to double of what was asked.

    Args:
        rows: The rows to divide; column `group`.
        drawn: How many of them were drawn.
        fraction: What was asked.
        part: What they were drawn for.

    Raises:
        UserError: With the fraction that would fit.
    """
    asked = fraction * len(rows)
    if asked / 2 <= drawn <= asked * 2:
        return
    largest = int(rows["group"].value_counts().iloc[0])
    grouped = largest > 1
    nearest = f"whole groups with every class hold {drawn} rows" if grouped else f"with every class are {drawn} rows"
    problem = (
        f"split.{part}_fraction: {fraction:g} of {len(rows)} rows asked, but the nearest {nearest}: "
        f"use {drawn / len(rows):.2g}, or {GROUP_LESS if grouped else 'add rows'}"
    )
    if largest > MOST * len(rows):
        problem += f"; one group alone holds {largest}, as texts alike join the groups that they are in"
    raise UserError(f"The {part} part cannot be drawn:", [problem])


def require_classes(given: str, parts: Mapping[str, pd.DataFrame], classes: Sequence[str]) -> None:
    """Checks that the parts that follow from a given part have a row of every class.

    Args:
        given: The part that `prepare.split_column` gives.
        parts: Where the rows of each part to check are, and the rows.
        classes: All classes.

    Raises:
        UserError: With a problem for each class that a part lacks.
    """
    problems = [
        f"class {show(label)} has no row {where}: add one, leave the class out, or have "
        "the part drawn (prepare.split_column: null, and one file as prepare.source)"
        for where, rows in parts.items()
        for label in classes
        if label not in set(rows["label"])
    ]
    if problems:
        raise UserError(f"The given {given} part cannot be kept as it is:", shorten(problems, "such classes"))


def require_train_rows(
    pools: Sequence[pd.Series], train_size: int | None, train_per_class: int | None, *, is_validated: bool = True
) -> None:
    """Checks that every repeat has the rows to train on that were asked for.

    Args:
        pools: The classes of the rows that each repeat may train on.
        train_size: `split.train_size`.
        train_per_class: `split.train_per_class`.
        is_validated: Whether there are validation rows beside them.

    Raises:
        UserError: With the largest number that fits all repeats.
    """
    problem = ""
    if train_size is not None:
        problem = _size_problem(pools, train_size)
    if train_per_class is not None:
        problem = _per_class_problem(pools, train_per_class, " beside validation" if is_validated else "")
    if problem:
        raise UserError("The train part cannot be drawn:", [problem])


def _size_problem(pools: Sequence[pd.Series], asked: int) -> str:
    classes = pools[0].nunique()
    if asked >= classes:
        return ""
    return f"split.train_size: {asked} asked, but {classes} classes need a row each: use at least {classes}"


def _per_class_problem(pools: Sequence[pd.Series], asked: int, beside: str) -> str:
    counts = pd.DataFrame([pool.value_counts() for pool in pools], index=range(len(pools)))
    scarcest = counts.min().idxmin()
    fewest = counts[scarcest].min()
    if asked <= fewest:
        return ""
    return (
        f"split.train_per_class: {asked} asked, but repeat {counts[scarcest].idxmin()} leaves {fewest} rows of class "
        f"{show(scarcest)} for training{beside}: use at most {fewest}, or null for all"
    )
