"""`gapwise plan`: what a comparison will be able to show, and how long its runs take."""

from rich.console import Console

from gapwise.base.errors import UserError
from gapwise.commands.project import Project
from gapwise.commands.revisions import groups, read
from gapwise.commands.timings import seconds
from gapwise.statistics.planning import assumed, observed, plan
from gapwise.statistics.uncertainty import Components

REPEATS = [2, 3, 5, 10, 20]
ROWS = [100, 300, 1000, 3000]


def run(
    revision: str | None,
    *,
    difference: float | None,
    rows: int | None,
    accuracy: float | None,
    repeats: int | None,
    confidence: float,
    as_json: bool,
) -> None:
    """Plans and shows the plan; the arguments are those of the command, see `gapwise.commands.app`."""
    if rows is None and accuracy is None:
        if repeats is not None:
            raise UserError("--repeats is for a plan without a run, with --rows and --accuracy; a run has its own.")
        setting, took = _from_a_run(revision or "workspace")
    elif rows is None or accuracy is None:
        raise UserError("--rows and --accuracy go together: a plan without a run needs both.")
    elif revision is not None:
        raise UserError("--from plans from a run, --rows and --accuracy without one; choose one.")
    else:
        setting, took = assumed(accuracy, 5 if repeats is None else repeats, rows), None
    table = {"repeats": sorted({*REPEATS, setting.repeats}), "rows": sorted({*ROWS, setting.rows})}
    found = plan(setting, difference, confidence, **table)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        from gapwise.reports.plan import show

        show(found, took, Console())


def _from_a_run(revision: str) -> tuple[Components, float | None]:
    """Gives what a run knows of its accuracy, and how many seconds one of its repeats was trained."""
    with Project() as project:
        try:
            found = read(project, revision)
        except UserError as error:
            advice = "To plan without a run: `gapwise plan --rows 300 --accuracy 0.8`"
            raise UserError("There is no run to plan from:", [f"{revision}: {error.headline}", advice]) from error
        took = seconds(project, found.run)
        setting = observed(found.predictions, groups(project, found))
        return setting, None if took is None else took / setting.repeats
