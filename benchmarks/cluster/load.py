"""The load that workers put on git: each asks whether an experiment is done, and pushes one, over SSH."""

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gapwise.commands.sweeps.work import StepError, git, hand_over, has, patiently
from tests.team.hub import Hub, obstacle

KNOWN = 2400  # experiments that the repository has already: 100 machines, 24 each
CYCLES = 120
AT_ONCE = (1, 10, 50)


def load(folder: Path) -> Iterator[dict[str, Any]]:
    """Yields for each number of workers at once how many experiments a second git takes, and at which price."""
    reason = obstacle()
    assert reason is None, reason
    (folder / "hub").mkdir()
    hub = Hub(folder / "hub")
    os.environ |= hub.home("worker")
    os.environ |= {
        f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    hub.start()
    try:
        commit = fill(hub.git)
        clones = [clone(hub, folder / f"clone-{number}") for number in range(max(AT_ONCE))]
        for workers in AT_ONCE:
            yield measured(hub, clones[:workers], commit)
    finally:
        hub.stop()


def fill(repository: Path) -> str:
    """Gives a bare repository a commit and the references of `KNOWN` experiments."""
    tree = git(repository, "hash-object", "-t", "tree", "-w", "/dev/null").strip()
    commit = git(repository, "commit-tree", "-m", "Start", tree).strip()
    commands = [f"create refs/heads/main {commit}\n"]
    commands += [f"create {reference(commit, f'known-{number}')} {commit}\n" for number in range(KNOWN)]
    subprocess.run(["git", "update-ref", "--stdin"], cwd=repository, input="".join(commands), text=True, check=True)
    return commit


def reference(commit: str, name: str) -> str:
    """Names an experiment's reference."""
    return f"refs/exps/{commit[:2]}/{commit[2:]}/{name}"


def clone(hub: Hub, folder: Path) -> Path:
    """Makes the clone of a worker."""
    git(None, "clone", "--quiet", hub.url(hub.git), str(folder))
    return folder


def measured(hub: Hub, clones: list[Path], commit: str) -> dict[str, Any]:
    """Runs `CYCLES` experiments' worth of git, spread over clones."""
    refused: list[str] = []
    spent, start = processor_seconds(), time.monotonic()

    def cycle(number: int, folder: Path) -> None:
        name = reference(commit, f"new-{len(clones)}-{number}")
        result = git(folder, "commit-tree", "-m", name, "-p", commit, f"{commit}^{{tree}}").strip()
        git(folder, "update-ref", name, result)
        assert not patiently(lambda: tried(lambda: has(hub.url(hub.git), name), refused), 600)
        patiently(lambda: tried(lambda: hand_over(folder, hub.url(hub.git), name), refused), 600)

    def work(place: int) -> None:
        for number in range(place, CYCLES, len(clones)):
            cycle(number, clones[place])

    with ThreadPoolExecutor(len(clones)) as pool:
        list(pool.map(work, range(len(clones))))
    seconds = time.monotonic() - start
    there = git(hub.git, "for-each-ref", "--format=%(refname)").count(f"/new-{len(clones)}-")
    assert there == CYCLES
    return {
        "workers": len(clones),
        "experiments": there,
        "seconds": round(seconds, 1),
        "experiments_per_second": round(CYCLES / seconds, 2),
        "processor_seconds_per_experiment": round((processor_seconds() - spent) / CYCLES, 3),
        "connections_refused": len(refused),
    }


def tried(step: Any, refused: list[str]) -> Any:
    """Does a step, and notes it if the server refuses."""
    try:
        return step()
    except StepError as error:
        refused.append(str(error))
        raise


def processor_seconds() -> float:
    """Gives what the commands of this process have used; the server's share is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
