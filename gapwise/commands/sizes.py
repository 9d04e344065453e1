"""Which numbers of rows a learning curve is seen at, and how far ahead it is forecast."""

from collections.abc import Sequence

import numpy as np

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, shorten, show
from gapwise.commands.points import Setting
from gapwise.forecasting.curve import FARTHEST

ALL = "all"
FEWEST = 3  # sizes; with fewer, nothing tells how the curve bends
USUAL, SMALLEST = 5, 16  # sizes without --sizes, and rows of the smallest, where all rows are four times as many


def parse(sizes: str) -> list[int | None]:
    """Reads --sizes: numbers of rows, and `all`, which becomes None.

    Raises:
        UserError: With all that is wrong in it.
    """
    words = [word.strip() for word in sizes.split(",") if word.strip()]
    problems = [
        f"{show(word)} is neither a whole number of 2 or more nor {ALL}"
        for word in words
        if word != ALL and not (word.isdecimal() and int(word) >= 2)
    ]
    read = [None if word == ALL else int(word) for word in words if word == ALL or word.isdecimal()]
    twice = [str(size or ALL) for size in dict.fromkeys(read) if read.count(size) > 1]
    problems += [f"{in_words(twice)} is given twice"] if twice else []
    if not problems and len(words) < FEWEST:
        problems = [f"{FEWEST} sizes or more are needed to see a curve bend; got {len(words)}"]
    if problems:
        raise UserError("--sizes must be like 50,100,200,all:", shorten(problems, "mistakes"))
    return sorted(read, key=lambda size: size or np.inf)


def choose(asked: Sequence[int | None] | None, setting: Setting) -> tuple[list[int | None], list[str]]:
    """Chooses the sizes to train: those asked for, or halvings of all rows that are left.

    Args:
        asked: From `parse`; None where the user left it open.
        setting: Whose rows they are.

    Returns:
        The sizes, smallest first and None for all rows, and sentences for what was not taken as it was asked.

    Raises:
        UserError: If a size is too small for a row of each class, or too few different sizes are left.
    """
    left = min(setting.left)
    if asked is None:
        halves = [_round(left / 2**power) for power in range(USUAL - 1, 0, -1)]
        asked = [*(size for size in halves[:-2] if size >= SMALLEST), *halves[-2:], None]
    sizes = [size for size in asked if size is not None and size < left]
    beyond = [size for size in asked if size is not None and size >= left]
    said = []
    if beyond:
        said.append(f"Only {left:,} rows are left to train on; {in_words(beyond)} became all.")
    wanted: list[int | None] = [*sizes, None] if beyond or None in asked else [*sizes]
    if len(wanted) < FEWEST:
        too_few = (
            f"{left:,} rows are left to train on; of --sizes, only {len(wanted)} differ then, and {FEWEST} are needed"
        )
        raise UserError("The learning curve has too few sizes:", [f"{too_few}: name smaller ones"])
    setting.draws(wanted[0])  # which says so if it is too small for a row of each class
    if wanted[-1] is not None:
        said.append(f"{left:,} rows are left to train on; with `{ALL}` in --sizes the curve would end there.")
    return wanted, said


def check_ahead(ahead: int | None, wanted: Sequence[int | None], setting: Setting) -> int:
    """Checks --ahead, or chooses half of the largest size.

    Raises:
        UserError: If it is farther than forecasts were measured.
    """
    last = float(np.mean(setting.left)) if wanted[-1] is None else wanted[-1]
    if ahead is None:
        return _round(last / 2)
    if last + ahead > FARTHEST * last + 0.5:
        raise UserError(
            f"--ahead may be up to {(FARTHEST - 1) * last:.0f} rows more than the {last:.0f} of the largest size; got "
            f"{ahead}. How far off a forecast is was measured up to {FARTHEST:g} times the rows seen, and no farther."
        )
    return ahead


def _round(value: float) -> int:
    """Rounds to two digits."""
    return int(float(f"{value:.2g}"))
