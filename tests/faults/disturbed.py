"""A finished clone that faults are made in, and what it is compared with in the end."""

import hashlib
import shutil
import signal
import subprocess

from ruamel.yaml import YAML

from tests.clones import Clone
from tests.faults.ending import SITECUSTOMIZE, at


class Disturbed(Clone):
    """A copy of the finished clone without its run cache."""

    def __init__(self, folder, reference, **environment):
        hooks = folder.parent / "hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "sitecustomize.py").write_text(SITECUSTOMIZE)
        super().__init__(folder, PYTHONPATH=str(hooks), **environment)
        reference.copy(folder)
        shutil.rmtree(folder / ".dvc/cache/runs")
        self.reference = reference
        self.expected = files(reference, reference.outputs())

    def forget(self, stage):
        """Leaves nothing of a stage, as if it had never run."""
        path, yaml = self.folder / "dvc.lock", YAML()
        lock = yaml.load(path)
        for out in lock["stages"].pop(stage, {"outs": []})["outs"]:
            lost = self.folder / out["path"]
            shutil.rmtree(lost) if lost.is_dir() else lost.unlink(missing_ok=True)
        yaml.dump(lock, path)

    def ended(self, number, stage, point):
        """Runs one stage for the first time, and sends a signal at a point of it; gives what `outcome` does."""
        self.forget(stage)
        return self.outcome("dvc", "repro", "--single-item", stage, **at(number, point))

    def outcome(self, *command, **environment):
        """Runs a command with its children to the end of them all; gives its exit code and all that was printed."""
        process = self.begun(*command, **environment)
        output, _ = process.communicate(timeout=900)
        return process.returncode, output

    def begun(self, *command, **environment):
        """Starts a command as a terminal does: in a group of processes of its own, which heed Ctrl-C."""
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment | environment, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def files(self):
        return files(self, self.reference.outputs())

    def half_written(self):
        """The outputs that have a final name, and are not what the undisturbed run wrote."""
        return {name for name, content in self.files().items() if content != self.expected.get(name)}

    def leftovers(self):
        """What has a temporary name."""
        return sorted(path.name for path in self.folder.rglob(".*.partial"))

    def assert_recovers(self):
        """Lets `dvc repro` make good what is missing, and compares; gives what it printed."""
        log = self.run("dvc", "repro")
        assert self.outputs() == self.reference.outputs()
        assert self.files() == self.expected
        assert self.leftovers() == []
        return log


def files(clone, outputs):
    """The hash of every file of some outputs, as it lies there, whatever dvc.lock says."""
    paths = [path for name in outputs for path in (clone.folder / name, *(clone.folder / name).rglob("*"))]
    found = [path for path in paths if path.is_file()]
    return {str(path.relative_to(clone.folder)): hashlib.md5(path.read_bytes()).hexdigest() for path in found}


def apart(*arrangement):
    """A command prefix: what follows sees its own mounts, which end with it.

    Args:
        arrangement: Shell commands that arrange them.
    """
    return ["unshare", "--mount", "sh", "-euc", "\n".join([*arrangement, 'exec "$@"']), "sh"]


def can_mount():
    return can(*apart("mount -t tmpfs tmpfs /mnt"), "true")


def can(*command):
    """Whether this machine lets us run a command."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
