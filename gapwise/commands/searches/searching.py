"""A search at work: settings are screened and raced on validation, then the test is opened for winner and default."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.base.wording import counted, in_words
from gapwise.commands.lockfile import read_lock
from gapwise.commands.project import Project
from gapwise.commands.revisions import PREDICTIONS, groups, load
from gapwise.commands.searches.elsewhere import Elsewhere
from gapwise.commands.searches.trial import LAST, Trial, networks, take_over
from gapwise.commands.searches.workplace import Workplace
from gapwise.comparing.scored import Candidate as Compared
from gapwise.comparing.verdicts import compare
from gapwise.disk.atomic import atomic
from gapwise.searching.correction import correct
from gapwise.searching.effects import effects
from gapwise.searching.figures import Found, describe
from gapwise.searching.params import Search
from gapwise.searching.plan import Plan
from gapwise.searching.race import Race, Scores, mean, run_race
from gapwise.searching.screening import Screened, screen
from gapwise.searching.space import DEFAULT, Candidate, screening_of
from gapwise.searching.telling import tell
from gapwise.searching.validation import scores_of

VALIDATION = "split.validation_fraction"
CONFIDENCE, MARGIN = 0.95, 0.005


@dataclass
class Searching:
    """A search, each step of which is kept before the next.

    Attributes:
        project: To search in.
        workplace: Where this machine works.
        state: Folder of what the search has found so far.
        drawn: The settings, that of params.yaml first.
        search: What is searched.
        plan: How the budget is divided.
        elsewhere: A cluster that trains; None for this machine.
    """

    project: Project
    workplace: Workplace
    state: Path
    drawn: Sequence[Candidate]
    search: Search
    plan: Plan
    elsewhere: Elsewhere | None = None

    def __post_init__(self) -> None:
        self.by_name = {one.name: one for one in self.drawn}
        self.paid: dict[Path, float] = {}  # trainings that went into each file
        self.trained, self.began = 0.0, time.monotonic()  # trainings since then

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
        race = run_race(racing, self.plan.looks, self.scores, metric=self.search.metric, after=self.after)
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
        write(self.state / "verdict.json", found.model_dump_json(indent=2))  # before the test is opened
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
        screening = self.plan.screening
        if screening is None:
            return None
        if screening.fraction is None:  # it is the first repeat of the race
            reached = self.scores(names, 1)
        else:
            drawn = {VALIDATION: screening.fraction}
            trials = {name: Trial(screening_of(name), {**self._changes(name), **drawn}, 1) for name in names}
            reached = self._reached(trials, screening.price)
        found = screen({name: own[0] for name, own in reached.items()}, names[0], self.plan.looks[0].settings)
        rows = len(reached[found.leader][0])
        _say(f"Screened on {rows:,} rows: {len(found.racing)} of {len(names)} settings race; {found.leader} leads")
        return found

    def scores(self, names: Sequence[str], repeats: int) -> dict[str, Scores]:
        """Gives the validation scores of settings, and trains what is missing."""
        return self._reached({name: self._trial(name, repeats) for name in names}, repeats - self._before(repeats))

    def _trial(self, name: str, repeats: int) -> Trial:
        return Trial(name, self._changes(name), repeats)

    def _changes(self, name: str) -> Mapping[str, Any]:
        return self.by_name[name].changes

    def _reached(self, trials: Mapping[str, Trial], price: float) -> dict[str, Scores]:
        """Gives the scores of trials, each of which costs as many trainings as `price`."""
        if self.elsewhere is not None:
            missing = [one for one in trials.values() if not self._file(one).is_file() and not self._is_finished(one)]
            self.elsewhere.train(missing, lambda trial: self._predict(trial, price))
        for trial in trials.values():
            self._predict(trial, price)
        return {name: scores_of(pd.read_parquet(self._file(one)), self.search.metric) for name, one in trials.items()}

    def _predict(self, trial: Trial, price: float) -> None:
        """Trains what is missing of a trial, and keeps what it predicts for the validation rows."""
        file = self._file(trial)
        self.paid[file] = price
        if not file.is_file():
            self._train(trial)
            table = networks().predict_validation(self.workplace.folder)
            with atomic(file) as temporary:
                table[table["repeat"] < trial.repeats].to_parquet(temporary, index=False)
            self._report(trial, price)

    def _train(self, trial: Trial) -> None:
        if self._is_finished(trial):  # with more repeats than are asked for, too; nothing is taken from it
            self.workplace.take(trial.experiment)
            self.workplace.repro(LAST)
            return
        self.workplace.begin(trial.changes, trial.repeats)
        if self._finished(trial.experiment):
            self.workplace.repro("tokenize")
            take_over(self.project, trial.experiment, self.workplace.folder)
        self.workplace.experiment(trial.experiment, LAST)

    def _before(self, repeats: int) -> int:
        """Gives how many repeats a setting has that is to have so many."""
        halts = [0, self.plan.taken_over, *(look.repeats for look in self.plan.looks)]
        return max(halt for halt in halts if halt < repeats)

    def _is_finished(self, trial: Trial) -> bool:
        return self._finished(trial.experiment) >= trial.repeats

    def _finished(self, experiment: str) -> int:
        """Counts the repeats that the experiment of this name has, in this search or in an earlier one."""
        if experiment not in self.project.experiments():
            return 0
        params = YAML(typ="safe").load(self.project.text(self.project.resolve(experiment), "params.yaml"))
        return int(params["split"]["repeats"])

    def _file(self, trial: Trial) -> Path:
        return self.state / "validation" / f"{trial.experiment}-{trial.repeats}.parquet"

    def groups(self, name: str) -> list[Any]:
        """Gives the group of each validation row, by repeat, in the order of the scores."""
        file = self._file(self._trial(name, self.plan.looks[-1].repeats))
        table = pd.read_parquet(file).sort_values(["repeat", "text_id"])
        numbers = pd.Series(pd.factorize(table["group"])[0], index=table["repeat"].to_numpy())
        return [np.asarray(own) for _, own in numbers.groupby(level=0)]

    def open_test(self, name: str) -> None:
        """Runs the whole pipeline of a setting that is trained; nothing is trained again."""
        finished = self._finished(name)
        if not finished:  # somebody has removed the experiment
            self.workplace.begin(self._changes(name), self.plan.looks[-1].repeats)
            self.workplace.experiment(name)
        elif not self._is_tested(name):
            self.workplace.take(name)
            self.workplace.experiment(name)

    def _is_tested(self, name: str) -> bool:
        """Tells whether there are test predictions, and can still be had."""
        revision = self.project.resolve(name)
        recorded = read_lock(self.project.text(revision, "dvc.lock") or "").outs.get(PREDICTIONS)
        try:
            return recorded is not None and bool(self.project.data(revision, PREDICTIONS, recorded))
        except UserError:
            _say(f"The predictions of {name} are gone, and are made again, by training if its networks are gone, too")
            return False

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

    def _report(self, trial: Trial, price: float) -> None:
        """Tells what was trained, and how long the rest will take."""
        from gapwise.reports.words import duration

        self.trained += price
        done = sum(self.paid.values())
        left = (time.monotonic() - self.began) / self.trained * (self.plan.cost - done)
        _say(
            f"{done:5.1f} of at most {self.plan.cost:.1f} trainings: {trial.experiment}, "
            f"{counted(trial.repeats, 'repeat')}; about {duration(left)} left, the test apart"
        )


def _of_all(race: Race, screened: Screened | None) -> dict[str, float]:
    """Gives the score of every setting on rows that all share."""
    if screened is None:
        return {name: mean(scores[: race.looks[0].repeats]) for name, scores in race.scores.items()}
    return {name: float(scores.mean()) for name, scores in screened.scores.items()}


def write(file: Path, text: str) -> None:
    """Writes a file whole, or not at all."""
    with atomic(file) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
