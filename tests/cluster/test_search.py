"""A search that trains on three hosts: its driver is killed, another goes on, and it ends as on one machine."""

import json
import subprocess
import sys

import pytest

from gapwise.searching.space import screening_of
from tests.clones import some_articles, start
from tests.cluster.hosts import HOME, PORT
from tests.pinned import push, until
from tests.searches import experiments, outputs, write


@pytest.fixture(scope="module")
def searched(network, samples, tiny_folder, tmp_path_factory):
    """A project with a search, real trainings and a server; it lies on no host."""
    folder = tmp_path_factory.mktemp("searched") / "project"
    project = start(folder, some_articles(samples), tiny_folder, **network.hub.home("searcher"))
    project.environment["CUDA_VISIBLE_DEVICES"] = "-1"
    project.set_params({"split": {"train_size": None}})
    write(project)
    repository = network.hub.folder / "searched.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repository], check=True)
    push(project, network.hub.url(repository), network.hub.url(network.hub.folder / "searched"))
    return project


def there(project):
    """The names of the experiments that the server has."""
    return [line.rpartition("/")[2] for line in project.run("git", "ls-remote", "origin", "refs/exps/*").splitlines()]


def test_a_search_on_hosts_whose_driver_is_killed_ends_as_one_on_this_machine(cluster, searched):
    driver = cluster.hosts[0]
    driver.run("git", "clone", "-q", searched.run("git", "remote", "get-url", "origin").strip(), "searched")
    address = f"{driver.address}:{PORT}"
    search = (sys.executable, "-m", "gapwise", "search", "--json", "--ray", address, "--memory", "0.1")
    killed = driver.start(*search, folder=HOME / "searched")
    until(lambda: there(searched) or killed.poll() is not None, 600)
    assert killed.poll() is None, killed.communicate()[0]
    killed.kill()
    killed.communicate()

    again = driver.start(*search, folder=HOME / "searched")
    printed = again.communicate(timeout=1200)[0]
    assert again.returncode == 0, printed
    answer = json.JSONDecoder().raw_decode(printed[printed.index("\n{") :].strip())[0]
    logs = {host: list((host.folder / ".cache/gapwise").glob("searched-*/*.log")) for host in cluster.hosts}
    assert sum(bool(own) for own in logs.values()) > 1
    last = [log.read_text() for own in logs.values() for log in own if log.name.endswith("-4.log")]
    assert all("repeats 1, 2 and 3 of 4: taken over from a run" in log for log in last)

    found = searched.run(sys.executable, "-m", "gapwise", "search", "--json")
    assert json.JSONDecoder().raw_decode(found)[0] == answer
    clone = type(searched)(driver.folder / "searched")
    made = experiments(clone)
    assert {name: outputs(clone, commit) for name, commit in made.items()} == {
        name: outputs(searched, commit) for name, commit in experiments(searched).items()
    }
    named = {f"{screening_of(one['name'])}-1" for one in answer["entrants"]}
    raced = {
        f"{one['name']}-{repeats}" for one in answer["entrants"] for repeats in (3, 4) if one["repeats"] >= repeats
    }
    assert sorted(there(searched)) == sorted(named | raced)
    assert clone.run("git", "status", "--short") == ""
