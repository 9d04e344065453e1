"""A sweep on a Ray cluster.

An experiment is an actor with a name of its own, so that two drivers that want the same one wait for the same worker.
It ends with its experiment, or with the driver that made it. What is done, git's references say: they are read after
whatever has happened.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gapwise.base import telemetry
from gapwise.base.errors import UserError
from gapwise.base.wording import shorten
from gapwise.commands.sweeps import access, work
from gapwise.commands.sweeps.checks import shared_origin
from gapwise.commands.sweeps.here import FOLDER, origin_here
from gapwise.commands.sweeps.lines import folder_name
from gapwise.commands.sweeps.lock import locked, required
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.share import Share
from gapwise.commands.sweeps.work import PATIENCE, Job, Origin, Worker, patiently

NAMESPACE = "gapwise"
CLONES = "~/.cache/gapwise"  # of each machine
DEATHS = 5  # of an experiment's workers, until it is given up


def origin_for(address: str, repository: Repository) -> Origin:
    """Gives where the workers of a cluster get the commit.

    Raises:
        UserError: If there are no remotes for it, or they refuse what is to be run.
    """
    return origin_here(repository) if address == access.LOCAL else shared_origin(repository)


@contextmanager
def opened(address: str, repository: Repository, origin: Origin, share: Share) -> "Iterator[Sweep]":
    """Connects to a cluster, or starts one on this machine, and looks at every machine of it.

    Args:
        address: Of the head node, `HOST:PORT`, or `local`.
        repository: Of the project, without changes.
        origin: Where workers get the commit.
        share: What each experiment takes of a machine.

    Raises:
        UserError: If Ray is missing, or the cluster cannot run experiments.
    """
    with connected(address) as ray:
        check(ray, repository, origin, share)
        yield Sweep(ray, repository, origin, share)


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connects to a cluster, or starts one on this machine; gives the module ray."""
    # Before the import, which reads it.
    os.environ["RAY_AUTH_MODE"] = access.mode_here() if address == access.LOCAL else access.mode(address)
    telemetry.off()
    try:
        import ray
    except ImportError as error:
        raise UserError("Ray is not installed; it is the extra `ray`: pip install ray==2.60.0") from error
    try:
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as error:  # RuntimeError: another version of Ray or Python
        advice = "a driver runs on a machine of the cluster, if need be one with --num-cpus=0 (docs/cluster.md)"
        raise UserError(f"Ray at {address} cannot be used: {error}", [advice]) from error
    ray.cloudpickle.register_pickle_by_value(work)
    try:
        yield ray
    finally:
        ray.shutdown()


def check(ray: Any, repository: Repository, origin: Origin, share: Share) -> None:
    """Looks at every machine of a cluster before an experiment runs.

    Raises:
        UserError: With all that is wrong on any.
    """
    machines = [node for node in ray.nodes() if node["Alive"]]
    if not any(share.fits(node["Resources"]) for node in machines):
        raise UserError(
            f"No machine of the cluster has {share.cpus} CPUs, {share.memory:g} GiB and {share.gpus:g} GPUs:",
            [*shorten([_resources(node) for node in machines], "machines"), "lower --cpus, --memory or --gpus"],
        )
    if not origin.shared:  # one machine: this one
        return
    lock = locked(repository.text("requirements.lock") or "")
    needs = required(repository.text("pyproject.toml") or "")
    calls = [_ask(ray, node, origin, lock, needs) for node in machines]
    found = zip(map(_name, machines), ray.get(calls), strict=True)
    problems = [f"{name}: {problem}" for name, said in found for problem in shorten(said, "of that machine")]
    if problems:
        raise UserError("Not every machine of the cluster can run experiments, and nothing was run:", problems)


def _resources(node: dict[str, Any]) -> str:
    has = {name: node["Resources"].get(name, 0) for name in ("CPU", "memory", "GPU")}
    return f"{_name(node)} has {has['CPU']:g} CPUs, {has['memory'] / 2**30:.1f} GiB and {has['GPU']:g} GPUs"


