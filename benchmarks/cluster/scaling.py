"""How long a sweep takes on 1, 2 and 3 hosts, with trainings that are pinned work: they wait, and need no processor."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.cluster import hosts
from tests.cluster.hosts import HOME, PORT, Network
from tests.pinned import push, start
from tests.team import hub as team
from tests.team.hub import Hub

EXPERIMENTS = 6
SECONDS = 60


def scaling(folder: Path) -> Iterator[dict[str, Any]]:
    """Yields the wall time of a sweep for each number of hosts."""
    reason = hosts.obstacle() or team.obstacle()
    assert reason is None, reason
    for name in ("network", "hub", "author"):
        (folder / name).mkdir()
    network = Network(folder / "network")
    hub = Hub(folder / "hub", network.address)
    hub.start()
    try:
        yield from measured(network, hub, folder)
    finally:
        hub.stop()
        network.remove()


def measured(network: Network, hub: Hub, folder: Path) -> Iterator[dict[str, Any]]:
    """Adds one host after the other; the first is the head, and the driver's."""
    project = start(folder / "author/project", **hub.home("author"))
    push(project, hub.url(hub.git), hub.url(hub.dvc))
    pinned = {"SECONDS_OF_WORK": str(SECONDS)}
    for workers in (1, 2, 3):
        host = network.host(hub)
        if workers == 1:
            host.head(**pinned)
            host.run("git", "clone", "-q", hub.url(hub.git), "project")
        else:
            host.join(network.hosts[0], **pinned)
        yield {"workers": workers, "experiments": EXPERIMENTS, "seconds_of_work": SECONDS, **sweep(network, workers)}


def sweep(network: Network, workers: int) -> dict[str, Any]:
    """Runs a grid that no other number of hosts has run."""
    head = network.hosts[0]
    values = ",".join(str(100 * workers + number) for number in range(EXPERIMENTS))
    address = f"{head.address}:{PORT}"
    begun, began = len(network.notes("begins")), time.monotonic()
    command = ("gapwise", "sweep", "--ray", address, "--memory", "0.1", "-S", f"finetune.l2={values}")
    process = head.start(*command, folder=HOME / "project")
    while len(network.notes("begins")) == begun and process.poll() is None:
        time.sleep(0.1)
    first = time.monotonic()
    output = process.communicate()[0]
    assert process.returncode == 0, output
    ended = time.monotonic()
    return {"seconds": round(ended - began), "seconds_after_first_began": round(ended - first)}
