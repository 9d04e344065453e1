"""From a source file's table to the texts that the pipeline works on, and a report of what became of each row."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.texts import near_duplicates
from gapwise.texts.cleaning import Cleaned, count_junk, deduplicate, leaks, text_id
from gapwise.texts.contract import select
from gapwise.texts.labels import check_classes
from gapwise.texts.params import PrepareParams

COLUMNS = ["text_id", "row", "text", "label", "group", "part"]
SHOWN = 80  # characters of a text in the report
MUCH = 0.02  # share of the rows from which a loss is a warning


def prepare(
    raw: pd.DataFrame, params: PrepareParams, train_per_class: int | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Checks a source against the contract, cleans it, and groups what must stay together.

    Args:
        raw: From `sources.read`.
        params: Section `prepare`.
        train_per_class: `split.train_per_class`.

    Returns:
        A `tables.Texts` in the order of `row`, and the report for metrics/data.json: rows kept and dropped add up to
        rows read, and `sha256` stands for the kept texts, labels, groups and parts in any order of rows.

    Raises:
        UserError: If the source breaks the contract, with every problem.
    """
    rows, problems = select(raw, params)
    cleaned = deduplicate(rows)
    problems += check_classes(rows["label"], cleaned.kept["label"], train_per_class) if len(rows) else []
    if problems:
        raise UserError(f"{params.source} cannot be used (rows count from 1, below the header):", problems)
    kept = cleaned.kept.assign(row=cleaned.kept.index, text_id=cleaned.kept["text"].map(text_id))
    pairs = near_duplicates.find(kept["text"].tolist(), params.near_duplicate_similarity)
    kept["group"] = near_duplicates.join_groups(kept, cleaned.agreed, pairs)
    texts = kept[COLUMNS].reset_index(drop=True).astype({name: "str" for name in COLUMNS if name != "row"})
    junk = count_junk(raw[params.columns()["text"]])
    return texts, _report(texts, cleaned, pairs, junk, params.source)


def _report(
    texts: pd.DataFrame, cleaned: Cleaned, pairs: near_duplicates.Pairs, junk: int, source: str
) -> dict[str, Any]:
    _, alike = np.unique(near_duplicates.join(pairs, len(texts)), return_counts=True)
    groups = texts["group"].value_counts()
    leaking = leaks(cleaned.agreed)
    stays = cleaned.kept.set_index("text")["part"].fillna("train")
    across = int((leaking["part"] != leaking["text"].map(stays)).sum())
    return {
        "source": source,
        "sha256": _digest(texts),
        "rows_read": len(cleaned.agreed) + len(cleaned.conflicting),
        "rows_kept": len(texts),
        "rows_dropped": {
            "duplicates": len(cleaned.agreed) - len(texts) - across,
            "duplicates_across_parts": across,
            "conflicting_labels": len(cleaned.conflicting),
        },
        "classes": {str(label): int(rows) for label, rows in texts["label"].value_counts().sort_index().items()},
        "control_characters_dropped": junk,
        "words": _quantiles(texts["text"].str.count(" ") + 1),
        "characters": _quantiles(texts["text"].str.len()),
        "near_duplicates": {"groups": int((alike > 1).sum()), "rows": int(alike[alike > 1].sum())},
        "groups": {"number": len(groups), "largest": int(groups.iloc[0])},
        "conflicts": _listed(cleaned.conflicting, "label", "labels"),
        "leaks": _listed(leaking, "part", "parts"),
    }


def _digest(texts: pd.DataFrame) -> str:
    content = texts.sort_values("text_id")[["text", "label", "group", "part"]]
    lines = (json.dumps([cell if isinstance(cell, str) else None for cell in row]) for row in content.to_numpy())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _quantiles(lengths: pd.Series) -> dict[str, int]:
    at = {"least": 0.0, "q05": 0.05, "median": 0.5, "q95": 0.95, "most": 1.0}
    return {name: int(np.quantile(lengths, share, method="nearest")) for name, share in at.items()}


def _listed(rows: pd.DataFrame, column: str, plural: str) -> list[dict[str, Any]]:
    return [
        {
            "text": text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…",
            "rows": group.index.tolist(),
            plural: group.tolist(),
        }
        for text, group in rows[column].groupby(rows["text"], sort=False)
    ]


def in_lines(report: dict[str, Any]) -> list[str]:
    """Says what became of the rows, for the terminal.

    Args:
        report: From `prepare`.
    """
    dropped, read = report["rows_dropped"], report["rows_read"]
    reasons = {
        "duplicates": "repeat another row",
        "duplicates_across_parts": "repeat a row of a more sealed part",
        "conflicting_labels": f"belong to {len(report['conflicts'])} texts that carry several labels",
    }
    lines = [f"{report['source']}: {read:,} rows read, {report['rows_kept']:,} kept"]
    lines += [f"  {rows:,} dropped: they {reasons[why]}" for why, rows in dropped.items() if rows]
    if dropped["conflicting_labels"] > MUCH * read:
        share = dropped["conflicting_labels"] / read
        lines.append(
            f"  WARNING: {share:.0%} of the rows are lost to several labels per text, and what is left is the easy "
            "part; metrics/data.json lists them under conflicts: settle them in the source"
        )
    return lines
