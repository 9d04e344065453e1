"""How long the training of a run took, where it was trained on this machine."""

import json

from gapwise.commands.comparable import Run
from gapwise.commands.project import Project
from gapwise.runs.timings import FOLDER, NAMED_AFTER


def seconds(project: Project, run: Run) -> float | None:
    """Looks up what finetune noted.

    Args:
        project: Where the run is.
        run: By the weights that its dvc.lock records.

    Returns:
        Seconds for all repeats together; None where it was trained elsewhere, resumed, or its models are not here.
    """
    files = project.listing(run.lock.outs.get("models", ""))
    name = next((file["md5"] for file in files if file["relpath"] == NAMED_AFTER), None)
    try:
        noted = json.loads((project.folder / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        return float(noted["seconds"])
    except (OSError, ValueError, KeyError, TypeError):  # none, or spoilt: a time is nothing to fail for
        return None
