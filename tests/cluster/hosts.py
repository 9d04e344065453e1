"""Hosts that are network namespaces with file systems of their own, on a bridge, each with a Ray node."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.clones import PROJECT
from tests.pinned import until

HOME = Path("/mnt")  # what each host calls its own folder
PORT = 6379
TOKEN = "f00d" * 16
# What looks for a node that is gone looks often, so that tests are quick; a node may take its time to start.
NODE = {
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "4000",
    "RAY_health_check_failure_threshold": "5",
    "RAY_raylet_start_wait_time_s": "60",
    "RAY_worker_niceness": "0",  # 15 by default: on a busy machine experiments would hardly run
}

# Ray 2.60 gives up a node whose agents do not answer within 15 seconds, as on a busy machine: they start in haste.
HASTE = ["nice", "-n", "-10"]


def obstacle():
    """Installs what hosts are made of where it is missing; gives what keeps this machine from having them."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        done = subprocess.run([PROJECT / ".ci/setup", "iproute2"], capture_output=True, text=True, check=False)
        if done.returncode:
            return f"ip is missing, and cannot be installed: {' '.join(done.stderr.split())}"
    name = f"try{os.getpid()}"
    done = ip("netns", "add", name, check=False)
    if done.returncode:
        return f"network namespaces are not permitted here: {' '.join(done.stderr.split())}"
    ip("netns", "del", name)
    return None


def ip(*arguments, check=True):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


class Network:
    """A bridge of this machine, and hosts on it."""

    def __init__(self, folder):
        self.folder, self.mark = folder, os.getpid() % 100000
        self.net = f"10.77.{os.getpid() % 250}"
        self.bridge, self.address = f"gwb{self.mark}", f"{self.net}.1"
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        self.hosts, self.made = [], 0

    def host(self, hub):
        """Adds a host with a key to a server, and the token of the cluster."""
        self.made += 1
        host = Host(self, self.made)
        hub.furnish(host.folder, HOME)
        host.give(TOKEN)
        self.hosts.append(host)
        return host

    def notes(self, what):
        """The experiments that noted something on any host."""
        return [name for host in self.hosts for name, noted, *_ in host.notes() if noted == what]

    def remove(self):
        for host in self.hosts:
            host.remove()
        ip("link", "del", self.bridge)


class Host:
    """One of the hosts; it sees its own folder as /mnt, and none of the others'."""

    def __init__(self, network, number):
        self.network, self.name = network, f"host{number}"
        self.folder = network.folder / self.name
        for part in ("witness", "ray"):
            (self.folder / part).mkdir(parents=True)
        self.namespace, self.link = f"gw{network.mark}n{number}", f"gw{network.mark}v{number}"
        self.address = f"{network.net}.{10 + number}"
        ip("netns", "add", self.namespace)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.namespace)
        ip("link", "set", self.link, "master", network.bridge, "up")
        ip("-n", self.namespace, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for name in ("eth0", "lo"):
            ip("-n", self.namespace, "link", "set", name, "up")
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "HOME": str(HOME),
            "LANG": "C.UTF-8",
            "DVC_NO_ANALYTICS": "1",
            "WITNESS": str(HOME / "witness"),
            "RAY_AUTH_MODE": "token",
            "RAY_USAGE_STATS_ENABLED": "0",
            **{f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def give(self, token):
        """Puts a token for Ray where Ray looks for it; None takes it away."""
        file = self.folder / ".ray/auth_token"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True) if token is None else file.write_text(token)

    def start(self, *command, folder=HOME, **environment):
        """Starts a command on the host."""
        own = (
            f"hostname {self.name}; mkdir -p /tmp/ray; mount --bind {self.folder}/ray /tmp/ray; "
            f'mount --bind {self.folder} {HOME}; mount -t tmpfs none {self.network.folder}; cd {folder}; exec "$@"'
        )
        return subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, "unshare", "--mount", "--uts", "sh", "-c", own, "sh", *command],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command, folder=HOME, fails=False, **environment):
        """Runs a command that must succeed, or must fail; gives what it printed."""
        process = self.start(*command, folder=folder, **environment)
        output = process.communicate(timeout=240)[0]
        assert (process.returncode != 0) == fails, output
        return output

    def head(self, **environment):
        """Starts the head node of a cluster."""
        self._node("--head", f"--port={PORT}", "--include-dashboard=false", **environment)

    def join(self, head, processors=1, **environment):
        """Starts a node."""
        self._node(f"--address={head.address}:{PORT}", processors=processors, **environment)

    def _node(self, *options, processors=1, **environment):
        start = (*HASTE, "ray", "start", f"--node-ip-address={self.address}", f"--num-cpus={processors}", *options)
        for _ in range(2):
            node = self.start(*start, **NODE | environment)
            output = node.communicate(timeout=300)[0]
            if node.returncode == 0:
                for process in self.processes():
                    process.nice(0)
                return
            self.end()
        raise AssertionError(output)

    def notes(self):
        """What trainings have noted on this host: experiment, event, process and host."""
        notes = self.folder / "witness" / "notes"
        return [line.split() for line in notes.read_text().splitlines()] if notes.exists() else []

    def hold(self):
        """Makes trainings on this host wait."""
        (self.folder / "witness" / "hold").touch()

    def release(self):
        (self.folder / "witness" / "hold").unlink(missing_ok=True)

    def processes(self):
        """All that runs on this host."""
        pids = ip("netns", "pids", self.namespace).stdout.split()
        return [psutil.Process(int(pid)) for pid in pids if psutil.pid_exists(int(pid))]

    def worker(self):
        """The process of Ray in which an experiment runs."""
        return next(process for process in self.processes() if process.name().startswith("ray::Worker.perfor"))

    def unplug(self):
        ip("link", "set", self.link, "down")

    def plug(self):
        ip("link", "set", self.link, "up")

    def end(self):
        """Ends all that runs on this host."""
        for process in self.processes():
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        until(lambda: not self.processes())

    def remove(self):
        self.end()
        ip("netns", "del", self.namespace)
        time.sleep(0.1)  # the other end of its line goes with it
