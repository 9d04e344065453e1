"""A clone of the project that a search works in, so that the workspace stays as it is.

It shares the project's DVC cache. What is done there becomes an experiment of the project's current commit, as
`dvc exp run` would have made it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from gapwise.base.errors import UserError
from gapwise.commands.searches.trial import lay_out, without_test
from gapwise.commands.sweeps.here import origin_here
from gapwise.commands.sweeps.progress import last_words
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import PATIENCE, StepError, Steps, check_out, git, patiently


class Workplace:
    """The clone. What runs there ends when this process does.

    Args:
        repository: What to clone, at its current commit.
        folder: Of the clone; what an earlier search has left there is used again.
        log: Where all that DVC and the stages print is added.
        lock: An open file that the commands of DVC keep open, too.
        pulls: Whether data and outputs are brought from the DVC remote, as experiments run elsewhere.
    """

    def __init__(self, repository: Repository, folder: Path, log: TextIO, lock: TextIO, *, pulls: bool = False) -> None:
        self._repository, self._origin, self._top, self._log = repository, origin_here(repository), folder, log
        self._pulls = pulls
        self.folder = folder / repository.inside
        check_out(folder, self._origin)
        self._steps = Steps(self.folder, self._origin, log, lock, None)
        self._bring()  # `dvc repro` brings no file of `dvc add`

    def begin(self, changes: Mapping[str, Any], repeats: int) -> None:
        """Puts the project's files there, with a setting's params, and without the test figures of another setting."""
        git(self._top, "checkout", "--quiet", "--force", "--detach", self._origin.commit)
        lay_out(self.folder, changes, repeats)

    def take(self, experiment: str) -> None:
        """Puts the files of an experiment of the project there, but for those of the test."""
        git(self._top, "checkout", "--quiet", "--force", "--detach", self._origin.commit)
        git(self._top, "fetch", "--quiet", str(self._repository.top), self._origin.namespace + experiment)
        git(self._top, "restore", "--worktree", "--source=FETCH_HEAD", "--", self._repository.inside)
        without_test(self.folder)
        self._bring()

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
        reference = self._origin.namespace + name
        git(self._top, "update-ref", "-d", reference)
        self._dvc("exp", "run", "-n", name, *stages)
        git(self._repository.top, "fetch", "--quiet", str(self._top), f"+{reference}:{reference}")

    def _bring(self) -> None:
        """Brings what dvc.lock records, as far as it can be had."""
        if self._pulls:
            patiently(self._pull, PATIENCE)
        else:
            self._dvc("checkout", "--allow-missing", "--force")

    def _pull(self) -> None:
        try:
            self._steps.dvc("pull", "--allow-missing", "--force")
        except StepError as error:
            print(f"`dvc pull` failed and is tried again: {last_words(str(error))}", file=sys.stderr, flush=True)
            raise

    def _dvc(self, *arguments: str) -> None:
        try:
            self._steps.dvc(*arguments)
        except StepError as error:
            raise UserError(
                f"`dvc {' '.join(arguments)}` failed in {self.folder}; all of it is in {self._log.name}:",
                str(error).splitlines(),
            ) from error
