"""`gapwise predict`: labels new texts with the networks in models/."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gapwise.base.errors import UserError
from gapwise.base.wording import in_words, show
from gapwise.commands.project import Project
from gapwise.encoding.cut import frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import fingerprint
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.network.classifier import Weights, predict, set_weights
from gapwise.network.description import Description, rebuild
from gapwise.runs.models import read_description, read_weights
from gapwise.texts.cleaning import normalize
from gapwise.texts.sources import read


def run(file: Path, *, column: str, out: Path | None) -> None:
    """Labels the texts of a file; the arguments are those of the command, see `commands.app`."""
    table = _read(file)
    texts = _texts(table, column, file)
    with Project() as project, contextlib.chdir(project.folder):
        description = read_description()
        probabilities = mean_probabilities(description, read_weights(description), texts)
    labels = np.array(description.classes, dtype=object)[probabilities.argmax(axis=1)]
    columns = {f"p_{name}": probabilities[:, number].round(6) for number, name in enumerate(description.classes)}
    labelled = table.assign(predicted=labels, **columns)
    try:
        labelled.to_csv(out or sys.stdout, index=False, lineterminator="\n")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error
    if out is not None:
        print(f"Wrote {len(labelled):,} labelled rows to {out}", file=sys.stderr)


def mean_probabilities(description: Description, weights: Iterable[Weights], texts: list[str]) -> NDArray[np.float64]:
    """Averages what the networks of all repeats predict.

    Args:
        description: Of the networks.
        weights: Of each repeat.
        texts: Cleaned as those of training, none empty.

    Returns:
        Shape (texts, classes); each row sums to 1.

    Raises:
        UserError: If the preset's files are not those that the networks were trained on.
    """
    if fingerprint(description.preset) != description.preset_sha256:
        raise UserError(f"The files of {description.preset} have changed since models/ was trained on them.")
    tokenizer = load_tokenizer(description.preset)
    names = [str(row) for row in range(len(texts))]
    rows = pd.DataFrame({"text_id": names, "source_id": names, "text": texts})
    params = TokenizeParams(preset=description.preset, max_length=description.max_length)
    tokens, _ = tokenize(rows, tokenizer, params)
    cut, network = rebuild(description)
    features = frozen_output(cut, Ragged.of(tokens["token_ids"].tolist()))
    of_repeats = []
    for values in weights:
        set_weights(network, values)
        of_repeats.append(predict(network, features))
    return np.asarray(np.mean(of_repeats, axis=0))


def _read(file: Path) -> pd.DataFrame:
    try:
        return read(file.read_bytes(), file.suffix, str(file))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error


def _texts(table: pd.DataFrame, column: str, file: Path) -> list[str]:
    if column not in table.columns:
        there = in_words([show(name) for name in table.columns])
        raise UserError(f"{file} has no column {show(column)}; there are {there}: name one with --column.")
    texts = [normalize(cell) if isinstance(cell, str) else "" for cell in table[column]]
    empty = [row for row, text in enumerate(texts, start=1) if not text]
    if empty:
        problem = f"column {show(column)} is empty or no text in {in_words(empty, 'row')}; fill it, or leave it out"
        raise UserError(f"{file} cannot be labelled:", [problem])
    return texts
