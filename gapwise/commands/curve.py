"""`gapwise curve`: runs what is missing of a learning curve, reads all of it, shows it and what more labels will change."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, shorten, show
from gapwise.commands.comparable import notes as notes_on
from gapwise.commands.points import Setting, find, missing, read_setting, run_experiment
from gapwise.commands.project import Project
from gapwise.commands.revisions import Loaded, groups, read
from gapwise.comparing.scored import Candidate
from gapwise.forecasting.curve import FARTHEST, learning_curve
from gapwise.forecasting.figures import LearningCurve
from gapwise.reports.words import number
from gapwise.statistics.metrics import METRICS

ALL = "all"
FEWEST = 3  # sizes; with fewer, nothing tells how the curve bends
USUAL, SMALLEST = 5, 16  # sizes without --sizes, and rows of the smallest


def run(
    sizes: str | None, *, metric: str, ahead: int | None, confidence: float, as_json: bool, html: Path | None
) -> None:
    """Draws the curve; the arguments are those of the command, see `gapwise.commands.app`."""
    asked = None if sizes is None else parse(sizes)
    with Project() as project:
        setting = read_setting(project)
        wanted, said = choose(asked, setting)
        ahead = check_ahead(ahead, wanted, setting)
        found, refused = find(project, setting, wanted)
        to_run = missing(project, setting, wanted, found)
    for place, one in enumerate(to_run, 1):
        print(f"{one.name}: run {place} of {len(to_run)}", file=sys.stderr, flush=True)
        run_experiment(one, setting)
    with Project() as project:
        runs = found | {one.size: read(project, one.name) for one in to_run}
        ordered = [runs[size] for size in wanted]
        curve = learning_curve(
            [_candidate(one) for one in ordered],
            groups(project, ordered[-1]),
            float(np.mean(setting.left)),
            metric=metric,
            confidence=confidence,
            ahead=ahead,
            notes=[*said, *refused, *_notes(ordered, setting, ahead)],
        )
    _print(curve, as_json)
    if html is not None:
        _write_page(html, curve)


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
    twice = sorted({word for word in words if words.count(word) > 1})
    problems += [f"{in_words(twice)} is given twice"] if twice else []
    if not problems and len(words) < FEWEST:
        problems = [f"{FEWEST} sizes or more are needed to see a curve bend; got {len(words)}"]
    if problems:
        raise UserError("--sizes must be like 50,100,200,all:", shorten(problems, "mistakes"))
    return sorted((None if word == ALL else int(word) for word in words), key=lambda size: size or np.inf)


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
        asked = [*(size for size in halves if size >= SMALLEST), None]
    sizes = [size for size in asked if size is not None and size < left]
    beyond = [size for size in asked if size is not None and size >= left]
    said = []
    if beyond:
        said.append(
            f"Only {left:,} rows are left to train on beside test and validation; {in_words(beyond)} became all."
        )
    wanted = [*sizes, None] if beyond or None in asked else sizes
    if len(wanted) < FEWEST:
        raise UserError(
            "A learning curve cannot be drawn:",
            [
                f"{left:,} rows are left to train on, which leaves {len(wanted)} sizes, and {FEWEST} are needed: name smaller --sizes"
            ],
        )
    for size in wanted:
        setting.draws(size)
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


def _candidate(one: Loaded) -> Candidate:
    return Candidate(one.run.name, one.predictions, dict(one.run.params))


def _notes(runs: Sequence[Loaded], setting: Setting, ahead: int) -> list[str]:
    said = [*notes_on([one.run for one in runs]), *(note for one in runs for note in one.notes)]
    given = set(setting.development["part"].dropna())
    if "validation" not in given:
        share = (1 - setting.split.test_fraction) * (1 - setting.split.validation_fraction)
        said.append(
            f"New labels are rows to train on here. If they are split as now, {number(ahead / share, 0)} new ones give "
            f"{ahead:,} to train on, and the rest makes test and validation larger."
        )
    return said


def _print(curve: LearningCurve, as_json: bool) -> None:
    if as_json:
        print(curve.model_dump_json(indent=2))
        return
    from gapwise.reports.curve import show as show_curve

    show_curve(curve, Console())


def _write_page(file: Path, curve: LearningCurve) -> None:
    from gapwise.reports.curve_page import page

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(curve), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"Wrote {file}", file=sys.stderr)
