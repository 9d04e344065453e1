"""A clone of the project that a search trains in, so that the workspace stays as it is.

It shares the project's DVC cache. What is done there becomes an experiment of the project's current commit, as
`dvc exp run` would have made it.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from dvc.config import Config
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.commands.project import Project
from gapwise.disk.atomic import atomic
from gapwise.searching.space import replaced

EVALUATED = ("baseline", "evaluate")  # the stages that read test rows
LAST_LINES = 12  # of a stage that failed


class Workplace:
    """The clone.

    Args:
        project: What to clone, at its current commit.
        folder: Of the clone; what an earlier search has left there is used again.
        log: Where all that DVC and the stages print is added.
    """

    def __init__(self, project: Project, folder: Path, log: Path) -> None:
        self._project, self._top, self._log, self._environment = project, folder, log, dict(os.environ)
        self.folder = folder / project.inside
        self._running = folder.with_name("running")
        self._end_orphan()
        if not (folder / ".git").is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            _git(project.top, "clone", "-q", "--no-checkout", str(project.top), str(folder))
        _git(folder, "fetch", "-q", str(project.top), project.head)
        _git(folder, "checkout", "-q", "--force", "--detach", project.head)
        for key in ("user.name", "user.email"):
            found = _git(project.top, "config", "--get", key, fails=True)
            if found:
                _git(folder, "config", key, found)
        self._params = (self.folder / "params.yaml").read_text(encoding="utf-8")
        self._share_cache()

    def _share_cache(self) -> None:
        own, there = (folder / ".dvc" / "config.local" for folder in (self._project.folder, self.folder))
        shutil.copyfile(own, there) if own.is_file() else there.unlink(missing_ok=True)
        with Config(str(self.folder / ".dvc"), validate=False).edit("local") as config:
            config.setdefault("cache", {})["dir"] = str(self._project.cache)
        self._dvc("checkout", "--quiet", "--allow-missing")  # `dvc repro` brings no file of `dvc add`

    def begin(self, changes: Mapping[str, Any], repeats: int) -> None:
        """Puts the project's files there, with a setting's params, and without the test figures of another setting."""
        _git(self._top, "checkout", "-q", "--force", "--detach", self._project.head)
        self._without_test()
        yaml = YAML()
        yaml.preserve_quotes, yaml.width = True, 4096
        document = yaml.load(self._params)
        # Only what differs, so that the comments and the writing of all else stay.
        with atomic(self.folder / "params.yaml") as temporary:
            yaml.dump(replaced(document, {**changes, "split.repeats": repeats}), temporary)

    def _without_test(self) -> None:
        file = self.folder / "dvc.lock"
        if not file.is_file():
            return
        yaml = YAML()
        lock = yaml.load(file.read_text(encoding="utf-8"))
        for stage in EVALUATED:
            for out in lock["stages"].pop(stage, {}).get("outs", []):
                path = self.folder / out["path"]
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        with atomic(file) as temporary, temporary.open("w", encoding="utf-8") as stream:
            yaml.dump(lock, stream)

    def repro(self, stage: str) -> None:
        """Runs a stage and those before it, as far as DVC has not recorded their runs.

        Raises:
            UserError: If a stage fails, with the end of what it printed.
        """
        self._dvc("repro", stage)

    def experiment(self, name: str, *stages: str) -> None:
        """Does the same, and makes what is there an experiment of the project, in place of one of this name.

        Args:
            name: Of the experiment.
            stages: To run up to; all without any.
        """
        reference = f"refs/exps/{self._project.head[:2]}/{self._project.head[2:]}/{name}"
        _git(self._top, "update-ref", "-d", reference)
        self._dvc("exp", "run", "-n", name, *stages)
        _git(self._project.top, "fetch", "-q", str(self._top), f"+{reference}:{reference}")

    def _dvc(self, *arguments: str) -> None:
        environment = self._environment | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), self._environment.get("PATH", "")])
        }
        command = [sys.executable, "-m", "dvc", *arguments]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            began = log.tell()
            log.write(f"\n$ dvc {' '.join(arguments)}\n".encode())
            log.flush()
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            self._running.write_text(f"{process.pid} {psutil.Process(process.pid).create_time()}", encoding="utf-8")
            try:
                code = process.wait()
            except BaseException:
                _end(process.pid)
                raise
            finally:
                self._running.unlink(missing_ok=True)
        if code:
            printed = self._log.read_bytes()[began:].decode(errors="replace").strip().splitlines()
            raise UserError(
                f"`dvc {' '.join(arguments)}` failed in {self.folder}; all of it is in {self._log}:",
                [line for line in printed if line.strip()][-LAST_LINES:],
            )

    def _end_orphan(self) -> None:
        """Ends what a killed search has left running; its finished repeats are kept, and taken over."""
        try:
            pid, created = self._running.read_text(encoding="utf-8").split()
            if psutil.Process(int(pid)).create_time() == float(created):
                _end(int(pid))
        except (OSError, ValueError, psutil.NoSuchProcess):
            pass
        self._running.unlink(missing_ok=True)


def _end(group: int) -> None:
    """Ends a process and all that it started: politely, then not."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(group, sign)
            members = [one for one in psutil.process_iter() if _group(one.pid) == group]
            psutil.wait_procs(members, timeout=10)
        except ProcessLookupError:
            return


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _git(folder: Path, *arguments: str, fails: bool = False) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not fails:
        raise UserError(f"`git {' '.join(arguments)}` failed in {folder}:", done.stderr.strip().splitlines())
    return done.stdout.strip()


def uncommitted(project: Project, paths: Sequence[str]) -> list[str]:
    """Names files of git below some paths that differ from the current commit."""
    found = _git(project.folder, "status", "--porcelain", "--untracked-files=no", "--", *paths)
    return [line.split(maxsplit=1)[1] for line in found.splitlines()]
