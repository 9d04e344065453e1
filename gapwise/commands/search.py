"""`gapwise search`: draws settings, screens and races them on validation, opens the test for winner and default."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import gapwise
from gapwise.base.errors import UserError
from gapwise.base.tables import is_validated
from gapwise.base.unvalidated import none_drawn
from gapwise.base.validation import validate
from gapwise.commands.comparable import Run, require_one_test
from gapwise.commands.files import refuse_unwritable, write_file
from gapwise.commands.lockfile import read_lock
from gapwise.commands.project import Project
from gapwise.commands.searches.elsewhere import elsewhere
from gapwise.commands.searches.searching import VALIDATION, Searching, write
from gapwise.commands.searches.workplace import Workplace
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.share import Share
from gapwise.commands.timings import seconds
from gapwise.searching.figures import Found
from gapwise.searching.params import Search, read_search
from gapwise.searching.plan import Plan, Screening, fraction_of, least_budget, plan, screening
from gapwise.searching.space import candidates, check, misnamed
from gapwise.splitting.params import SplitParams
from gapwise.texts.params import PrepareParams

FOLDER = Path(".gapwise/search")
NO_RACE = (
    "A search races settings on validation rows: split.validation_fraction (0) draws none, and {source} gives none."
)
RACE = "set split.validation_fraction above 0, run `dvc repro` and commit"


def run(file: Path, *, as_json: bool, html: Path | None, ray: str | None, share: Share) -> None:
    """Searches and shows what was found; the arguments are those of the command, see `gapwise.commands.app`."""
    written = file.absolute()
    page = None if html is None else html.absolute()
    if page is not None:
        refuse_unwritable(page)
    with Project() as project, contextlib.chdir(project.folder):
        repository = Repository(project.folder)
        search, document = _read(project, repository, written)
        budget = _budget(search, project, document)
        state = FOLDER / _identity(search, project)
        drawn = candidates(search, document, project.head, state / "study.log")
        if len(drawn) < 2:
            raise UserError(
                "The keys of the search hold no setting but the one of params.yaml.", ["give them more values"]
            )
        with (
            _alone() as lock,
            (state / "log.txt").absolute().open("a", encoding="utf-8") as log,
            elsewhere(ray, repository, share) as cluster,
        ):
            pulls = cluster is not None and cluster.is_shared
            workplace = Workplace(repository, (FOLDER / "clone").absolute(), log, lock, pulls=pulls)
            screened = _screening(workplace, document, state / "screening.json")
            planned = _fitting(budget, search, len(drawn), screened)
            found = Searching(project, workplace, state, drawn, search, planned, cluster).found()
    _show(found, as_json, page)


def _read(project: Project, repository: Repository, file: Path) -> tuple[Search, Mapping[str, Any]]:
    if Path(gapwise.__file__).resolve().parents[1] != project.folder.resolve():
        raise UserError(
            "A search runs the project's own code, and this program comes from another folder.",
            [f"run `python -m gapwise search` in {project.folder}"],
        )
    repository.refuse_changes("A search", ["params.yaml", "dvc.yaml", "*.dvc", "gapwise", "stages"])
    asked, document = _document(file), _document(Path("params.yaml"))
    try:
        search = read_search(asked)
    except UserError as error:
        keys = asked.get("keys") if isinstance(asked, dict) else None
        names = misnamed(map(str, keys), document) if isinstance(keys, dict) else []
        raise UserError(error.headline, [*error.problems, *names]) from error
    prepare, split = validate(document, PrepareParams, SplitParams)
    require_one_test(document, "A search", "set split.rotate to null and commit")
    if none_drawn(prepare, split):
        raise UserError(NO_RACE.format(source=document["prepare"]["source"]), [RACE])
    check(search, document)
    return search, document


def _document(file: Path) -> Any:
    try:
        return YAML(typ="safe").load(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UserError(
            f"There is no {file.name} here.", ["`cp searches/small.yaml search.yaml` makes one to start from"]
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file.name} cannot be read: {error}.") from error
    except YAMLError as error:
        raise UserError(f"{file.name} is not valid YAML:", str(error).splitlines()[:4]) from error


def _screening(workplace: Workplace, document: Mapping[str, Any], file: Path) -> Screening:
    """Splits, and tells what the rows make of a screening. Refuses rows of which none validate; nothing is trained."""
    if file.is_file():
        return Screening(**json.loads(file.read_text(encoding="utf-8")))
    of_race = _split(workplace, {}, document["split"]["repeats"])
    data = workplace.folder / "data"
    if not is_validated(pd.read_parquet(data / "repeats.parquet")):
        raise UserError(NO_RACE.format(source=document["prepare"]["source"]), [f"give it validation rows, or {RACE}"])
    found, own = Screening(), document["split"]["validation_fraction"]
    given = "validation" in set(pd.read_parquet(data / "development.parquet", columns=["part"])["part"])
    if not given and (fraction := fraction_of(of_race, own)) > own:
        with contextlib.suppress(UserError):  # with more rows to validate on, some class may have too few to train on
            found = screening(fraction, _split(workplace, {VALIDATION: fraction}, 1), of_race)
    write(file, json.dumps(asdict(found)))
    return found


def _split(workplace: Workplace, changes: Mapping[str, Any], repeats: int) -> Any:
    """Splits, and gives what metrics/split.json has."""
    workplace.begin(changes, repeats)
    workplace.repro("split")
    return json.loads((workplace.folder / "metrics/split.json").read_text(encoding="utf-8"))


def _budget(search: Search, project: Project, document: Mapping[str, Any]) -> int:
    """Gives how many trainings the budget pays."""
    if search.budget.repeats is not None:
        return search.budget.repeats
    head = Run("HEAD", project.head, document, read_lock(project.text(project.head, "dvc.lock") or ""))
    took = seconds(project, head)
    if took is None:
        raise UserError(
            "budget.minutes needs to know how long a training takes here, and none was timed.",
            ["run `dvc repro` and commit, or give budget.repeats"],
        )
    return int(60 * (search.budget.minutes or 0) / (took / document["split"]["repeats"]))


def _fitting(budget: int, search: Search, settings: int, screened: Screening) -> Plan:
    planned = plan(settings, search.repeats, budget, screened)
    if not planned.looks:
        least = least_budget(settings, search.repeats, screened)
        given = f"{search.budget.minutes:g} minutes, {budget} trainings," if search.budget.repeats is None else budget
        raise UserError(
            "The budget fits no race, nothing was trained:",
            [
                f"budget: {given} must be {least} trainings or more: {settings * screened.price:.1f} to screen "
                f"{settings} settings, and {search.repeats} for params.yaml and for one other; raise it, or lower "
                "settings or repeats"
            ],
        )
    return planned


def _identity(search: Search, project: Project) -> str:
    """Names a search by all that determines it, so that the same search goes on where it was."""
    text = json.dumps([search.model_dump(mode="json"), project.head], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@contextlib.contextmanager
def _alone() -> Iterator[TextIO]:
    """Refuses a second search in the same project; the lock ends with the process, however it ends."""
    import fcntl

    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError("Another search is running in this project.", ["wait for it, or end it"]) from error
        yield file


def _show(found: Found, as_json: bool, html: Path | None) -> None:
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        from rich.console import Console

        from gapwise.reports.search import show

        show(found, Console())
    if html is not None:
        from gapwise.reports.search_page import page

        write_file(html, page(found))
