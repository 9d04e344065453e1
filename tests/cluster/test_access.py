"""Who is kept out of a cluster, and which clusters nobody is let into; nothing runs there."""

import pytest

from gapwise.commands.sweeps.access import CURE, OPEN
from tests.cluster.hosts import HOME, PORT

OTHER = "beef" * 16  # a token that is not the cluster's


@pytest.fixture(scope="module")
def stranger(cluster):
    """A host on the network that is no part of the cluster, with a clone of the project."""
    host = cluster.host(cluster.hub)
    host.run("git", "clone", "-q", cluster.hub.url(cluster.hub.git), "project")
    cluster.before = cluster.notes("begins")
    yield host
    assert cluster.notes("begins") == cluster.before
    cluster.hosts.remove(host)
    host.remove()


def refused(host, address):
    """What a driver on a host says that may not use a cluster."""
    command = ("gapwise", "sweep", "--ray", f"{address}:{PORT}", "--memory", "0.1", "-S", "finetune.l2=61")
    return host.run(*command, folder=HOME / "project", fails=True)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (None, "asks for a token, and there is none here."),
        (OTHER, "refuses this machine."),
    ],
)
def test_without_the_token_a_driver_is_refused_and_told_the_cure(cluster, stranger, token, said):
    stranger.give(token)
    address = cluster.hosts[0].address
    output = refused(stranger, address)
    assert f"The Ray cluster at {address}:{PORT} {said}\n  - {CURE}" in output


@pytest.mark.parametrize(
    ("token", "mode", "said"),
    [
        (None, "token", "Token authentication is enabled but no authentication token was found"),
        (OTHER, "token", "InvalidAuthToken: Authentication token is missing or incorrect"),
        (None, "disabled", "InvalidAuthToken: Authentication token is missing or incorrect"),
    ],
)
def test_without_the_token_a_node_does_not_join_and_is_told_the_cure(cluster, stranger, token, mode, said):
    stranger.give(token)
    join = ("ray", "start", f"--address={cluster.hosts[0].address}:{PORT}", f"--node-ip-address={stranger.address}")
    output = stranger.run(*join, fails=True, RAY_AUTH_MODE=mode)
    assert said in output
    assert "~/.ray/auth_token" in output
    assert not [one for one in stranger.processes() if "raylet" in one.name()]


def test_an_open_cluster_is_refused_from_any_machine_by_any_of_its_addresses(cluster, stranger):
    stranger.give(None)
    stranger.head(RAY_AUTH_MODE="disabled")
    for host, address in [
        (cluster.hosts[0], stranger.address),
        (stranger, stranger.address),
        (stranger, "127.0.0.1"),
    ]:
        assert f"The Ray cluster at {address}:{PORT} is open:\n  - {OPEN}\n  - start it anew" in refused(host, address)
