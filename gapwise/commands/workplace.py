"""A clone of the project that a search trains in, so that the workspace stays as it is.

It shares the project's DVC cache. What is done there becomes an experiment of the project's current commit, as
`dvc exp run` would have made it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.commands.sweeps.here import origin_here
from gapwise.commands.sweeps.repository import Repository
from gapwise.commands.sweeps.work import StepError, Steps, check_out, git
from gapwise.disk.atomic import atomic
from gapwise.searching.space import replaced

EVALUATED = ("baseline", "evaluate")  # the stages that read test rows


class Workplace:
    """The clone. What runs there ends when this process does.

    Args:
        repository: What to clone, at its current commit.
        folder: Of the clone; what an earlier search has left there is used again.
        log: Where all that DVC and the stages print is added.
        lock: An open file that the commands of DVC keep open, too.
    """

    def __init__(self, repository: Repository, folder: Path, log: TextIO, lock: TextIO) -> None:
        self._repository, self._origin, self._top, self._log = repository, origin_here(repository), folder, log
        self.folder = folder / repository.inside
        check_out(folder, self._origin)
        self._steps = Steps(self.folder, self._origin, log, lock, None)
        self._params = (self.folder / "params.yaml").read_text(encoding="utf-8")
        self._dvc("checkout", "--quiet", "--allow-missing")  # `dvc repro` brings no file of `dvc add`

    def begin(self, changes: Mapping[str, Any], repeats: int) -> None:
        """Puts the project's files there, with a setting's params, and without the test figures of another setting."""
        git(self._top, "checkout", "--quiet", "--force", "--detach", self._origin.commit)
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
        reference = self._origin.namespace + name
        git(self._top, "update-ref", "-d", reference)
        self._dvc("exp", "run", "-n", name, *stages)
        git(self._repository.top, "fetch", "--quiet", str(self._top), f"+{reference}:{reference}")

    def _dvc(self, *arguments: str) -> None:
        try:
            self._steps.dvc(*arguments)
        except StepError as error:
            raise UserError(
                f"`dvc {' '.join(arguments)}` failed in {self.folder}; all of it is in {self._log.name}:",
                str(error).splitlines(),
            ) from error