def _name(node: dict[str, Any]) -> str:
    return f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"


def _ask(ray: Any, node: dict[str, Any], origin: Origin, lock: dict[str, str], needs: list[str]) -> Any:
    there = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
    worker = ray.remote(Worker).options(num_cpus=0, scheduling_strategy=there).remote()
    return worker.check.remote(origin, _folder(origin), lock, needs)


def _folder(origin: Origin) -> str:
    return f"{CLONES}/{folder_name(origin)}"


class Sweep:
    """Experiments on a cluster, as long as one is not done.

    Args:
        ray: From `connected`.
        repository: Of the project.
        origin: Where workers get the commit.
        share: What each experiment takes.
    """

    def __init__(self, ray: Any, repository: Repository, origin: Origin, share: Share) -> None:
        self.ray, self.repository, self.origin, self.share = ray, repository, origin, share
        self.folder = _folder(origin) if origin.shared else str(repository.project / FOLDER)
        self.worker = ray.remote(Worker)

    @property
    def logs(self) -> str:
        """Says where the logs of experiments are."""
        return f"{self.folder} of the machine that ran each" if self.origin.shared else FOLDER

    def run(self, jobs: Sequence[Job], ends: Callable[[Job, str], None]) -> dict[str, str]:
        """Runs experiments; those that are done are here afterwards.

        Args:
            jobs: Any number.
            ends: Is told of each that has ended, and how: `done` or `failed`. The others go on meanwhile.

        Returns:
            Why an experiment failed, by its name.
        """
        failures, deaths = dict[str, str](), dict[str, int]()
        calls = {self._begin(job): job for job in jobs}
        while calls:
            ended = {call: calls.pop(call) for call in self._ended(list(calls))}
            outcomes = {job: self._outcome(call) for call, job in ended.items()}
            done = self._bring({job.name for job in ended.values()})
            for job, (died, said) in outcomes.items():
                deaths[job.name] = deaths.get(job.name, 0) + died
                if job.name not in done and died and deaths[job.name] < DEATHS:
                    calls[self._begin(job)] = job
                    continue
                if job.name not in done:
                    failures[job.name] = said
                ends(job, "done" if job.name in done else "failed")
        return failures

    def _begin(self, job: Job) -> Any:
        name = f"{folder_name(self.origin)}/{job.name}"
        worker = self.worker.options(name=name, get_if_exists=True, **self.share.options()).remote()
        return worker.perform.remote(job, self.origin, self.folder, self.share.cpus, PATIENCE)

    def _ended(self, calls: list[Any]) -> list[Any]:
        """Waits until one call has ended; gives all that have."""
        self.ray.wait(calls, num_returns=1)
        return list(self.ray.wait(calls, num_returns=len(calls), timeout=0)[0])

    def _outcome(self, call: Any) -> tuple[bool, str]:
        """Gives whether the worker died, and what it said."""
        try:
            return False, self.ray.get(call) or "it says nothing"
        except self.ray.exceptions.OutOfMemoryError:
            return True, (
                f"memory ran out on its machine {DEATHS} times; each experiment was counted with {self.share.memory:g} "
                "GiB there: raise --memory, so that fewer run at once"
            )
        except self.ray.exceptions.RayError as error:
            return True, f"its worker died {DEATHS} times, the last time so: {' '.join(str(error).split())}"

    def _bring(self, names: Collection[str]) -> set[str]:
        """Brings those experiments here that are at the origin, and names them."""
        if not self.origin.shared:
            return self.repository.known() & set(names)
        there = patiently(lambda: self.repository.known_to(self.origin), PATIENCE) & set(names)
        patiently(lambda: self.repository.fetch(self.origin, there - self.repository.known()), PATIENCE)
        return there
