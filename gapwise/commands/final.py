"""`gapwise final`: trains one network or several on all labelled rows, and writes them with their card."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.tables import Predictions, Repeats, Texts, Tokens, rows_per_class
from gapwise.commands.project import WORKSPACE, Project
from gapwise.commands.revisions import METRICS_FILE, read
from gapwise.disk.atomic import atomic
from gapwise.disk.io import read_params, read_table
from gapwise.labelling.loading import ABOUT


def run(out: Path, *, networks: int, with_test: bool, license: str | None) -> None:
    """Trains and writes; the arguments are those of the command, see `commands.app`."""
    target = out.absolute()
    if target.exists() and not (target / ABOUT).is_file():
        raise UserError(f"{out} exists and was not written by `gapwise final`; name another folder with --out.")
    with Project() as project, contextlib.chdir(project.folder):
        try:
            read(project, WORKSPACE)
        except UserError as error:
            raise UserError("The final network takes over what a run has found:", [str(error)]) from error
        # Here, because they import TensorFlow.
        from gapwise.delivery.card import Facts, write_card
        from gapwise.delivery.final import Data, choose, train_final
        from gapwise.encoding.params import TokenizeParams
        from gapwise.runs.models import read_description, read_weights, write_model
        from gapwise.runs.progress import EpochLine, Progress
        from gapwise.scoring.params import EvaluateParams
        from gapwise.splitting.params import SplitParams
        from gapwise.texts.params import PrepareParams
        from gapwise.training.recipe import FinetuneParams
        from gapwise.training.repeats import describe

        recipe, tokenize, split = read_params(FinetuneParams, TokenizeParams, SplitParams)
        prepare, evaluate = read_params(PrepareParams, EvaluateParams)
        metrics = _json(METRICS_FILE)
        data = Data(*(read_table(f"data/{name}.parquet", kind) for name, kind in TABLES.items()))
        recipe = recipe.for_rows(rows_per_class(data.texts, data.repeats))
        repeats = read_description()
        epochs = pd.read_csv("metrics/plots/epochs.csv")
        chosen = choose(repeats, recipe, list(read_weights(repeats)), data, epochs)
        data = _with_test(data) if with_test else data
        description = describe(tokenize, recipe, data.texts, data.repeats).model_copy(update={"repeats": networks})
        is_sealed = not with_test and split.rotate is None
        seen = int((data.repeats["part"] == "train").groupby(data.repeats["repeat"]).sum().max())
        print(_plan(data, chosen, with_test, is_sealed=is_sealed), flush=True)
        progress = Progress(networks, chosen.epochs, "network")
        weights = train_final(
            description,
            recipe,
            data,
            chosen,
            seed=split.seed,
            callbacks=lambda number: [EpochLine(progress, number)],
            tell=progress.tell,
        )
        about: dict[str, Any] = {
            "version": 1,
            "temperature": _temperature(metrics) if networks == 1 else 1.0,  # a mean is less sure by itself
            "epochs": chosen.epochs,
            "penalty": chosen.penalty,
            "rows": len(data.texts),
            "with_test": not is_sealed,
            "commit": project.head,
            "uncommitted": project.is_changed(),
            "text_column": prepare.text_column,
        }
        with atomic(target) as temporary:
            write_model(description, weights, temporary)
            (temporary / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
            facts = Facts(
                about=about,
                network=description,
                metrics=metrics,
                rows=_json("metrics/data.json"),
                tokens=_json("metrics/tokens.json"),
                thresholds=pd.read_csv("metrics/plots/thresholds.csv"),
                predictions=read_table("data/predictions.parquet", Predictions),
                seen=seen,
                confidence=evaluate.confidence,
            )
            write_card(temporary / CARD, facts, license)
    print(*_expected(metrics, networks, out, is_fewer=seen < len(data.texts)), sep="\n")


CARD = "README.md"
TABLES = {"development": Texts, "repeats": Repeats, "tokens/development": Tokens}


def _json(path: str) -> dict[str, Any]:
    return dict(json.loads(Path(path).read_text(encoding="utf-8")))


def _temperature(metrics: dict[str, Any]) -> float:
    """Reads what `evaluate` has fitted; earlier versions wrote the mean of those of the repeats, and its range."""
    found = metrics.get("temperature", 1.0)
    return float(found["mean"] if isinstance(found, dict) else found)


def _with_test(data: Any) -> Any:
    return replace(
        data,
        texts=_joined([data.texts, read_table("data/test.parquet", Texts)]),
        tokens=_joined([data.tokens, read_table("data/tokens/test.parquet", Tokens)]),
    )


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """In a rotation the test rows are development rows too."""
    return pd.concat(tables).drop_duplicates("text_id", ignore_index=True)


def _plan(data: Any, chosen: Any, with_test: bool, *, is_sealed: bool) -> str:
    what = "train, validation and test rows" if with_test else "all; each was tested in a rotation"
    what = "train and validation rows; the test stays sealed" if is_sealed else what
    return f"Training on {len(data.texts):,} rows ({what}), {chosen.epochs} epochs as the repeats chose"


def _expected(metrics: Any, networks: int, out: Path, *, is_fewer: bool) -> Iterator[str]:
    accuracy = "{accuracy:.3f} ({accuracy_low:.3f} to {accuracy_high:.3f})".format_map
    whose = "it" if networks == 1 else f"one of its {networks} networks"
    yield f"Wrote {out}: expect an accuracy of {accuracy(metrics['test'])} of {whose},"
    yield (
        f"as evaluate measured of networks that saw {'fewer' if is_fewer else 'as many'} rows; README.md in it is the "
        "card."
    )
    if networks > 1:
        together = accuracy(metrics["mean_of_repeats"])
        yield f"It gives their mean; the mean of all {metrics['repeats']} repeats had {together}."
