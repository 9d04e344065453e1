"""`gapwise search`: draws settings, screens and races them on validation, opens the test for winner and default."""

import contextlib
import hashlib
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import gapwise
from gapwise.base.errors import UserError
from gapwise.base.tables import is_validated
from gapwise.base.unvalidated import none_drawn
from gapwise.base.validation import validate
from gapwise.base.wording import counted, in_words
from gapwise.commands.comparable import Run, require_one_test
from gapwise.commands.lockfile import Lock, read_lock
from gapwise.commands.project import Project
from gapwise.commands.revisions import PREDICTIONS, groups, load
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.timings import seconds
from gapwise.commands.workplace import Workplace
from gapwise.comparing.scored import Candidate as Compared
from gapwise.comparing.verdicts import compare
from gapwise.disk.atomic import atomic
from gapwise.searching.correction import correct
from gapwise.searching.effects import effects
from gapwise.searching.figures import Found, describe
from gapwise.searching.params import Search, read_search
from gapwise.searching.plan import Plan, Screening, least_budget, plan, screening, share
from gapwise.searching.race import Race, Scores, mean, run_race
from gapwise.searching.screening import Screened, screen
from gapwise.searching.space import DEFAULT, Candidate, candidates, check, misnamed, screening_of
from gapwise.searching.telling import tell
from gapwise.searching.validation import scores_of
from gapwise.splitting.params import SplitParams
from gapwise.statistics.uncertainty import Floats
from gapwise.texts.params import PrepareParams

FOLDER = Path(".gapwise/search")
VALIDATION = "split.validation_fraction"
CONFIDENCE, MARGIN = 0.95, 0.005
NO_RACE = (
    "A search races settings on validation rows: split.validation_fraction (0) draws none, and {source} gives none."
)
RACE = "set split.validation_fraction above 0, run `dvc repro` and commit"


def run(file: Path, *, as_json: bool, html: Path | None) -> None:
    """Searches and shows what was found; the arguments are those of the command, see `gapwise.commands.app`."""
    written = file.absolute()
    page = None if html is None else html.absolute()
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
        with _alone() as lock, (state / "log.txt").absolute().open("a", encoding="utf-8") as log:
            workplace = Workplace(repository, (FOLDER / "clone").absolute(), log, lock)
            screened = _screening(workplace, document, state / "screening.json")
            planned = _fitting(budget, search, len(drawn), screened)
            found = _Searching(project, workplace, state, drawn, search, planned).found()
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
    if not given and (fraction := share(of_race, own)) > own:
        with contextlib.suppress(UserError):  # with more rows to validate on, some class may have too few to train on
            found = screening(fraction, _split(workplace, {VALIDATION: fraction}, 1), of_race)
    _write(file, json.dumps(asdict(found)))
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


