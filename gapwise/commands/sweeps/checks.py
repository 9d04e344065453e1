"""What must hold before an experiment runs elsewhere: remotes that have its commit, and take what it makes."""

from configparser import ConfigParser

from gapwise.base.errors import UserError
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import Origin, StepError, git_refusal, store_refusal

HEADLINE = "Experiments cannot run elsewhere, and nothing was run:"
GIT_REMOTE = (
    "there is no git remote, which carries code and experiments: git remote add origin URL && git push -u origin HEAD"
)
DVC_REMOTE = (
    "the commit knows no DVC remote, which carries data and outputs: dvc remote add -d team URL, commit .dvc/config, "
    "dvc push (docs/team.md)"
)
PUSH = "the commit is on no branch of {url}: git push"


def shared_origin(repository: Repository) -> Origin:
    """Gives the git remote as the origin of clones, after trying it and the DVC remote.

    Raises:
        UserError: With all that is in the way.
    """
    origin = repository.remote()
    problems = [GIT_REMOTE] if origin is None else _refusals(repository, origin)
    problems += store_refusal(repository.project) if _dvc_remote(repository) else [DVC_REMOTE]
    if problems or origin is None:
        raise UserError(HEADLINE, problems)
    return origin


def _refusals(repository: Repository, origin: Origin) -> list[str]:
    try:
        there = repository.is_at(origin)
    except StepError as error:
        return [f"{origin.url} cannot be read: {in_a_line(error)}"]
    return ([] if there else [PUSH.format(url=origin.url)]) + git_refusal(repository.top, origin)


def _dvc_remote(repository: Repository) -> str | None:
    """Names the DVC remote that the commit knows; `dvc exp pull` goes by the commit of an experiment."""
    config = ConfigParser()
    config.read_string(repository.text(".dvc/config") or "")
    return config.get("core", "remote", fallback=None)


def in_a_line(error: StepError) -> str:
    """Joins what a command said; its last words say most."""
    return " ".join(str(error).split())
