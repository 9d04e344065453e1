"""The counts of metrics/split.json: what every part holds, and what none does."""

from typing import Any

import pandas as pd

FEW = 1000  # rows in all, below which one test part says little
FEW_GROUPS = 20  # that are tested, below which others may be others altogether
FEW_PER_CLASS = 23  # to train on, below which those that validate are missed


def summarize(
    texts: pd.DataFrame, development: pd.DataFrame, test: pd.DataFrame, repeats: pd.DataFrame
) -> dict[str, Any]:
    """Counts the rows of every part and class, and those that no part holds, by reason.

    Args:
        texts: A `tables.Texts`, of which the next two are parts.
        development: From `splits.seal_test`.
        test: From `splits.seal_test`.
        repeats: From `splits.draw_repeats`.

    Returns:
        `test` and `development`, each with `rows`, `groups` and `classes`; `left_out`, rows in neither because their
        `group_in_given_test`; `repeats`, a list with the same counts of `train` and `validation`, of a rotation also
        `test`, and `left_out`:
        rows barred from training by their `group_in_given_validation`, and rows `not_drawn` for a smaller train.
    """
    given = development["part"].isin(["validation"])
    barred = int((development["group"].isin(development.loc[given, "group"]) & ~given).sum())
    uses = repeats.merge(development.drop(columns="part"), on="text_id")
    return {
        "test": _counts(test),
        "development": _counts(development),
        "left_out": {
            "group_in_given_test": int((~texts["text_id"].isin([*development["text_id"], *test["text_id"]])).sum())
        },
        "repeats": [
            {
                "train": _counts(used[used["part"] == "train"]),
                "validation": _counts(used[used["part"] == "validation"]),
                **({"test": _counts(used[used["part"] == "test"])} if (used["part"] == "test").any() else {}),
                "left_out": {
                    "group_in_given_validation": barred,
                    "not_drawn": len(development) - len(used) - barred,
                },
            }
            for _, used in uses.groupby("repeat")
        ],
    }


def _counts(rows: pd.DataFrame) -> dict[str, Any]:
    classes = {str(label): int(count) for label, count in rows["label"].value_counts().sort_index().items()}
    return {"rows": len(rows), "groups": int(rows["group"].nunique()), "classes": classes}


def in_lines(report: dict[str, Any], fraction: float, *, is_given: bool = False) -> list[str]:
    """Says where the rows went, for the terminal.

    Args:
        report: From `summarize`.
        fraction: `split.validation_fraction`.
        is_given: Whether the source gives a test or a validation part, with which there is no rotation.
    """
    repeats = report["repeats"]
    train, validation = ([repeat[part]["rows"] for repeat in repeats] for part in ("train", "validation"))
    validated = _span(validation) if max(validation) else "none"
    uses = f"each of {len(repeats)} repeats trains on {_span(train)} of these and validates on {validated}"
    rows, tested = report["test"]["rows"], [repeat["test"]["rows"] for repeat in repeats if "test" in repeat]
    if tested:
        lines = [f"each of {rows:,} rows is tested once in a rotation; {uses}, and is tested on {_span(tested)}"]
    else:
        lines = [f"test {rows:,} rows, development {report['development']['rows']:,}; {uses}"]
    in_neither = report["left_out"]["group_in_given_test"]
    barred = repeats[0]["left_out"]["group_in_given_validation"]
    lines += [f"  {in_neither:,} left out: they share a group with the given test part"] if in_neither else []
    lines += [f"  {barred:,} never trained on: they share a group with the given validation part"] if barred else []
    if max(validation) and not fraction:
        lines.append("  split.validation_fraction: 0 has no effect, as the source gives a validation part")
    not_drawn = [repeat["left_out"]["not_drawn"] for repeat in repeats]
    if not max(not_drawn) and not fraction and not tested and len(repeats) > 1:
        lines.append("  all repeats train on the same rows: they differ in the seed, and not in a draw of rows")
    if max(not_drawn):
        asked = "split.train_size or split.train_per_class asks for fewer; with both null all are"
        lines.append(f"  {_span(not_drawn)} not used in a repeat: {asked}")
    if not tested and not is_given and rows + report["development"]["rows"] < FEW:
        lines.append(f"  with fewer than {FEW:,} rows, split.rotate=5 tests every one of them, at 5 times the training")
    groups = report["test"]["groups"]
    if groups < min(rows, FEW_GROUPS):
        lines.append(f"  the test rows are of {groups} groups alone: no interval knows how texts of other groups are")
    per_class = min(train) / len(repeats[0]["train"]["classes"])
    auto = "$(cat settings/auto) behind `dvc exp run`, unless this run has it"
    lines.append(f"  for {per_class:.0f} rows per class to train on: {auto}")
    if per_class < FEW_PER_CLASS and max(validation) and fraction and not max(not_drawn):
        lines.append("  with so few, -S split.validation_fraction=0 beside it trains on the rows that validate, too")
    return lines


def _span(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
