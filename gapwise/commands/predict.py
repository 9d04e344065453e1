"""`gapwise predict`: labels new texts with the networks in models/."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show
from gapwise.commands.project import Project
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.network.classifier import Weights, predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.runs.models import read_description, read_weights
from gapwise.scoring.predicting import require_preset
from gapwise.texts.cleaning import normalize
from gapwise.texts.sources import read

STANDARD_INPUT = Path("-")
AT_ONCE = 4096  # texts whose hidden states are in memory
Suffix = Literal["csv", "tsv", "jsonl", "json", "parquet", "xlsx"]


def run(file: Path, *, column: str, out: Path | None, threshold: float | None, suffix: Suffix) -> None:
    """Labels the texts of a file; the arguments are those of the command, see `commands.app`."""
    table = _read(file, suffix)
    texts = _texts(table, column, file)
    filled = np.flatnonzero([bool(text) for text in texts])
    if len(filled) == 0:
        raise UserError(f"{file} cannot be labelled: column {show(column)} holds no text in any row.")
    with Project() as project, contextlib.chdir(project.folder):
        description = read_description()
        by_repeat = probabilities(description, list(read_weights(description)), [texts[row] for row in filled])
    added = labels(by_repeat, description.classes, threshold).set_index(filled).reindex(range(len(texts)))
    labelled = pd.concat([table, added.astype(object).where(added.notna(), None)], axis=1)
    try:
        labelled.to_csv(out or sys.stdout, index=False, lineterminator="\n")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error
    for line in _in_lines(added, out, threshold):
        print(line, file=sys.stderr)


def probabilities(description: Description, weights: Sequence[Weights], texts: Sequence[str]) -> NDArray[np.float64]:
    """Predicts with the network of each repeat.

    Args:
        description: Of the networks.
        weights: Of each repeat.
        texts: Cleaned as those of training, none empty.

    Returns:
        Shape (repeats, texts, classes); the last axis sums to 1.

    Raises:
        UserError: If the preset's files are not those that the networks were trained on.
    """
    require_preset(description)
    tokenizer = load_tokenizer(description.preset)
    params = TokenizeParams(preset=description.preset, max_length=description.max_length)
    cut, network = rebuild(description)
    parts = []
    for chunk in _chunks(texts):
        names = [str(row) for row in range(len(chunk))]
        tokens, _ = tokenize(pd.DataFrame({"text_id": names, "source_id": names, "text": chunk}), tokenizer, params)
        features = frozen_output(cut, Ragged.of(tokens["token_ids"].tolist()))
        of_repeats = []
        for values in weights:
            set_weights(network, values)
            of_repeats.append(predict(network, features))
        parts.append(np.stack(of_repeats))
    return np.concatenate(parts, axis=1, dtype=np.float64)


def labels(by_repeat: NDArray[np.float64], classes: Sequence[str], threshold: float | None = None) -> pd.DataFrame:
    """Makes of the probabilities of all repeats what is added to a table.

    Args:
        by_repeat: From `probabilities`.
        classes: Names, in the order of the last axis.
        threshold: From 0 to 1; below this probability of the label, nothing is claimed. None for no such column.

    Returns:
        `predicted`, the class of the highest mean probability; with a threshold `abstain`, yes or no; `p_<class>`, the
        mean of the repeats; `spread`, the standard deviation over repeats of the label's probability.
    """
    mean = by_repeat.mean(axis=0)
    best = mean.argmax(axis=1)
    rows = np.arange(len(best))
    table = {"predicted": np.array(classes, dtype=object)[best]}
    if threshold is not None:
        table["abstain"] = np.where(mean[rows, best] < threshold, "yes", "no").astype(object)
    table |= {f"p_{name}": mean[:, number].round(6) for number, name in enumerate(classes)}
    return pd.DataFrame(table | {"spread": by_repeat[:, rows, best].std(axis=0).round(6)})


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE))


def _read(file: Path, suffix: Suffix) -> pd.DataFrame:
    try:
        if file == STANDARD_INPUT:
            return read(sys.stdin.buffer.read(), f".{suffix}", "standard input")
        return read(file.read_bytes(), file.suffix, str(file))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error


def _texts(table: pd.DataFrame, column: str, file: Path) -> list[str]:
    """Gives the cleaned texts; nothing for a row that has none."""
    if column not in table.columns:
        there = in_words([show(name) for name in table.columns])
        raise UserError(f"{file} has no column {show(column)}; there are {there}: name one with --column.")
    return [normalize(cell) if isinstance(cell, str) else "" for cell in table[column]]


def _in_lines(added: pd.DataFrame, out: Path | None, threshold: float | None) -> Iterator[str]:
    """Says what became of the rows."""
    without = (np.flatnonzero(added["predicted"].isna()) + 1).tolist()
    if without:
        yield f"{in_words(without, 'row')} without a text: left without a label (rows count from 1, below the header)"
    if threshold is not None:
        abstained = int((added["abstain"] == "yes").sum())
        yield f"{abstained:,} of {len(added) - len(without):,} labels are below {threshold:g}: abstain is yes"
    if out is not None:
        yield f"Wrote {len(added):,} rows to {out}"
