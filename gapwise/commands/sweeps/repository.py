"""The project's git repository: its commit, what is not committed, its remote, and the experiments that are known."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words
from gapwise.commands.sweeps.work import Origin, StepError, git, knows

COMMITTER = ("gapwise", "gapwise@localhost")


class Repository:
    """The repository that a project is in.

    Args:
        project: The top folder of the project.
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self.top = Path(git(project, "rev-parse", "--show-toplevel").strip())
        self.commit = git(project, "rev-parse", "HEAD").strip()

    @property
    def inside(self) -> str:
        """The project's folder, from the top of the repository; `.` if it is the top."""
        return self.project.resolve().relative_to(self.top.resolve()).as_posix()

    def refuse_changes(self, what: str, paths: Sequence[str] = ()) -> None:
        """Refuses what is changed and not committed.

        Args:
            what: What runs the current commit, for the message.
            paths: Files and folders of the project; all of the repository without any.

        Raises:
            UserError: With the files.
        """
        # The first letters are the state; a new name of a file that was moved follows an arrow.
        lines = git(self.project, "status", "--porcelain", "--untracked-files=no", "--", *paths).splitlines()
        if lines:
            files = in_words([line[3:] for line in lines])
            raise UserError(
                f"{what} runs what is committed, and the workspace has changes that are not.",
                [f"changed: {files}", "commit them, or put them aside with `git stash`"],
            )

    def author(self) -> tuple[str, str]:
        """Gives who makes the experiments."""
        try:
            return git(self.top, "config", "user.name").strip(), git(self.top, "config", "user.email").strip()
        except StepError:
            return COMMITTER

    def here(self) -> Origin:
        """Gives this repository as the origin of clones on this machine."""
        return Origin(str(self.top), self.commit, self.inside, self.author(), config="", shared=False)

    def remote(self) -> Origin | None:
        """Gives the git remote as the origin of clones: `origin`, or the only one; None if there is none.

        Raises:
            UserError: If there are several and none is `origin`.
        """
        names = git(self.top, "remote").split()
        if not names:
            return None
        if len(names) > 1 and "origin" not in names:
            raise UserError(
                f"Of the git remotes {in_words(names)} one must be named origin: git remote rename NAME origin"
            )
        url = git(self.top, "remote", "get-url", "origin" if "origin" in names else names[0]).strip()
        path = self.top / url
        return Origin(
            str(path.resolve()) if path.exists() else url,
            self.commit,
            self.inside,
            self.author(),
            config="",
            shared=True,
        )

    def known(self) -> set[str]:
        """Names the experiments of the commit that are here."""
        return self._names(git(self.top, "for-each-ref", "--format=%(refname)", self.here().namespace).split())

    def known_to(self, origin: Origin) -> set[str]:
        """Names the experiments of the commit that a remote has.

        Raises:
            StepError: If it cannot be asked.
        """
        return self._names(git(self.top, "ls-remote", origin.url, f"{origin.namespace}*").split()[1::2])

    def _names(self, references: Iterable[str]) -> set[str]:
        return {reference.rpartition("/")[2] for reference in references}

    def fetch(self, origin: Origin, names: Collection[str]) -> None:
        """Brings experiments here that a remote has.

        Raises:
            StepError: If it cannot.
        """
        if names:
            references = (origin.namespace + name for name in sorted(names))
            git(self.top, "fetch", "--quiet", "--no-tags", origin.url, *(f"{one}:{one}" for one in references))

    def text(self, path: str) -> str | None:
        """Reads a file of the project at the commit; None if there is none."""
        try:
            return git(self.top, "show", f"{self.commit}:{(Path(self.inside) / path).as_posix()}")
        except StepError:
            return None

    def is_at(self, origin: Origin) -> bool:
        """Tells whether a branch or a tag of a remote leads to the commit, so that a clone has it.

        Raises:
            StepError: If the remote cannot be asked.
        """
        tips = sorted(set(git(self.top, "ls-remote", "--heads", "--tags", origin.url).split()[::2]))
        if any(self._leads_to_commit(tip) for tip in tips):
            return True
        news = [tip for tip in tips if not knows(self.top, tip)]
        if news:
            git(self.top, "fetch", "--quiet", "--no-tags", origin.url, *news)
        return any(self._leads_to_commit(tip) for tip in news)

    def _leads_to_commit(self, tip: str) -> bool:
        try:
            git(self.top, "merge-base", "--is-ancestor", self.commit, tip)
        except StepError:  # also where the tip is not known here
            return False
        return True
