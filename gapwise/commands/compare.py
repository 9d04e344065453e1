"""`gapwise compare`: reads revisions, compares them, shows the answer."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from rich.console import Console
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.commands.project import Project
from gapwise.commands.revisions import NOTHING, Loaded, epochs, groups, load
from gapwise.commands.timings import seconds
from gapwise.comparing.figures import Comparison
from gapwise.comparing.scored import Candidate
from gapwise.comparing.verdicts import compare
from gapwise.disk.atomic import atomic

Form = Literal["terminal", "json", "md"]


def run(
    revisions: Sequence[str],
    *,
    everything: bool,
    metric: str,
    margin: float,
    confidence: float,
    form: Form,
    html: Path | None,
    save: bool,
) -> None:
    """Compares revisions and shows the answer; the arguments are those of the command, see `gapwise.commands.app`."""
    with Project() as project:
        named = list(revisions) or ([project.here()] if everything else [])
        if len(named) < 2 and not everything:
            raise UserError(NOTHING)
        others = [name for name in project.experiments() if name not in named] if everything else []
        settings, notes = load(project, named, others)
        candidates = [_candidate(project, one) for one in settings]
        of_texts = groups(project, settings[0])
        found = compare(candidates, of_texts, metric, margin, confidence)
        comparison = found.model_copy(update={"notes": [*found.notes, *notes]})
        _print(comparison, form)
        if html is not None:
            write_page(html, _page(comparison, project, settings, of_texts))
        if save:
            _save(comparison, project)


def _candidate(project: Project, setting: Loaded) -> Candidate:
    trained = epochs(project, setting)
    return Candidate(
        name=setting.run.name,
        predictions=setting.predictions,
        params=dict(setting.run.params),
        epochs=None if trained is None else len(trained[["repeat", "epoch"]].drop_duplicates()),
        seconds=seconds(project, setting.run),
    )


def _print(comparison: Comparison, form: Form) -> None:
    match form:
        case "json":
            print(comparison.model_dump_json(indent=2))
        case "md":
            from gapwise.reports.markdown import markdown

            print(markdown(comparison))
        case "terminal":
            from gapwise.reports.terminal import show

            show(comparison, Console())


def _page(comparison: Comparison, project: Project, settings: Sequence[Loaded], of_texts: "pd.Series[str]") -> str:
    from gapwise.reports.evidence import Evidence
    from gapwise.reports.page import page

    evidence = [Evidence(one.run.name, one.predictions, epochs(project, one)) for one in settings]
    return page(comparison, evidence, of_texts)


def write_page(file: Path, text: str) -> None:
    """Writes a page, and says so beside what is printed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")  # not through `whole`, which would replace a folder of this name
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"Wrote {file}", file=sys.stderr)


def _save(comparison: Comparison, project: Project) -> None:
    from gapwise.disk.io import write_csv, write_json
    from gapwise.reports.saved import metrics, plots, table

    folder = project.folder / "metrics"
    write_json(str(folder / "comparison.json"), metrics(comparison))
    write_csv(str(folder / "comparison/differences.csv"), table(comparison))
    # A file of its own: the plot of a file that is not there yet would make every `dvc plots show` warn.
    _write_yaml(folder / "comparison/dvc.yaml", plots(comparison))
    print("Wrote metrics/comparison.json and metrics/comparison/, which `dvc plots show` draws", file=sys.stderr)


def _write_yaml(file: Path, document: Mapping[str, object]) -> None:
    with atomic(file) as temporary, temporary.open("w", encoding="utf-8") as stream:
        YAML().dump(document, stream)
