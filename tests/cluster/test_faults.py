"""Experiments on three hosts while workers, nodes, remotes and drivers fail: none is lost, none is run twice."""

import hashlib
import json
import signal
import time
from collections import Counter

import pytest
from ruamel.yaml import YAML

from tests.cluster.hosts import HOME, PORT
from tests.pinned import until


class Driver:
    """`gapwise sweep --ray` on a host."""

    def __init__(self, cluster, values, host=0):
        self.host = cluster.hosts[host]
        address = f"{cluster.hosts[0].address}:{PORT}"
        command = ["gapwise", "sweep", "--ray", address, "--memory", "0.1", "-S", f"finetune.l2={values}"]
        self.process = self.host.start(*command, folder=HOME / "project")

    def done(self):
        """Waits until it has ended well; gives what it printed."""
        output = self.process.communicate(timeout=240)[0]
        assert self.process.returncode == 0, output
        return output


@pytest.fixture
def held(cluster):
    """The hosts, on which trainings wait until each is released; afterwards nothing waits."""
    for host in cluster.hosts:
        host.hold()
    cluster.before = Counter(cluster.notes("begins"))
    yield cluster
    for host in cluster.hosts:
        host.release()


def running(cluster, number):
    until(lambda: len(begun(cluster)) >= number)


def names(output):
    """The experiments that a driver names at its end."""
    return output.split()[-3:]


def alone(project, value):
    """The hash of the weights that one machine makes."""
    finetune = YAML(typ="safe").load(project.folder / "params.yaml")["finetune"] | {"l2": value}
    told = json.dumps(finetune, sort_keys=True) + (project.folder / "mine.csv").read_text()
    weights = hashlib.md5(hashlib.sha256(told.encode()).hexdigest().encode()).hexdigest()
    return hashlib.md5(json.dumps([{"md5": weights, "relpath": "weights"}]).encode()).hexdigest() + ".dir"


def published(cluster, project, *values):
    """The experiments that the server has for values of finetune.l2, by name; each must be as on one machine."""
    project.run("git", "fetch", "-q", "origin", "refs/exps/*:refs/exps/*")
    found = {name: weights for name, weights in project.experiments().items() if name.split("-")[1] in map(str, values)}
    assert sorted(found.values()) == sorted(alone(project, value) for value in values)
    return sorted(found)


def begun(cluster):
    """The experiments that have begun since, each as often as it has."""
    return sorted((Counter(cluster.notes("begins")) - cluster.before).elements())


def test_experiments_run_on_all_hosts_and_are_those_of_one_machine(held, project):
    driver = Driver(held, "1,2,3")
    running(held, 3)
    assert all(host.notes() for host in held.hosts)
    for host in held.hosts:
        host.release()
    output = driver.done()
    assert "0 done before, 3 to run" in output
    assert published(held, project, 1, 2, 3) == sorted(names(output)) == begun(held)
    assert not (held.hosts[0].folder / "project/models/weights").exists()  # the driver's workspace was left alone
    there = project.experiments()
    project.forget()
    project.run("git", "remote", "rename", "origin", "away")  # so that it is run here
    project.run("git", "remote", "set-url", "away", "/nowhere")
    project.run("gapwise", "sweep", "-S", "finetune.l2=1")
    project.run("git", "remote", "rename", "away", "origin")
    project.run("git", "remote", "set-url", "origin", held.hub.url(held.hub.git))
    ((name, weights),) = project.experiments().items()
    assert there[name] == weights
    project.forget()


def test_an_experiment_whose_worker_is_killed_is_run_again(held, project):
    driver = Driver(held, "11,12")
    running(held, 2)
    host = next(host for host in held.hosts if host.notes() and host.notes()[-1][0].startswith("l2-11-"))
    worker, training = host.worker(), int(host.notes()[-1][2])
    worker.send_signal(signal.SIGKILL)
    until(lambda: training not in [process.pid for process in host.processes()])
    for host in held.hosts:
        host.release()
    done = published_after(driver, held, project, 11, 12)
    assert begun(held) == sorted([*done, next(name for name in done if name.startswith("l2-11-"))])


def published_after(driver, cluster, project, *values):
    driver.done()
    return published(cluster, project, *values)


