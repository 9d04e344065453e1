"""`gapwise errors`: which texts a setting gets wrong, and where it is worse than elsewhere."""

from pathlib import Path

from rich.console import Console

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts
from gapwise.commands.files import write_file
from gapwise.commands.project import Project
from gapwise.commands.revisions import Loaded, load, read, table
from gapwise.inspecting.error_report import Predictor, error_report
from gapwise.inspecting.figures import ErrorReport

TABLES = {"validation": "data/development.parquet", "test": "data/test.parquet"}


def run(
    revision: str, second: str | None, *, confidence: float, html: Path | None, as_json: bool, top: int | None
) -> None:
    """Looks at errors and shows them; the arguments are those of the command, see `gapwise.commands.app`."""
    found = _report(revision, second, confidence)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        from gapwise.reports.errors import show

        show(found, Console(), top)
    if html is not None:
        from gapwise.reports.errors_page import page

        write_file(html, page(found))


def _report(revision: str, second: str | None, confidence: float) -> ErrorReport:
    with Project() as project:
        settings, notes = _settings(project, revision, second)
        texts = {part: table(project, settings[0].run, path, Texts) for part, path in TABLES.items()}
        predictors = [Predictor(one.run.name, one.predictions) for one in settings]
        other = predictors[1] if second is not None else None
        found = error_report(predictors[0], other, texts, confidence)
        return found.model_copy(update={"notes": [*found.notes, *notes]})


def _settings(project: Project, revision: str, second: str | None) -> tuple[list[Loaded], list[str]]:
    if second is not None:
        return load(project, [revision, second])
    try:
        found = read(project, revision)
    except UserError as error:
        raise UserError("There are no predictions to look at:", [f"{revision}: {error.headline}"]) from error
    return [found], found.notes
