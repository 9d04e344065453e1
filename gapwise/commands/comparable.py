"""Whether revisions can be compared: the reasons why not, and what a reader must know where they can."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, in_yaml
from gapwise.commands.lockfile import Lock, code
from gapwise.comparing.verdicts import flatten

# What two runs must have alike, and the params that it comes from, for data and test rows each after the one before.
DATA = {
    "data/dataset.parquet": ("data", ("prepare",)),
    "data/test.parquet": ("test rows", ("split.seed", "split.test_fraction", "split.rotate")),
}
REPEATS = (*DATA["data/test.parquet"][1], "split.validation_fraction", "split.train_size", "split.train_per_class")


@dataclass(frozen=True)
class Run:
    """One revision's run.

    Attributes:
        name: As the user gave it.
        revision: Full hash of the commit, or `workspace`.
        params: What params.yaml holds.
        lock: What dvc.lock records.
    """

    name: str
    revision: str
    params: Mapping[str, Any]
    lock: Lock


def other_data(run: Run, baseline: Run, alike: Callable[[str], bool]) -> str | None:
    """Says why two runs cannot be compared by what they were run on, or gives None where they can.

    Args:
        run: One of them.
        baseline: The other.
        alike: Tells whether a table of another hash holds the same in both: another version of pandas or pyarrow writes
            the same rows as other bytes.
    """
    for path, (what, keys) in DATA.items():
        if run.lock.outs.get(path) != baseline.lock.outs.get(path) and not alike(path):
            differing = _differing(run, baseline, keys)
            return f"other {what} than {baseline.name} ({path} differs): {differing}"
    return None


def other_repeats(run: Run, predictions: pd.DataFrame, baseline: Run, of_baseline: pd.DataFrame) -> str | None:
    """Says which of the repeats that both runs have differ in their rows, or gives None where none does."""
    if run.lock.outs.get("data/repeats.parquet") == baseline.lock.outs.get("data/repeats.parquet"):
        return None
    rows, theirs = _rows_by_repeat(predictions), _rows_by_repeat(of_baseline)
    differing = [repeat for repeat in sorted(set(rows) & set(theirs)) if not rows[repeat].equals(theirs[repeat])]
    if not differing:
        return None
    named = f"{in_words(differing, 'repeat')} {'were' if len(differing) > 1 else 'was'}"
    why = _differing(run, baseline, REPEATS)
    return f"other repeats than {baseline.name} ({named} trained or validated on other rows): {why}"


def _rows_by_repeat(predictions: pd.DataFrame) -> dict[int, "pd.Series[str]"]:
    used = predictions[predictions["part"] != "test"].sort_values("text_id")
    return {int(str(repeat)): rows.set_index("text_id")["part"] for repeat, rows in used.groupby("repeat")}


def _differing(run: Run, baseline: Run, keys: Sequence[str]) -> str:
    own, theirs = flatten(run.params), flatten(baseline.params)
    named = [
        f"{key} is {in_yaml(own.get(key))}, in {baseline.name} {in_yaml(theirs.get(key))}"
        for key in sorted(set(own) | set(theirs))
        if own.get(key) != theirs.get(key) and (key in keys or key.split(".")[0] in keys)
    ]
    return in_words(named) if named else "none of the params that it comes from differs, so the source or the code does"


def notes(runs: Sequence[Run]) -> list[str]:
    """Says what a reader of a comparison must know of its runs.

    Args:
        runs: Those compared, the baseline first.

    Returns:
        One sentence each, for other code, and for predictions that are the same to the bit.
    """
    said = []
    for run in runs[1:]:
        changed = _changed(code(runs[0].lock), code(run.lock))
        if changed:
            said.append(f"{run.name} ran with other code than {runs[0].name}: {in_words(changed)}.")
    return said + [f"{in_words(names)} have the same predictions, to the bit." for names in _twins(runs)]


def _changed(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(path for path in set(one) | set(other) if one.get(path) != other.get(path))


def _twins(runs: Sequence[Run]) -> list[list[str]]:
    by_hash: dict[str, list[str]] = {}
    for run in runs:
        by_hash.setdefault(run.lock.outs["data/predictions.parquet"], []).append(run.name)
    return [names for names in by_hash.values() if len(names) > 1]


def require_one_test(params: Mapping[str, Any], what: str, cure: str) -> None:
    """Refuses a rotation where one test part is needed that no repeat trains on.

    Args:
        params: What params.yaml holds.
        what: Needs it, as the beginning of a sentence.
        cure: What to do, as a sentence without its end.

    Raises:
        UserError: If `split.rotate` is set.
    """
    rotate = params.get("split", {}).get("rotate")
    if rotate is not None:
        raise UserError(
            f"{what} needs one test part, and split.rotate ({rotate}) tests every row in turn.",
            [cure],
        )
