"""Texts that a setting gets wrong: in most repeats, surely, or in some repeats and not in others.

Only predictions of texts that a repeat was not trained on count: every repeat predicts all test rows, and the
validation rows that it has drawn.
"""

import numpy as np
import pandas as pd

from gapwise.inspecting.figures import Kind, Wrong
from gapwise.statistics.arrays import classes

SURE = 0.9  # probability of the wrong class, in the mean of the repeats that give it


def per_text(predictions: pd.DataFrame, part: str) -> pd.DataFrame:
    """Sums up what the repeats predict of each text.

    Args:
        predictions: `tables.Predictions`.
        part: `validation` or `test`.

    Returns:
        By `text_id`: `label`; `repeats` that predict it; how many are `wrong`; `given`, the class that most of the
        wrong ones give, the label where none is wrong; `confidence`, the mean probability of the class predicted by
        those that are wrong, 0 where none is; `answers`, the number of different classes given.
    """
    names = [f"p_{name}" for name in classes(predictions)]
    used = predictions[predictions["part"] == part]
    used = used.assign(wrong=used["predicted"] != used["label"], confidence=used[names].max(axis=1))
    rows = used.groupby("text_id")
    wrong = used[used["wrong"]].groupby("text_id")
    table = pd.DataFrame(
        {
            "label": rows["label"].first(),
            "repeats": rows.size(),
            "wrong": rows["wrong"].sum(),
            "answers": rows["predicted"].nunique(),
        }
    )
    table["given"] = wrong["predicted"].agg(lambda given: given.mode().iloc[0]).reindex(table.index)
    table["given"] = table["given"].fillna(table["label"])
    table["confidence"] = wrong["confidence"].mean().reindex(table.index).fillna(0.0)
    return table


def kinds(table: pd.DataFrame) -> "pd.Series[str]":
    """Gives the kind of each text that some repeat gets wrong, or that repeats answer differently.

    Args:
        table: From `per_text`.

    Returns:
        By `text_id`: `sure` where most repeats are wrong and their confidence is at least `SURE`, `most` where most are
        wrong, `flips` where half or fewer are and not all agree, empty for the others.
    """
    most = 2 * table["wrong"] > table["repeats"]
    sure = most & (table["confidence"] >= SURE)
    found = np.select([sure, most, table["answers"] > 1], ["sure", "most", "flips"], "")
    return pd.Series(found, index=table.index, dtype="str")


def listed(table: pd.DataFrame, texts: pd.DataFrame) -> list[Wrong]:
    """Lists the texts of some kind, the worst first.

    Args:
        table: From `per_text`.
        texts: `tables.Texts` of them all.
    """
    kind = kinds(table)
    found = table.assign(kind=kind)[kind != ""].join(texts.set_index("text_id")[["row", "text"]])
    order = {"sure": 0, "most": 1, "flips": 2}
    found = found.assign(place=found["kind"].map(order), share=found["wrong"] / found["repeats"])
    found = found.sort_values(["place", "share", "confidence", "row"], ascending=[True, False, False, True])
    columns = ["row", "text", "label", "given", "wrong", "repeats", "confidence", "kind"]
    return [Wrong.model_validate(one) for one in found[columns].to_dict("records")]


def changed(before: pd.DataFrame, after: pd.DataFrame) -> tuple["pd.Index[str]", "pd.Index[str]"]:
    """Finds the texts that a second setting mends and those that it breaks.

    Args:
        before: From `per_text`, of the first setting.
        after: Of the second, of the same repeats.

    Returns:
        The `text_id` of those that most repeats of the first get wrong and most of the second right, and the reverse;
        the clearest first.
    """
    both = before.join(after.add_suffix("_after"), how="inner")
    one, other = both["wrong"] / both["repeats"], both["wrong_after"] / both["repeats_after"]
    change = (other - one).sort_values(kind="stable")
    mended = change.index[((one > 0.5) & (other < 0.5)).loc[change.index]]
    broken = change.index[((one < 0.5) & (other > 0.5)).loc[change.index]]
    return mended, broken[::-1]


def kind_counts(rows: list[Wrong]) -> dict[Kind, int]:
    """Counts the texts of each kind."""
    return {kind: sum(row.kind == kind for row in rows) for kind in ("sure", "most", "flips")}
