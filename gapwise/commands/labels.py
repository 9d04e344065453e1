"""`gapwise labels`: rows whose label the others doubt, and corrections brought back into the source file."""

import contextlib
import json
from pathlib import Path

import pandas as pd
from pydantic import ValidationError
from rich.console import Console

from gapwise.base.errors import UserError
from gapwise.base.tables import Texts, Tokens
from gapwise.commands.comparable import require_one_test
from gapwise.commands.files import write_file
from gapwise.commands.project import Project
from gapwise.commands.revisions import Loaded, read, table
from gapwise.inspecting.figures import Conflict, LabelReport

DATA_REPORT = "metrics/data.json"
CURE = (
    "run it with one beside the rotation: `dvc exp run --temp -n one-part -S split.rotate=null`, then "
    "`gapwise labels --rev one-part`"
)
TABLES = {"development": "data/development.parquet", "test": "data/test.parquet"}


def run(revision: str, *, out: Path | None, html: Path | None, as_json: bool, top: int | None, with_test: bool) -> None:
    """Looks at the labels of a revision; the arguments are those of the command, see `gapwise.commands.app`."""
    from gapwise.reports.labels import require_table, show, table_of

    if out is not None:
        require_table(out)
    found = _report(revision)
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        show(found, Console(), top)
    if out is not None:
        write_file(out, table_of(found, with_test).to_csv(index=False, lineterminator="\n"))
    if html is not None:
        from gapwise.reports.labels_page import page

        write_file(html, page(found))


def _report(revision: str) -> LabelReport:
    with Project() as project, contextlib.chdir(project.folder):
        try:
            setting = read(project, revision)
            require_one_test(setting.run.params, "A report on labels", CURE)
            texts = {name: table(project, setting.run, path, Texts) for name, path in TABLES.items()}
            vectors = _vectors(project, setting)
        except UserError as error:
            raise UserError("The labels cannot be looked at:", [f"{revision}: {error}"]) from error
        from gapwise.inspecting.report import Labelled, report

        known = Labelled(
            texts["development"],
            texts["test"],
            setting.predictions,
            vectors,
            _conflicts(project, setting),
            int(setting.run.params["split"]["seed"]),
        )
        return report(known, revision)


def _vectors(project: Project, setting: Loaded) -> pd.DataFrame:
    """Computes the encoder's vector of each text, from the token ids that the run has kept."""
    from gapwise.encoding.cut import frozen_vectors
    from gapwise.encoding.params import TokenizeParams

    try:
        # Runs of before there were prefixes have none; what it is, the token ids know.
        params = TokenizeParams.model_validate({"prefix": None} | setting.run.params["tokenize"])
    except (KeyError, TypeError, ValidationError) as error:
        raise UserError("its section tokenize is not valid; `dvc repro` says where") from error
    tokens = pd.concat([table(project, setting.run, f"data/tokens/{name}.parquet", Tokens) for name in TABLES])
    return frozen_vectors(tokens[tokens["text_id"] == tokens["source_id"]], params)


def _conflicts(project: Project, setting: Loaded) -> list[Conflict]:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        report = json.loads(project.text(setting.run.revision, DATA_REPORT) or "{}")
        return [Conflict.model_validate(one) for one in report["conflicts"]]
    return []
