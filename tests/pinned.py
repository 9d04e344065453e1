"""A real git and DVC project whose training is pinned work, with a bare repository and a DVC remote beside it."""

import shutil
import time

from tests.clones import PROJECT, Clone


class Pinned(Clone):
    """The project, and what its trainings have noted."""

    def __init__(self, folder, **environment):
        self.witness = folder.parent / f"{folder.name}-witness"
        self.witness.mkdir(exist_ok=True)
        super().__init__(folder, **{"PYTHONPATH": str(PROJECT), "WITNESS": str(self.witness)} | environment)

    def notes(self, what):
        """The experiments that noted something, in order."""
        notes = self.witness / "notes"
        lines = [line.split() for line in notes.read_text().splitlines()] if notes.exists() else []
        return [name for name, noted, *_ in lines if noted == what]

    def forget(self):
        """Removes the experiments that are here."""
        for reference in self.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").split():
            self.run("git", "update-ref", "-d", reference)

    def experiments(self):
        """The hash of the weights of each experiment that is here; what DVC keeps in refs/exps/exec is none."""
        references = self.run("git", "for-each-ref", "--format=%(refname)", "refs/exps/??/*/*").split()
        found = {}
        for reference in references:
            lock = self.run("git", "show", f"{reference}:dvc.lock")
            found[reference.rpartition("/")[2]] = lock.partition("path: models")[2].split("md5: ")[1].split()[0]
        return found


def start(folder, **environment):
    """Makes the project, with its first results, and nothing beside it."""
    project = Pinned(folder, **environment)
    shutil.copytree(PROJECT / "tests/fixtures/pinned", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "params.yaml", folder / "params.yaml")
    (folder / "mine.csv").write_text("text,label\ngood,yes\nbad,no\n")
    (folder / ".gitignore").write_text("__pycache__/\n.gapwise/\n")
    project.set_params({"prepare": {"source": "mine.csv"}})
    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "init", "-q")
    project.run("dvc", "config", "core.analytics", "false")
    project.run("dvc", "config", "core.check_update", "false")
    project.environment["DVC_EXP_NAME"] = "first"
    project.run("dvc", "repro", "-q")
    del project.environment["DVC_EXP_NAME"]
    (project.witness / "notes").unlink()
    project.commit()
    return project


def push(project, git, dvc):
    """Makes the project known to its remotes."""
    project.run("git", "remote", "add", "origin", git)
    project.run("dvc", "remote", "add", "-q", "-d", "team", dvc)
    project.commit("A remote")
    project.run("git", "push", "-q", "-u", "origin", "main")
    project.run("dvc", "push", "-q")


def until(true, seconds=240):
    """Waits until something is true, for so long at most."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
