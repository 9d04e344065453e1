"""The project as DVC and git keep it: revisions by any name, and their files, without touching the workspace."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any

from dvc.exceptions import DvcException, NotDvcRepoError
from dvc.fs import DVCFileSystem
from dvc.repo import Repo
from dvc.repo.experiments.utils import exp_refs, exp_refs_by_baseline
from dvc.scm import RevError, resolve_rev
from scmrepo.exceptions import SCMError

from gapwise.base.errors import UserError
from gapwise.disk.recorded import md5 as hash_of

WORKSPACE = "workspace"


class Project:
    """An open project; use it in a `with`. A revision is a commit's full hash, or `workspace`."""

    def __init__(self) -> None:
        try:
            self._repo = Repo()
            self.head = str(self._repo.scm.get_rev())
        except NotDvcRepoError as error:
            raise UserError("This folder is in no DVC project. Run commands from the project's top folder.") from error
        except (DvcException, SCMError) as error:  # without git, without a commit, with a broken config
            raise UserError(f"DVC cannot open the project: {error}") from error
        self._scm = self._repo.scm
        self.folder = Path(self._repo.root_dir)
        self.top = Path(self._scm.root_dir)
        self.inside = self.folder.relative_to(self.top)
        self.cache = Path(self._repo.cache.local_cache_dir)

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._repo.close()

    def is_changed(self) -> bool:
        """Tells whether a file that git knows differs from the commit."""
        return bool(self._scm.is_dirty(untracked_files=False))

    def resolve(self, name: str) -> str:
        """Finds the revision that a user means: an experiment, a branch, a tag, a commit or `workspace`.

        Raises:
            UserError: If there is none, with the nearest names.
        """
        if name == WORKSPACE:
            return WORKSPACE
        try:
            return str(resolve_rev(self._scm, name))
        except RevError as error:
            remotes = self._remotes_with(name)
            if len(remotes) > 1:
                raise UserError(f"is a branch of several remotes; say {' or '.join(remotes)}") from error
            if "ambiguous" in str(error):
                raise UserError(
                    "several experiments of other commits have this name; use a commit's hash, as "
                    "`dvc exp list --all-commits --sha` shows it"
                ) from error
            shallow = (Path(self._scm.root_dir) / ".git" / "shallow").exists()
            advice = (
                "; this clone is shallow, `git fetch --unshallow` brings the rest" if shallow else self._nearest(name)
            )
            raise UserError(f"no experiment, branch, tag or commit has this name{advice}") from error

    def _remotes_with(self, name: str) -> list[str]:
        """Names a branch of this name on each remote, as `origin/name`."""
        prefix = "refs/remotes/"
        found = (str(reference).removeprefix(prefix) for reference in self._scm.iter_refs(base=prefix))
        return sorted(branch for branch in found if branch.partition("/")[2] == name)

    def _nearest(self, name: str) -> str:
        # Not by `experiments.ls`, which waits for the lock that a running experiment holds.
        experiments = [reference.name for reference in exp_refs(self._scm)]
        known = sorted({*experiments, *self._scm.list_branches(), *self._scm.list_tags(), WORKSPACE})
        near = get_close_matches(name, known, n=3)
        return f"; did you mean {' or '.join(near)}?" if near else "; `dvc exp list --all-commits` shows experiments"

    def experiments(self) -> list[str]:
        """Names every experiment of the current commit, the oldest first."""
        listed = exp_refs_by_baseline(self._scm, {self.head})[self.head]
        times = {one.name: self._scm.resolve_commit(self._scm.get_ref(str(one))).commit_time for one in listed}
        return sorted(times, key=lambda name: (times[name], name))

    def is_experiment(self, name: str) -> bool:
        """Says whether some commit has an experiment of this name."""
        return any(reference.name == name for reference in exp_refs(self._scm))

    def here(self) -> str:
        """Names the current commit: its branch, or else the first digits of its hash."""
        try:
            return str(self._scm.active_branch())
        except Exception:  # a detached head; each backend has its own exception
            return self.head[:7]

    def text(self, revision: str, path: str) -> str | None:
        """Reads a file that git keeps, or gives None where the revision has none."""
        try:
            if revision == WORKSPACE:
                return (self.folder / path).read_text(encoding="utf-8-sig")
            files = self._scm.get_fs(revision)
            with files.open((self.inside / path).as_posix(), mode="rb") as file:
                return str(file.read().decode("utf-8-sig"))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def data(self, revision: str, path: str, md5: str) -> bytes:
        """Reads a file that DVC keeps, from the cache or from the remote.

        Args:
            revision: Where it was written.
            path: Of the file.
            md5: That dvc.lock records for it there.

        Raises:
            UserError: If it is in neither.
        """
        cached, here = Path(self._repo.cache.local.oid_to_path(md5)), self.folder / path
        if cached.is_file():
            return cached.read_bytes()
        if revision == WORKSPACE and here.is_file() and hash_of(here) == md5:
            return here.read_bytes()
        return self._from_remote(revision, path)

    def copy_folder(self, revision: str, path: str, md5: str, to: Path) -> None:
        """Copies a folder that DVC keeps, from the cache or from the remote.

        Args:
            revision: Where it was written.
            path: Of the folder.
            md5: That dvc.lock records for it there.
            to: A new folder.

        Raises:
            UserError: If some of it is in neither.
        """
        cached = Path(self._repo.cache.local.oid_to_path(md5))
        listing = self.listing(md5) if cached.is_file() else json.loads(self._from_remote(revision, path, listed=True))
        for entry in listing:
            target = to / entry["relpath"]
            if not target.resolve().is_relative_to(to.resolve()):
                raise UserError(f"{path} names a file outside of it: {entry['relpath']}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.data(revision, f"{path}/{entry['relpath']}", entry["md5"]))

    def _from_remote(self, revision: str, path: str, listed: bool = False) -> bytes:
        if not self._repo.config["remote"]:  # to find out through DVC takes half a second per revision
            raise UserError(f"{path} is neither in the cache nor on a remote")
        # By the remotes of today: an old commit may know none, or one that has moved.
        config = {"core": dict(self._repo.config["core"]), "remote": dict(self._repo.config["remote"])}
        at = None if revision == WORKSPACE else revision
        try:
            files = DVCFileSystem(repo=str(self.folder), rev=at, config=config, subrepos=True)
            # DVC counts paths from the project without a revision, and from the top of git with one.
            inside = path if at is None else (self.inside / path).as_posix()
            if listed:
                found = [name for name in files.find(inside)]
                return json.dumps([_entry(files.info(name), name, inside) for name in found]).encode()
            return bytes(files.read_bytes(inside))
        except FileNotFoundError as error:
            raise UserError(f"{path} is neither in the cache nor on a remote") from error
        except Exception as error:  # every kind of remote has its own exceptions
            raise UserError(f"{path} is not in the cache, and the remote does not give it: {error}") from error

    def listing(self, md5: str) -> Sequence[dict[str, str]]:
        """Lists a folder that the cache keeps: `relpath` and `md5` of each file; empty where it does not."""
        cached = Path(self._repo.cache.local.oid_to_path(md5))
        return json.loads(cached.read_text(encoding="utf-8")) if cached.is_file() else []


def _entry(info: dict[str, Any], name: str, folder: str) -> dict[str, str]:
    relative = name.lstrip("/").removeprefix(folder.lstrip("/")).lstrip("/")
    return {"relpath": relative, "md5": str(info["dvc_info"]["md5"])}
