import pytest

from tests.cluster.hosts import Network, obstacle
from tests.pinned import push, start
from tests.team import hub as team


@pytest.fixture(scope="session")
def network(tmp_path_factory, require):
    """A server with git and DVC remotes, and three hosts."""
    reason = obstacle() or team.obstacle()
    require(reason is None, reason)
    network = Network(tmp_path_factory.mktemp("network"))
    network.hub = team.Hub(tmp_path_factory.mktemp("hub"), network.address)
    network.hub.start()
    for _ in range(3):
        network.host(network.hub)
    yield network
    network.hub.stop()
    network.remove()


@pytest.fixture(scope="session")
def project(network, tmp_path_factory):
    """A project whose training is pinned work, known to the server; it lies on no host."""
    project = start(tmp_path_factory.mktemp("author") / "project", **network.hub.home("author"))
    push(project, network.hub.url(network.hub.git), network.hub.url(network.hub.dvc))
    return project


@pytest.fixture(scope="session")
def cluster(network, project):
    """A Ray node on each host, and a clone of the project on the first, where drivers run."""
    head, *others = network.hosts
    head.head()
    for host in others:
        host.join(head)
    for host in (head, others[1]):
        host.run("git", "clone", "-q", network.hub.url(network.hub.git), "project")
    return network
