"""Searches that train on three hosts, while drivers, workers, nodes and remotes fail, end as on one machine."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest

from gapwise.searching.space import screening_of
from tests.clones import some_articles, start
from tests.cluster.hosts import HOME, PORT
from tests.pinned import push, until
from tests.searches import experiments, outputs, write


@pytest.fixture(scope="module")
def searched(network, samples, tiny_folder, tmp_path_factory):
    """A project with a search, real trainings and a server; it lies on no host, and has searched on this machine."""
    folder = tmp_path_factory.mktemp("searched") / "project"
    project = start(folder, some_articles(samples), tiny_folder, **network.hub.home("searcher"))
    project.environment["CUDA_VISIBLE_DEVICES"] = "-1"
    project.set_params({"split": {"train_size": None}})
    write(project)
    repository = network.hub.folder / "searched.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repository], check=True)
    push(project, network.hub.url(repository), network.hub.url(network.hub.folder / "searched"))
    project.answer = answer(project.run(sys.executable, "-m", "gapwise", "search", "--json"))
    return project


@pytest.fixture
def hosts(cluster, searched):
    """The hosts, none of which knows the project, and its server, which has no experiment."""
    for host in cluster.hosts:
        for folder in (host.folder / "searched", *(host.folder / ".cache/gapwise").glob("searched-*")):
            shutil.rmtree(folder, ignore_errors=True)
    for name in there(searched):
        searched.run("git", "push", "-q", "origin", f":{name}")
    return cluster.hosts


class Driver:
    """`gapwise search --ray` on a host."""

    def __init__(self, hosts, searched, host=0):
        self.clone = type(searched)(hosts[host].folder / "searched")
        if not (self.clone.folder / ".git").is_dir():
            hosts[host].run(
                "git", "clone", "-q", searched.run("git", "remote", "get-url", "origin").strip(), "searched"
            )
        address = f"{hosts[0].address}:{PORT}"
        search = (sys.executable, "-m", "gapwise", "search", "--json", "--ray", address, "--memory", "0.1")
        self.process = hosts[host].start(*search, folder=HOME / "searched")

    def kill(self):
        assert self.process.poll() is None, self.process.communicate()[0]
        self.process.kill()
        self.process.communicate()

    def ends_as(self, searched):
        """Waits until it ends: with the answer of one machine, the same outputs, and the workspace as it was."""
        printed = self.process.communicate(timeout=1200)[0]
        assert self.process.returncode == 0, printed
        assert answer(printed) == searched.answer
        assert {name: outputs(self.clone, commit) for name, commit in experiments(self.clone).items()} == {
            name: outputs(searched, commit) for name, commit in experiments(searched).items()
        }
        assert self.clone.run("git", "status", "--short") == ""


def answer(printed):
    return json.JSONDecoder().raw_decode(printed[f"\n{printed}".index("\n{") :])[0]


def there(project):
    """The references of the experiments that the server has."""
    return [line.split()[1] for line in project.run("git", "ls-remote", "origin", "refs/exps/*").splitlines()]


def names(searched):
    """What the server should have: each training of the search once."""
    entrants = searched.answer["entrants"]
    screened = [f"{screening_of(one['name'])}-1" for one in entrants]
    return sorted(screened + [f"{one['name']}-{at}" for one in entrants for at in (3, 4) if one["repeats"] >= at])


def logs(hosts):
    """The logs of experiments, by host."""
    return {host.name: sorted((host.folder / ".cache/gapwise").glob("searched-*/*.log")) for host in hosts}


def training(host):
    """The experiment that a host trains; None if it trains none."""
    for process in host.processes():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if {"exp", "run", "--name"} <= set(command):
            return command[command.index("--name") + 1]
    return None


def some_training(hosts):
    """Waits until one of some hosts trains; gives it, and the experiment."""
    found = {}
    until(lambda: any(found.update({host: training(host)}) or found[host] for host in hosts), 600)
    return next((host, name) for host, name in found.items() if name)


def test_a_search_on_hosts_whose_driver_is_killed_ends_as_one_on_this_machine(hosts, searched):
    killed = Driver(hosts, searched)
    until(lambda: there(searched) or killed.process.poll() is not None, 600)
    killed.kill()
    Driver(hosts, searched).ends_as(searched)
    assert sum(bool(own) for own in logs(hosts).values()) > 1
    last = [log.read_text() for own in logs(hosts).values() for log in own if log.name.endswith("-4.log")]
    assert all("repeats 1, 2 and 3 of 4: taken over from a run" in log for log in last)
    assert sorted(name.rpartition("/")[2] for name in there(searched)) == names(searched)


def test_two_searches_at_once_end_so_while_a_worker_the_remotes_and_a_node_fail(hosts, searched, cluster):
    drivers, gone = [Driver(hosts, searched), Driver(hosts, searched, host=2)], hosts[1]

    host, killed = some_training(hosts)
    host.worker().send_signal(signal.SIGKILL)

    until(lambda: there(searched), 600)
    host, kept = some_training(hosts)
    log = next(log for log in logs(hosts)[host.name] if log.stem == kept)
    cluster.hub.stop()
    away = time.monotonic()
    until(lambda: time.monotonic() > away + 60 and log.read_text().count("$ dvc push") >= 2)
    assert all(driver.process.poll() is None for driver in drivers)
    cluster.hub.start()

    _, vanished = some_training([gone])
    gone.unplug()
    try:
        for driver in drivers:
            driver.ends_as(searched)
    finally:
        gone.end()
        gone.plug()
        gone.join(hosts[0])
    assert sorted(name.rpartition("/")[2] for name in there(searched)) == names(searched)
    run = Counter(log.stem for own in logs(hosts).values() for log in own if "$ dvc exp run" in log.read_text())
    assert sorted(run) == names(searched)
    assert {name for name, times in run.items() if times > 1} <= {killed, vanished}
