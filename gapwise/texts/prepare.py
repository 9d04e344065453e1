"""From a source file's table to the texts that the pipeline works on, and a report of what became of each row."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import counted, in_words, shorten, show
from gapwise.texts import near_duplicates, parts
from gapwise.texts.cleaning import Cleaned, count_junk, deduplicate, leaks, text_id
from gapwise.texts.contract import Selected, select
from gapwise.texts.labels import check_classes
from gapwise.texts.params import PrepareParams

COLUMNS = ["text_id", "row", "text", "label", "group", "part"]
SHOWN = 80  # characters of a text in the report
MUCH = 0.02  # share of the rows from which a loss is a warning


def prepare(
    raw: pd.DataFrame, params: PrepareParams, train_per_class: int | None, *, is_validated: bool = True
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Checks a source against the contract, cleans it, and groups what must stay together.

    Args:
        raw: From `sources.read`.
        params: Section `prepare`.
        train_per_class: `split.train_per_class`.
        is_validated: Whether the split is to draw validation rows.

    Returns:
        A `tables.Texts` in the order of `row`, and the report for metrics/data.json: rows kept and dropped add up to
        rows read, and `sha256` stands for the kept texts, labels, groups and parts in any order of rows.

    Raises:
        UserError: If the source breaks the contract, with every problem.
    """
    if parts.COLUMN in raw.columns:
        params = _by_file(params)
    selected = select(raw, params)
    rows, problems = selected.rows, selected.problems
    cleaned = deduplicate(rows, params.disagreement == "majority")
    problems += _disagreement(cleaned.conflicting) if params.disagreement == "error" else []
    if len(rows):
        problems += check_classes(rows["label"], cleaned.kept["label"], train_per_class, is_validated=is_validated)
    if not len(rows) and not problems:
        problems = ["no row has a label that holds; check prepare.label_column"]
    if problems:
        raise UserError(f"{params.source} cannot be used (rows count from 1, below the header):", problems)
    kept = cleaned.kept.assign(row=cleaned.kept.index, text_id=cleaned.kept["text"].map(text_id))
    pairs = near_duplicates.find(kept["text"].tolist(), params.near_duplicate_similarity)
    without = int(kept["group"].isna().sum()) if params.group_column else 0
    kept["group"] = near_duplicates.join_groups(kept, cleaned.agreed, pairs)
    texts = kept[COLUMNS].reset_index(drop=True).astype({name: "str" for name in COLUMNS if name != "row"})
    rest = {"control_characters_dropped": count_junk(raw[params.columns()["text"]])}
    if without:
        rest["rows_without_group"] = without
    return texts, {"source": params.source} | _report(texts, selected, cleaned, pairs) | rest


def _by_file(params: PrepareParams) -> PrepareParams:
    if params.split_column is not None:
        found = f"prepare.split_column ({show(params.split_column)})"
        raise UserError(f"{found} must be null where the files of {params.source} say what is train and test.")
    return params.model_copy(update={"split_column": parts.COLUMN})


def _disagreement(conflicting: pd.DataFrame) -> list[str]:
    problems = [
        f"{in_words(group.index.tolist(), 'row')} give one text the labels "
        f"{in_words([show(label) for label in group.unique()])}; settle it, or set prepare.disagreement to drop or "
        "majority"
        for _, group in conflicting.groupby("text", sort=False)["label"]
    ]
    return shorten(problems, "such texts")


def _report(texts: pd.DataFrame, selected: Selected, cleaned: Cleaned, pairs: near_duplicates.Pairs) -> dict[str, Any]:
    _, alike = np.unique(near_duplicates.join(pairs, len(texts)), return_counts=True)
    groups = texts["group"].value_counts()
    leaking = leaks(cleaned.agreed)
    stays = cleaned.kept.set_index("text")["part"].fillna("train")
    across = int((leaking["part"] != leaking["text"].map(stays)).sum())
    return {
        "sha256": _digest(texts),
        "rows_read": len(selected.rows) + selected.taken_back + selected.unlabelled,
        "rows_kept": len(texts),
        "rows_dropped": {
            "duplicates": len(cleaned.agreed) - len(texts) - across,
            "duplicates_across_parts": across,
            "conflicting_labels": len(cleaned.conflicting),
            "outvoted": len(cleaned.outvoted),
            "unlabelled": selected.unlabelled,
            "taken_back": selected.taken_back,
        },
        "classes": {str(label): int(rows) for label, rows in texts["label"].value_counts().sort_index().items()},
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


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Gives the metrics of what became of the rows.

    Args:
        report: From `prepare`.
    """
    dropped = report["rows_dropped"]
    return {
        "rows_read": report["rows_read"],
        "rows_kept": report["rows_kept"],
        "rows_disputed": dropped["conflicting_labels"] + dropped["outvoted"],
        "rows_without_label": dropped["unlabelled"] + dropped["taken_back"],
    }


def in_lines(report: dict[str, Any], disagreement: str) -> list[str]:
    """Says what became of the rows, for the terminal.

    Args:
        report: From `prepare`.
        disagreement: `prepare.disagreement`.
    """
    dropped, read = report["rows_dropped"], report["rows_read"]
    reasons = {
        "duplicates": "repeat another row",
        "duplicates_across_parts": "repeat a row of a more sealed part",
        "conflicting_labels": f"belong to {counted(len(report['conflicts']), 'text')} with several labels",
        "outvoted": "have another label than most rows of their text",
        "unlabelled": "have no label",
        "taken_back": "were rejected, ignored, skipped or discarded in the annotation tool",
    }
    lines = [f"{report['source']}: {read:,} rows read, {report['rows_kept']:,} kept"]
    lines += [f"  {rows:,} dropped: they {reasons[why]}" for why, rows in dropped.items() if rows]
    if dropped["conflicting_labels"] > MUCH * read:
        share = dropped["conflicting_labels"] / read
        other = ", or set prepare.disagreement to majority, and prepare.annotator_column to who gave the label"
        lines.append(
            f"  WARNING: {share:.0%} of the rows are lost to several labels per text, and what is left is the easy "
            "part; metrics/data.json lists them under conflicts: settle them in the source"
            f"{' (no label has a majority)' if disagreement == 'majority' else other}"
        )
    if without := report.get("rows_without_group"):
        lines.append(f"  {counted(without, 'row')} with nothing in prepare.group_column: each is a group of its own")
    if dropped["unlabelled"] > MUCH * read:
        share = dropped["unlabelled"] / read
        lines.append(f"  WARNING: {share:.0%} of the rows have no label; check prepare.label_column")
    return lines
