"""`gapwise curve`: runs what a learning curve lacks, reads all of it, and shows it and what more labels will change."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from gapwise.commands.comparable import notes as notes_on
from gapwise.commands.files import refuse_unwritable, write_file
from gapwise.commands.points import Setting, find, load_new, missing, read_setting, run_experiment
from gapwise.commands.project import Project
from gapwise.commands.revisions import Loaded, groups
from gapwise.commands.sizes import check_ahead, choose, parse
from gapwise.comparing.scored import Candidate
from gapwise.forecasting.curve import learning_curve
from gapwise.forecasting.figures import LearningCurve
from gapwise.reports.words import number


def run(
    sizes: str | None, *, metric: str, ahead: int | None, confidence: float, as_json: bool, html: Path | None
) -> None:
    """Draws the curve; the arguments are those of the command, see `gapwise.commands.app`."""
    asked = None if sizes is None else parse(sizes)
    if html is not None:
        refuse_unwritable(html)
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
        runs = found | {one.size: load_new(project, setting, one) for one in to_run}
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
        from gapwise.reports.curve_page import page

        write_file(html, page(curve))


def _candidate(one: Loaded) -> Candidate:
    return Candidate(one.run.name, one.predictions, dict(one.run.params))


def _notes(runs: Sequence[Loaded], setting: Setting, ahead: int) -> list[str]:
    said = [*notes_on([one.run for one in runs]), *(note for one in runs for note in one.notes)]
    if setting.split.repeats == 1:
        said.append("With one repeat, luck in training is judged by what is usual, not by these runs.")
    if setting.split.train_per_class is not None:
        said.append(
            f"params.yaml trains on {setting.split.train_per_class} rows of each class. Here a number of rows is "
            "drawn, with the classes as they come, so its own run is on no curve."
        )
    if setting.here.params["prepare"].get("split_column") is None:
        rest = "test and validation" if setting.split.validation_fraction else "the test"
        share = (1 - setting.split.test_fraction) * (1 - setting.split.validation_fraction)
        said.append(
            f"New labels are rows to train on here. If they are split as now, {number(ahead / share, 0)} new ones give "
            f"{ahead:,} to train on, and the rest makes {rest} larger."
        )
    return said


def _print(curve: LearningCurve, as_json: bool) -> None:
    if as_json:
        print(curve.model_dump_json(indent=2))
        return
    from gapwise.reports.curve import show as show_curve

    show_curve(curve, Console())
