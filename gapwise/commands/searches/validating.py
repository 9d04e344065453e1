"""What a network needs that a search trains: finished repeats handed over, and its predictions on validation rows."""

import contextlib
import shutil
from pathlib import Path

import pandas as pd

from gapwise.base.tables import Repeats, Table, Texts, Tokens, rows_per_class
from gapwise.disk.io import read_params
from gapwise.encoding.params import TokenizeParams
from gapwise.runs.checkpoints import Checkpoints, digest
from gapwise.runs.models import read_description, read_weights
from gapwise.runs.progress import FOLDER, curves
from gapwise.scoring.predicting import predict_repeats
from gapwise.splitting.params import SplitParams
from gapwise.training.recipe import FinetuneParams
from gapwise.training.repeats import describe
from gapwise.training.trainer import Trained


def hand_over(folder: Path, finished: Path) -> None:
    """Lays finished repeats where finetune looks for those of an interrupted run.

    Their digest is that of the run to come, whose repeats are the earlier ones and more.

    Args:
        folder: Of the project, with the params of the run to come, and tokenize run.
        finished: A folder with the `models` and `metrics` of the run before.
    """
    with contextlib.chdir(folder):
        recipe, tokenize, split = read_params(FinetuneParams, TokenizeParams, SplitParams)
        tables = {
            "development": _table("development", Texts),
            "repeats": _table("repeats", Repeats),
        }
        tokens = _table("tokens/development", Tokens)
        recipe = recipe.for_rows(rows_per_class(**tables))
        description = describe(tokenize, recipe, **tables)
        store = Checkpoints(digest(description, recipe, **tables, tokens=tokens, seed=split.seed))
        store.remove_others()
        for repeat, trained in enumerate(_trained(finished)):
            shutil.rmtree(curves(repeat), ignore_errors=True)
            shutil.copytree(finished / FOLDER / f"repeat-{repeat}", curves(repeat))
            store.save(repeat, trained)
            shutil.rmtree(curves(repeat))


def _trained(finished: Path) -> list[Trained]:
    """Reads what each repeat gave; its losses as rounded as they are written again."""
    weights = read_weights(read_description(finished / "models"), finished / "models")
    epochs = pd.read_csv(finished / "metrics" / "plots" / "epochs.csv")
    found = []
    for values, (_, own) in zip(weights, epochs.groupby("repeat"), strict=True):
        losses = own.pivot_table(index="epoch", columns="part", values="log_loss").add_suffix("_log_loss")
        best = int(own.loc[own["kept"] == 1, "epoch"].iloc[0])
        found.append(Trained(values, losses.rename_axis(columns=None).reset_index(), best))
    return found


def predict_validation(folder: Path) -> pd.DataFrame:
    """Predicts each repeat's validation rows; no test row is read.

    Args:
        folder: Of the project, with finetune run.

    Returns:
        Rows of `tables.Predictions` of the part validation, and `group`.
    """
    with contextlib.chdir(folder):
        description = read_description()
        development = _table("development", Texts)
        repeats = _table("repeats", Repeats)
        predictions = predict_repeats(
            description,
            read_weights(description),
            development=development,
            test=development.iloc[:0],
            repeats=repeats[repeats["part"] == "validation"],
            tokens=_table("tokens/development", Tokens),
        )
    groups = development.set_index("text_id")["group"]
    return predictions.assign(group=groups.reindex(predictions["text_id"]).to_numpy())


def _table(name: str, kind: type[Table]) -> pd.DataFrame:
    return pd.DataFrame(kind.validate(pd.read_parquet(f"data/{name}.parquet")))