@dataclass
class _Searching:
    """A search at work, each step of which is kept before the next."""

    project: Project
    workplace: Workplace
    state: Path
    drawn: Sequence[Candidate]
    search: Search
    plan: Plan

    def __post_init__(self) -> None:
        self.by_name = {one.name: one for one in self.drawn}
        self.took: list[float] = []
        self.done = 0.0

    def found(self) -> Found:
        """Runs the race, or what is left of it, then opens the test."""
        names = [one.name for one in self.drawn]
        _say(
            f"{len(names)} settings: {'' if self.plan.screening is None else 'a screening of all, then '}a race of "
            f"{self.plan.looks[0].settings}, the work of {self.plan.cost:.0f} trainings at most; what is finished is "
            "taken over"
        )
        screened = self.screened(names)
        racing = names if screened is None else screened.racing
        race = run_race(racing, self.plan.looks, self.score, metric=self.search.metric, after=self.after)
        worth = correct(race, self.groups(race.default), self.search.metric, CONFIDENCE)
        tell(self.state / "study.log", self.drawn, race)
        found = describe(
            race,
            self.drawn,
            worth,
            effects(_of_all(race, screened), self.drawn, CONFIDENCE),
            plan=self.plan,
            screened=screened,
            metric=self.search.metric,
            confidence=CONFIDENCE,
        )
        _write(self.state / "verdict.json", found.model_dump_json(indent=2))  # before the test is opened
        finalists = list(dict.fromkeys([race.default, race.winner]))
        _say(
            "The race is over, and the verdict on validation is written; the test is opened for "
            f"{in_words(finalists)}, by baseline and evaluate"
        )
        for name in finalists:
            self.open_test(name)
        if race.winner == race.default:
            return found
        return found.model_copy(update={"test": self.compared(race)})

    def screened(self, names: Sequence[str]) -> Screened | None:
        """Screens all settings, if the plan has it; tells who may race."""
        if self.plan.screening is None:
            return None
        scores = {name: self._screen(name, self.plan.screening) for name in names}
        found = screen(scores, names[0], self.plan.looks[0].settings)
        rows = len(scores[found.leader])
        _say(f"Screened on {rows:,} rows: {len(found.racing)} of {len(names)} settings race; {found.leader} leads")
        return found

    def _screen(self, name: str, screening: Screening) -> Floats:
        if screening.fraction is None:  # it is the first repeat of the race
            return self.score(name, 1)[0]
        file = self.state / "validation" / f"{name}-screening.parquet"
        if not file.is_file():
            began = time.monotonic()
            self.workplace.begin({**self.by_name[name].changes, VALIDATION: screening.fraction}, repeats=1)
            self._train(screening_of(name), file, 1)
            self._report(f"screening of {name}", time.monotonic() - began, screening.price)
        self.done += screening.price
        return scores_of(pd.read_parquet(file), self.search.metric)[0]

    def score(self, name: str, repeats: int) -> Scores:
        """Gives the validation scores of a setting, and trains what is missing."""
        file, new = self._file(name, repeats), repeats - self._before(repeats)
        if not file.is_file():
            began = time.monotonic()
            # More than are asked for, if an earlier search has trained them; nothing is taken from it.
            self.workplace.begin(self.by_name[name].changes, max(repeats, self._finished(name)))
            if 0 < self._finished(name) < repeats:
                self._hand_over(name)
            self._train(name, file, repeats)
            self._report(f"{name}, {counted(repeats, 'repeat')}", time.monotonic() - began, new)
        self.done += new
        return scores_of(pd.read_parquet(file), self.search.metric)

    def _train(self, experiment: str, file: Path, repeats: int) -> None:
        """Trains what the workplace has the params of, and keeps what it predicts for the validation rows."""
        if self._finished(experiment) < repeats:
            self.workplace.experiment(experiment, "finetune")
        else:
            self.workplace.repro("finetune")
        table = _networks().predict_validation(self.workplace.folder)
        with atomic(file) as temporary:
            table[table["repeat"] < repeats].to_parquet(temporary, index=False)

    def _before(self, repeats: int) -> int:
        """Gives how many repeats a setting has that is to have so many."""
        halts = [0, self.plan.taken_over, *(look.repeats for look in self.plan.looks)]
        return max(halt for halt in halts if halt < repeats)

    def _finished(self, name: str) -> int:
        """Counts the repeats that the experiment of this name has, in this search or in an earlier one."""
        if name not in self.project.experiments():
            return 0
        params = YAML(typ="safe").load(self.project.text(self.project.resolve(name), "params.yaml"))
        return int(params["split"]["repeats"])

    def _hand_over(self, name: str) -> None:
        self.workplace.repro("tokenize")
        revision = self.project.resolve(name)
        outs = self._lock(name).outs
        finished = self.state / "finished"
        shutil.rmtree(finished, ignore_errors=True)
        for path in ("models", "metrics/training"):
            self.project.copy_folder(revision, path, outs[path], finished / path)
        (finished / "metrics/plots").mkdir(parents=True)
        epochs = "metrics/plots/epochs.csv"
        (finished / epochs).write_bytes(self.project.data(revision, epochs, outs[epochs]))
        _networks().hand_over(self.workplace.folder, finished.absolute())
        shutil.rmtree(finished)

    def _file(self, name: str, repeats: int) -> Path:
        return self.state / "validation" / f"{name}-{repeats}.parquet"

    def groups(self, name: str) -> list[Any]:
        """Gives the group of each validation row, by repeat, in the order of the scores."""
        table = pd.read_parquet(self._file(name, self.plan.looks[-1].repeats)).sort_values(["repeat", "text_id"])
        numbers = pd.Series(pd.factorize(table["group"])[0], index=table["repeat"].to_numpy())
        return [np.asarray(own) for _, own in numbers.groupby(level=0)]

    def open_test(self, name: str) -> None:
        """Runs the whole pipeline of a setting that is trained; nothing is trained again."""
        finished = self._finished(name)  # 0 if somebody has removed the experiment
        if not finished or PREDICTIONS not in self._lock(name).outs:
            self.workplace.begin(self.by_name[name].changes, finished or self.plan.looks[-1].repeats)
            self.workplace.experiment(name)

    def _lock(self, name: str) -> Lock:
        return read_lock(self.project.text(self.project.resolve(name), "dvc.lock") or "")

    def compared(self, race: Race) -> Any:
        """Compares the winner with the default on the test rows, as `gapwise compare` does."""
        settings, notes = load(self.project, [race.default, race.winner])
        names = (DEFAULT, race.winner)
        both = [
            Compared(name, one.predictions, dict(one.run.params)) for name, one in zip(names, settings, strict=True)
        ]
        found = compare(both, groups(self.project, settings[0]), self.search.metric, MARGIN, CONFIDENCE)
        return found.model_copy(update={"notes": [*found.notes, *notes]})

    def after(self, race: Race, look: int) -> None:
        """Tells who fell."""
        fallen = {name: fall for name, fall in race.falls.items() if fall.look == look}
        worse = sum(fall.reason == "worse" for fall in fallen.values())
        going = len(race.scores) - len(race.falls)
        repeats = counted(self.plan.looks[look].repeats, "repeat")
        _say(
            f"Look {look + 1} of {len(self.plan.looks)}, {repeats}: {worse} will not win, "
            f"{len(fallen) - worse} fell for the budget, {going} go on; {race.winner} leads"
        )

    def _report(self, what: str, took: float, trainings: float) -> None:
        """Tells what was trained, and how long the rest will take."""
        self.took.append(took / trainings)
        done = self.done + trainings
        left = (self.plan.cost - done) * statistics.median(self.took)
        from gapwise.reports.words import duration

        _say(
            f"{done:5.1f} of at most {self.plan.cost:.1f} trainings: {what}, {duration(took)}; "
            f"about {duration(left)} left, the test apart"
        )


def _of_all(race: Race, screened: Screened | None) -> dict[str, float]:
    """Gives the score of every setting on rows that all share."""
    if screened is None:
        return {name: mean(scores[: race.looks[0].repeats]) for name, scores in race.scores.items()}
    return {name: float(scores.mean()) for name, scores in screened.scores.items()}


def _networks() -> Any:
    """Imports TensorFlow, late and without a GPU, which the trainings need."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from gapwise.commands import validating

    return validating


def _write(file: Path, text: str) -> None:
    with atomic(file) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _show(found: Found, as_json: bool, html: Path | None) -> None:
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        from rich.console import Console

        from gapwise.reports.search import show

        show(found, Console())
    if html is not None:
        from gapwise.commands.files import write_file
        from gapwise.reports.search_page import page

        write_file(html, page(found))