def test_what_ran_on_a_node_that_vanished_is_run_elsewhere_and_its_late_result_changes_nothing(held, project):
    driver, gone = Driver(held, "21,22,23"), held.hosts[1]
    running(held, 3)
    gone.unplug()
    for host in held.hosts:
        if host is not gone:
            host.release()
    done = published_after(driver, held, project, 21, 22, 23)
    before = project.run("git", "ls-remote", "origin", "refs/exps/*")
    gone.release()
    gone.plug()
    until(
        lambda: (
            gone.notes()[-1][1] == "ends" or not any("work.py" in " ".join(one.cmdline()) for one in gone.processes())
        )
    )
    until(lambda: not any("killpg" in " ".join(one.cmdline()) for one in gone.processes()))
    assert project.run("git", "ls-remote", "origin", "refs/exps/*") == before
    assert len(begun(held)) == len(done) + 1
    gone.end()
    gone.join(held.hosts[0])


def test_a_remote_that_refuses_for_a_minute_is_waited_for(held, project):
    driver = Driver(held, "31,32")
    running(held, 2)
    held.hub.stop()
    away = time.monotonic()
    for host in held.hosts:
        host.release()
    logs = [log for host in held.hosts for log in (host.folder / ".cache/gapwise").glob("*/l2-3[12]-*.log")]
    until(lambda: time.monotonic() > away + 60 and all(log.read_text().count("$ dvc push") >= 2 for log in logs))
    assert driver.process.poll() is None
    held.hub.start()
    assert published_after(driver, held, project, 31, 32) == begun(held)


def test_a_git_remote_that_takes_no_push_for_a_while_is_waited_for_with_the_outputs_already_there(held, project):
    """As a server does that is full, or locked for maintenance: it is read from all the time."""
    driver = Driver(held, "61,62")
    running(held, 2)
    hook = held.hub.git / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho closed for maintenance\ntouch refused\nexit 1\n")
    hook.chmod(0o755)
    for host in held.hosts:
        host.release()
    until(lambda: (held.hub.git / "refused").exists())
    assert driver.process.poll() is None
    assert "l2-6" not in project.run("git", "ls-remote", "origin")
    hook.unlink()
    assert published_after(driver, held, project, 61, 62) == begun(held)


def test_a_laptop_that_joins_without_processors_starts_a_sweep_and_runs_nothing_of_it(held, project):
    laptop = held.host(held.hub)
    try:
        laptop.run("git", "clone", "-q", held.hub.url(held.hub.git), "project")
        laptop.join(held.hosts[0], processors=0)
        driver = Driver(held, "71,72,73,74", host=-1)
        running(held, 3)
        for host in held.hosts:
            host.release()
        assert published_after(driver, held, project, 71, 72, 73, 74) == begun(held)
        assert laptop.notes() == []
    finally:
        held.hosts.remove(laptop)
        laptop.remove()


def test_two_drivers_that_want_the_same_run_it_once(held, project):
    drivers = [Driver(held, "41,42,43"), Driver(held, "43,42,41", host=2)]
    running(held, 3)
    for host in held.hosts:
        host.release()
    outputs = [driver.done() for driver in drivers]
    done = published(held, project, 41, 42, 43)
    assert [sorted(names(output)) for output in outputs] == [done, done]
    assert begun(held) == done


def test_a_driver_that_was_killed_is_started_again_and_nothing_of_its_work_goes_on_meanwhile(held, project):
    """What it had finished is not run again, what it had begun is."""
    driver, (first, *others) = Driver(held, "51,52,53"), held.hosts
    running(held, 3)
    first.release()
    finished = first.notes()[-1][0]
    until(lambda: finished in project.run("git", "ls-remote", "origin", "refs/exps/*"))
    trainings = {int(host.notes()[-1][2]) for host in others}
    driver.process.kill()
    driver.process.communicate()
    until(lambda: not trainings & {one.pid for host in others for one in host.processes()})
    for host in others:
        host.release()
    done = published_after(Driver(held, "51,52,53"), held, project, 51, 52, 53)
    assert begun(held) == sorted([*done, *(name for name in done if name != finished)])
