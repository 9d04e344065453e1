"""A sweep on this machine: one experiment after the other, in a clone, so that the workspace stays as it is."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from configobj import ConfigObj
from dvc.repo import Repo

from gapwise.commands.sweeps.progress import Progress
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import Job, Origin, StepError, perform

FOLDER = ".gapwise/sweep"


def run(jobs: Sequence[Job], repository: Repository) -> dict[str, str]:
    """Runs experiments whose references are not here; they are here afterwards.

    What a run that was killed had finished is kept: whole experiments, and repeats of the one that it was at.

    Args:
        jobs: Any number.
        repository: Of the project.

    Returns:
        Why an experiment failed, by its name.
    """
    folder, progress, failures = repository.project / FOLDER, Progress(len(jobs)), dict[str, str]()
    origin = origin_here(repository)
    for job in jobs:
        progress.begins(job.name, f"{FOLDER}/{job.name}.log")
        failed = _tried(job, origin, folder)
        if failed:
            failures[job.name] = failed
        progress.ends(job.name, "failed" if failed else "done")
    return failures


def _tried(job: Job, origin: Origin, folder: Path) -> str | None:
    try:
        perform(job, origin, folder, patience=0)
    except StepError as error:
        return str(error)
    return None


def origin_here(repository: Repository) -> Origin:
    """Gives the project itself as the origin of clones, which use its cache."""
    return replace(repository.here(), config=_config(repository.project))


def _config(project: Path) -> str:
    """Gives the settings of DVC that belong to this machine, with the cache of the project."""
    with Repo(str(project)) as repo:
        config = ConfigObj(repo.config.read("local"))
        config.merge({"cache": {"dir": repo.cache.local_cache_dir}})
    text = io.BytesIO()
    config.write(text)
    return text.getvalue().decode()
