"""`gapwise sweep`: a grid of settings, each an experiment of its own, here or on many machines."""

import sys
from collections.abc import Mapping, Sequence

from gapwise.base.errors import UserError
from gapwise.base.wording import shorten
from gapwise.commands.project import Project
from gapwise.commands.sweeps import checks, grid, here
from gapwise.commands.sweeps.lines import lines
from gapwise.commands.sweeps.progress import Progress, last_words
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.share import Share
from gapwise.commands.sweeps.work import Job, StepError

ONE = Share()


def run(settings: Sequence[str], *, printed: bool, ray: str | None, share: Share) -> None:
    """Runs a grid or prints it; the arguments are those of the command, see `gapwise.commands.app`."""
    repository, planned = _planned(grid.read(settings))
    jobs = list(dict.fromkeys(planned))
    if printed:
        print("\n".join(lines(jobs, checks.shared_origin(repository))))
        return
    _run(jobs, repository, ray, share)
    print("\n".join(job.name for job in jobs))


def run_settings(settings: Sequence[Mapping[str, object]], *, ray: str | None = None, share: Share = ONE) -> list[str]:
    """Runs settings as experiments of the current commit, but for those that are done.

    Args:
        settings: Values of params by dotted key, for example `{"finetune.l2": 0.1}`; others are those of the commit.
        ray: Address of a cluster's head node, `HOST:PORT`, or `local`; None to run one after the other.
        share: With `ray`, what each experiment takes of a machine.

    Returns:
        The name of each setting's experiment, in their order; the same for the same setting.

    Raises:
        UserError: With all mistakes of all settings, or what else keeps them from running, before any runs; or with all
            that failed.
    """
    repository, planned = _planned([grid.overrides(setting) for setting in settings])
    _run(list(dict.fromkeys(planned)), repository, ray, share)
    return [job.name for job in planned]


def _planned(settings: Sequence[Sequence[str]]) -> tuple[Repository, list[Job]]:
    with Project() as project:
        repository = Repository(project.folder)
    repository.refuse_changes("A sweep")
    return repository, grid.jobs(repository.text(grid.PARAMS) or "", repository.commit, settings)


def _run(jobs: Sequence[Job], repository: Repository, ray: str | None, share: Share) -> None:
    if ray is None:
        run_here(jobs, repository)
    else:
        run_on(ray, jobs, repository, share)


def run_on(address: str, jobs: Sequence[Job], repository: Repository, share: Share) -> None:
    """Does the same as `run_here` on a Ray cluster, or with a Ray of this machine.

    Args:
        address: Of the head node, `HOST:PORT`, or `local`.
        jobs: From `grid.jobs`.
        repository: Of the project, without changes.
        share: What each experiment takes of a machine.

    Raises:
        UserError: With all that keeps the cluster from running experiments, before any runs; or with all that failed.
    """
    from gapwise.commands.sweeps.cluster import opened, origin_for

    origin = origin_for(address, repository)
    missing = to_run(jobs, repository)
    if missing:
        with opened(address, repository, origin, share) as sweep:
            progress = Progress(len(missing))
            failures = sweep.run(missing, lambda job, how: progress.ends(job.name, how))
            logs = sweep.logs
        report(failures, jobs, logs)


def run_here(jobs: Sequence[Job], repository: Repository) -> None:
    """Runs those experiments that neither this repository nor its remote has; afterwards all are here.

    Args:
        jobs: From `grid.jobs`.
        repository: Of the project, without changes.

    Raises:
        UserError: With all that failed, after the others have run.
    """
    report(here.run(to_run(jobs, repository), repository), jobs, here.FOLDER)


def to_run(jobs: Sequence[Job], repository: Repository) -> list[Job]:
    """Gives those experiments that are not done, brings here what the git remote has, and says how many they are."""
    known = repository.known() | _brought(jobs, repository)
    missing = [job for job in jobs if job.name not in known]
    print(f"{len(jobs) - len(missing)} done before, {len(missing)} to run", file=sys.stderr)
    return missing


def _brought(jobs: Sequence[Job], repository: Repository) -> set[str]:
    """Brings here what the git remote has; where it is away, the sweep goes on without it."""
    origin = repository.remote()
    if origin is None:
        return set()
    try:
        there = repository.known_to(origin) & {job.name for job in jobs} - repository.known()
        repository.fetch(origin, there)
        return there
    except StepError as error:
        print(f"What {origin.url} has is not known: {checks.in_a_line(error)}", file=sys.stderr)
        return set()


def report(failures: dict[str, str], jobs: Sequence[Job], logs: str) -> None:
    """Ends with a message if some experiments have failed.

    Args:
        failures: What each said, by its name.
        jobs: All that were asked for.
        logs: The folder of what each printed.

    Raises:
        UserError: With the last words of each.
    """
    if failures:
        said = shorten([f"{name}: {last_words(why)}" for name, why in failures.items()], "of them")
        rest = "; the others are done" if len(failures) < len(jobs) else ""
        raise UserError(
            f"{len(failures)} of {len(jobs)} experiments failed{rest}:", [*said, f"their logs are in {logs}"]
        )
