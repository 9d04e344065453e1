"""What a worker does: one experiment, in a clone with a cache of its own.

Imports the standard library alone: the module travels to the machines of a cluster as it is.
"""

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO, TypeVar

PATIENCE = 900  # seconds that a remote may be away
PAUSES = (2, 4, 8, 15, 30, 60)  # seconds between tries, the last one from then on
MISLEADING = ("DVC_ROOT", "DVC_STAGE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
Result = TypeVar("Result")

# Runs a command, and ends it with all that it has started as soon as whoever waits for it is gone, killed or not: then
# the pipe at standard input is closed. The watcher is a grandchild, as Ray kills the children of a worker that has
# died, and no others. It keeps the lock of the clone.
GUARD = """
import subprocess, sys
lock, *command = sys.argv[1:]
watch = "import os, signal; os.read(0, 1); os.killpg(0, signal.SIGKILL)"
subprocess.Popen([sys.executable, "-S", "-c", watch], pass_fds=[int(lock)])
sys.exit(subprocess.call(command, stdin=subprocess.DEVNULL))
"""

# Writes to the DVC remote of the project that it runs in, and removes what it wrote.
PROBE = """
import sys, uuid
from dvc.repo import Repo
try:
    with Repo() as repo:
        store = repo.cloud.get_remote_odb()
        path = store.fs.join(store.path, "probe-" + uuid.uuid4().hex)
        store.fs.makedirs(store.path, exist_ok=True)
        store.fs.pipe_file(path, b"")
        store.fs.remove(path)
except Exception as error:
    sys.exit(" ".join((str(error) or repr(error)).split()))
"""


@dataclass(frozen=True)
class Job:
    """One experiment to run.

    Attributes:
        name: Of the experiment.
        overrides: What `dvc exp run -S` is given.
        stages: To run up to; all without any.
        before: Arguments of a Python that runs in the clone before the experiment; none without any.
        follows: The experiment of the same commit that `before` asks for, to be brought from the origin; empty for
            none.
    """

    name: str
    overrides: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    follows: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the code of a sweep comes from, and where its results go to.

    Attributes:
        url: Of the git repository, for `git clone`.
        commit: Full hash; each experiment begins at it.
        inside: The project's folder, from the top of the repository.
        author: Of the experiments: name and address.
        config: What `.dvc/config.local` holds in a clone; empty for none.
        shared: Whether data come from the DVC remote and outputs go there; if not, `config` names a cache with all.
    """

    url: str
    commit: str
    inside: str
    author: tuple[str, str]
    config: str
    shared: bool

    @property
    def namespace(self) -> str:
        """The start of the name of each experiment's reference, as DVC has it."""
        return f"refs/exps/{self.commit[:2]}/{self.commit[2:]}/"


class Worker:
    """What runs on a machine of a cluster. It answers in plain values: an exception would need its class there."""

    def perform(self, job: Job, origin: Origin, folder: str, processors: int, patience: float) -> str | None:
        """Runs an experiment, see `perform`; gives why it failed, None if it did not."""
        try:
            perform(job, origin, Path(folder).expanduser(), processors, patience)
        except (StepError, OSError) as error:
            return str(error) or repr(error)
        return None

    def check(self, origin: Origin, folder: str, locked: Mapping[str, str], required: Sequence[str]) -> list[str]:
        """Looks for what would keep an experiment from running on this machine, and makes a clone.

        Args:
            origin: See there.
            folder: Of the clones on this machine.
            locked: The version of each package.
            required: Those packages that must be there.

        Returns:
            One phrase for each; none if all is well.
        """
        problems = other_versions(locked, required)
        try:
            with free_clone(Path(folder).expanduser()) as (clone, _):
                check_out(clone, origin)
                return [*problems, *git_refusal(clone, origin), *store_refusal(clone / origin.inside)]
        except (StepError, OSError) as error:
            return [*problems, f"{origin.url} cannot be cloned: {' '.join(str(error).split())}"]


def other_versions(locked: Mapping[str, str], required: Sequence[str]) -> list[str]:
    """Compares the packages of this Python with those of a lock; see `Worker.check`."""
    problems = []
    for name, wanted in locked.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing" if name in required else wanted
        if found != wanted:
            problems.append(f"{name} is {found}, requirements.lock has {wanted}")
    return problems


def git_refusal(clone: Path, origin: Origin) -> list[str]:
    """Tries to write to the git remote, and removes at once what it wrote; gives why it refuses, if it does."""
    reference = f"refs/gapwise/probe-{uuid.uuid4().hex}"
    try:
        git(clone, "push", "--quiet", origin.url, f"{origin.commit}:{reference}")
        git(clone, "push", "--quiet", origin.url, f":{reference}")
    except StepError as error:
        return [f"{origin.url} takes no experiments from here: {' '.join(str(error).split())}"]
    return []


def store_refusal(project: Path) -> list[str]:
    """Does the same with the DVC remote."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=project,
        env=unmisled(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stderr.strip() or "it says nothing").splitlines()[-1]
    return [f"the DVC remote takes nothing from here: {said}"] if done.returncode else []


class StepError(Exception):
    """A command failed; the message is the end of what it said."""


def perform(job: Job, origin: Origin, folder: Path, processors: int | None = None, patience: float = PATIENCE) -> None:
    """Runs an experiment whose reference is not yet at the origin, and hands it over whole: its outputs first.

    Args:
        job: The experiment.
        origin: See there.
        folder: Of the clones of this project on this machine; one that is free is used, or made. A log is left there.
        processors: That the experiment may use; None for all.
        patience: Seconds that a remote may be away.

    Raises:
        StepError: If it failed.
    """
    reference = origin.namespace + job.name
    with free_clone(folder) as (clone, lock):
        if patiently(lambda: has(origin.url, reference), patience):  # before the log of who ran it is opened
            return
        with (folder / f"{job.name}.log").open("w", encoding="utf-8") as log:
            _run_in(clone, job, origin, Steps(clone / origin.inside, origin, log, lock, processors), patience)


def _run_in(clone: Path, job: Job, origin: Origin, step: "Steps", patience: float) -> None:
    reference = origin.namespace + job.name
    patiently(lambda: check_out(clone, origin), patience)
    if origin.shared:
        patiently(lambda: step.dvc("pull", "--allow-missing"), patience)
    else:
        step.dvc("checkout", "--allow-missing", "--force")
    if job.follows:
        earlier = origin.namespace + job.follows
        patiently(lambda: git(clone, "fetch", "-q", "--no-tags", origin.url, f"{earlier}:{earlier}"), patience)
    if job.before:
        step.python(*job.before)
    changes = (f"--set-param={override}" for override in job.overrides)
    step.dvc("exp", "run", "--name", job.name, *changes, *job.stages)
    if origin.shared:  # before the reference: where that is, the outputs are
        patiently(lambda: step.dvc("push"), patience)
    patiently(lambda: hand_over(clone, origin.url, reference), patience)


@contextmanager
def free_clone(folder: Path) -> Iterator[tuple[Path, TextIO]]:
    """Gives the first place for a clone that no other process uses, and the open file that keeps it from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        with (folder / f"{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield folder / str(number), lock
            return


def patiently(step: Callable[[], Result], patience: float) -> Result:
    """Does what needs a remote, again and again while that fails, for so many seconds."""
    start = time.monotonic()
    for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
        try:
            return step()
        except StepError:
            if time.monotonic() + pause > start + patience:
                raise
            time.sleep(pause)
    raise AssertionError("the pauses never end")


def has(url: str, reference: str) -> bool:
    """Tells whether a repository has a reference."""
    return bool(git(None, "ls-remote", url, reference))


def check_out(clone: Path, origin: Origin) -> None:
    """Makes a clone hold the commit, whatever a killed process has left there."""
    if not clone.is_dir():
        partial = clone.with_name(f"{clone.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        git(None, "clone", "--quiet", "--no-checkout", origin.url, str(partial))
        partial.rename(clone)
    for leftover in (clone / ".git").rglob("*.lock"):
        leftover.unlink()
    git(clone, "remote", "set-url", "origin", origin.url)
    if not knows(clone, origin.commit):
        of_no_branch = [] if origin.shared else [origin.commit]
        git(clone, "fetch", "--quiet", "--tags", "origin", *of_no_branch)
    # What was handed over is at the origin; a stash or an experiment of a killed run would come in between.
    for reference in git(clone, "for-each-ref", "--format=%(refname)", "refs/exps").split():
        git(clone, "update-ref", "-d", reference)
    git(clone, "checkout", "--quiet", "--force", "--detach", origin.commit)
    git(clone, "clean", "--quiet", "-fd")
    config = clone / origin.inside / ".dvc" / "config.local"
    config.write_text(origin.config, encoding="utf-8")


def knows(clone: Path, commit: str) -> bool:
    """Tells whether a clone has a commit."""
    try:
        git(clone, "cat-file", "-e", f"{commit}^{{commit}}")
    except StepError:
        return False
    return True


def hand_over(clone: Path, url: str, reference: str) -> None:
    """Pushes a reference, unless the repository has it by now: who was first stays."""
    try:
        git(clone, "push", "--quiet", f"--force-with-lease={reference}:", url, f"{reference}:{reference}")
    except StepError:
        if not has(url, reference):
            raise


def git(folder: Path | None, *arguments: str) -> str:
    """Runs git and gives what it printed; it asks nobody for a password."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=unmisled() | {"GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepError(f"git {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Steps:
    """Commands of DVC and of Python in a clone, that end when this process does.

    Args:
        folder: The project in the clone.
        origin: See there.
        log: What they print goes there.
        lock: An open file that they keep open, so that the clone is not free while one of them goes on.
        processors: That each may use; None for all.
    """

    def __init__(self, folder: Path, origin: Origin, log: TextIO, lock: TextIO, processors: int | None) -> None:
        self.folder, self.log, self.lock = folder, log, lock
        self.environment = environment(origin, folder, processors)

    def dvc(self, *arguments: str) -> None:
        """Runs a command of DVC."""
        self._run("dvc", "-m", "dvc", *arguments)

    def python(self, *arguments: str) -> None:
        """Runs Python."""
        self._run("python", *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        begin = self.log.tell()
        self.log.write(f"$ {name} {' '.join(arguments).removeprefix(f'-m {name} ')}\n")
        self.log.flush()
        child = subprocess.Popen(
            [sys.executable, "-c", GUARD, str(self.lock.fileno()), sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[self.lock.fileno()],
        )
        code = child.wait()
        if child.stdin:
            child.stdin.close()  # ends the watcher
        self.log.seek(0, os.SEEK_END)
        if code:
            said = Path(self.log.name).read_bytes()[begin:].decode(errors="replace").strip()
            raise StepError("\n".join(said.splitlines()[-12:]))


def environment(origin: Origin, folder: Path, processors: int | None) -> dict[str, str]:
    """Gives the environment of the commands in a clone: the Python that runs here, and nothing that means another."""
    name, address = origin.author
    own = {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]),  # noqa: PTH120
        "DVC_SITE_CACHE_DIR": str(folder / ".dvc" / "tmp" / "site"),
        "DVC_NO_ANALYTICS": "1",
        **{f"GIT_{who}_NAME": name for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": address for who in ("AUTHOR", "COMMITTER")},
    }
    if processors is not None:
        own |= {"GAPWISE_WORKERS": str(processors), "TF_NUM_INTRAOP_THREADS": str(processors)}
    return unmisled() | own


def unmisled() -> dict[str, str]:
    """Gives this process's environment, but for what points git and DVC to another project."""
    return {key: value for key, value in os.environ.items() if key not in MISLEADING}
