"""Trainings of a search on a Ray cluster: each an experiment of its own there, and here one as of a search here.

At the origin the name of an experiment ends with its repeats, as a reference there is made and never moved; here the
one with the most repeats of a setting has its name.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gapwise.base.wording import in_yaml
from gapwise.commands.searches.trial import LAST, Trial
from gapwise.commands.sweep import report
from gapwise.commands.sweeps.cluster import Sweep, opened, origin_for
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.share import Share
from gapwise.commands.sweeps.work import PATIENCE, Job, git, patiently
from gapwise.searching.space import DEFAULT


class Elsewhere:
    """A cluster that trains.

    Args:
        sweep: What runs experiments there.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep, self._repository, self._origin = sweep, sweep.repository, sweep.origin

    @property
    def is_shared(self) -> bool:
        """Tells whether outputs travel by the DVC remote."""
        return self._origin.shared

    def train(self, trials: Sequence[Trial], trained: Callable[[Trial], None]) -> None:
        """Runs trials, but for those that the origin has; each is an experiment of the project afterwards.

        Args:
            trials: That the project has no experiments of.
            trained: Is told of each as soon as it is here.

        Raises:
            UserError: With all that failed, after the others have run.
        """
        there, jobs = self._known(), dict[Job, Trial]()
        for trial in trials:
            done = [repeats for repeats in _repeats(trial, there) if repeats >= trial.repeats]
            if done:
                self._take(f"{trial.experiment}-{min(done)}", trial)
                trained(trial)
            else:
                jobs[self._job(trial, there)] = trial

        def ends(job: Job, how: str) -> None:
            if how == "done":
                self._take(job.name, jobs[job])
                trained(jobs[job])
            else:
                print(f"{job.name}: {how}", file=sys.stderr, flush=True)

        failures = self._sweep.run(list(jobs), ends)
        told = {_with_values(job, trial): failures[job.name] for job, trial in jobs.items() if job.name in failures}
        report(told, list(jobs), self._sweep.logs)

    def _known(self) -> set[str]:
        if self._origin.shared:
            return patiently(lambda: self._repository.known_to(self._origin), PATIENCE)
        return self._repository.known()

    def _job(self, trial: Trial, there: set[str]) -> Job:
        earlier = [f"{trial.experiment}-{repeats}" for repeats in sorted(_repeats(trial, there), reverse=True)]
        follows = next(iter([*earlier, *({trial.experiment} & there)]), "")
        told = {"changes": dict(trial.changes), "repeats": trial.repeats, "follows": follows}
        return Job(
            f"{trial.experiment}-{trial.repeats}",
            stages=(LAST,),
            before=("-m", "gapwise.commands.searches.trial", json.dumps(told)),
            follows=follows,
        )

    def _take(self, name: str, trial: Trial) -> None:
        """Gives an experiment of the origin the name that it has here."""
        if name not in self._repository.known():
            patiently(lambda: self._repository.fetch(self._origin, [name]), PATIENCE)
        top, references = self._repository.top, self._origin.namespace
        git(top, "update-ref", references + trial.experiment, references + name)
        git(top, "update-ref", "-d", references + name)


def _with_values(job: Job, trial: Trial) -> str:
    return f"{job.name} ({', '.join(f'{key} {in_yaml(value)}' for key, value in trial.changes.items()) or DEFAULT})"


def _repeats(trial: Trial, names: set[str]) -> list[int]:
    """Gives the repeats of a trial's setting that experiments of these names have."""
    parts = (name.rpartition("-") for name in names)
    return [int(end) for experiment, _, end in parts if experiment == trial.experiment and end.isdigit()]


@contextmanager
def elsewhere(address: str | None, repository: Repository, share: Share) -> Iterator[Elsewhere | None]:
    """Connects to a cluster; gives None without an address.

    Raises:
        UserError: With all that keeps it from running experiments.
    """
    if address is None:
        yield None
        return
    with opened(address, repository, origin_for(address, repository), share) as sweep:
        yield Elsewhere(sweep)
