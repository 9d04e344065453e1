"""A server that a team shares: git and DVC remotes behind a real sshd on a loopback port, with keys of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

from tests.clones import PROJECT, Clone

# sshd that root starts asks for /run/sshd. Where it is missing, sshd gets a /run of its own, and the system none.
IN_OWN_RUN = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"', "sh"]
WRAP = IN_OWN_RUN if os.geteuid() == 0 and not Path("/run/sshd").exists() else []


def sshd():
    """Where the program is; None if it is not installed."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")


def obstacle():
    """Installs the server where it is missing; gives what keeps this machine from running it, None if nothing does."""
    if sshd() is None and (failure := install()):
        return f"sshd is missing ({failure}); on Debian, as root: apt-get install openssh-server"
    if WRAP and subprocess.run([*WRAP, "true"], capture_output=True, check=False).returncode:
        return "sshd, started by root, needs /run/sshd, and may not be given a /run of its own here: mkdir /run/sshd"
    return None


def install():
    """Installs the server as CI does; gives why it could not, None if it could."""
    if os.geteuid() != 0:
        return "only root may install it"
    if shutil.which("apt-get") is None:
        return "there is no apt-get to install it"
    done = subprocess.run([PROJECT / ".ci/setup", "openssh-server"], capture_output=True, text=True, check=False)
    return (" ".join(done.stderr.split()) or f"exit code {done.returncode}") if done.returncode else None


def free_port(address="127.0.0.1"):
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind((address, 0))
        return free.getsockname()[1]


def wait_for(server, port, log, address="127.0.0.1"):
    """Waits until a server that was just started answers on its port; if it ends instead, fails with its log."""
    for _ in range(600):
        with socket.socket() as visitor:
            if not visitor.connect_ex((address, port)):
                return
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"nothing answered on port {port}: {log.read_text()}")


class Hub:
    """The server's folder, with a bare git repository and a DVC remote in it."""

    def __init__(self, folder, address="127.0.0.1"):
        self.folder, self.address = folder, address
        self.git, self.dvc = folder / "gapwise.git", folder / "dvc"
        self.port = free_port(address)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.git], check=True)
        (folder / "sshd_config").write_text(f"""
            ListenAddress {address}
            Port {self.port}
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/user.pub
            PidFile none
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            Subsystem sftp internal-sftp
            """)
        self.server = None

    def start(self):
        with (self.folder / "log").open("ab") as log:
            command = [*WRAP, sshd(), "-D", "-e", "-f", self.folder / "sshd_config"]
            self.server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.server, self.port, self.folder / "log", self.address)

    def stop(self):
        """Ends the server and the connections it has open, by their own process ids."""
        if self.server is not None:
            listener = psutil.Process(self.server.pid)
            for process in [listener, *listener.children(recursive=True)]:
                process.kill()
            self.server.wait()
            self.server = None

    def home(self, name):
        """Makes a home with a key to this server; gives the environment of who lives there."""
        home = self.folder / "homes" / name
        self.furnish(home, home)
        return {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}

    def furnish(self, home, seen):
        """Puts a key to this server into a home, and what ssh and git must know, who see it as another folder maybe."""
        (home / ".ssh").mkdir(parents=True)
        shutil.copy(self.folder / "user", home / ".ssh" / "key")
        (home / ".ssh" / "config").write_text(f"""
            Host hub
                HostName {self.address}
                Port {self.port}
                User {getpass.getuser()}
                IdentityFile {seen}/.ssh/key
                UserKnownHostsFile {seen}/.ssh/known_hosts
                StrictHostKeyChecking accept-new
            """)
        # OpenSSH takes the home from the system's list of users, not from HOME.
        (home / ".gitconfig").write_text(f'[core]\n\tsshCommand = "ssh -F {seen}/.ssh/config"\n')

    def clone(self, name):
        """Clones the git repository, as someone new in the team."""
        clone = Clone(self.folder / name, **self.home(name))
        clone.folder.mkdir()
        clone.run("git", "clone", "-q", self.url(self.git), ".")
        return clone

    def url(self, path):
        return f"ssh://hub{path}"

    def objects(self):
        """The files of the DVC remote that bear their final names."""
        return {path for path in self.dvc.rglob("*") if path.is_file() and not path.name.endswith(".tmp")}
