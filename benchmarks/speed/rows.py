"""Rows of the bundled New York Times snippets for all ways, as token ids."""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.speed.task import PARTS
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.texts.samples import read_samples

PRESET = "all-minilm-l6-v2"


def write_rows(
    folder: Path, train: int, validation: int, test: int, length: int | None = None
) -> dict[str, np.ndarray]:
    """Writes rows.npz, which `task.Task.rows` reads.

    Args:
        folder: To write it into.
        train: Rows.
        validation: Rows.
        test: Rows.
        length: Of every row in tokens, made of several texts; None for the texts as they are, of which there are 2,931.

    Returns:
        The lengths of the rows of each part.
    """
    counts = {"train": train, "validation": validation, "test": test}
    texts = read_samples()["nyt-editorials"].drop_duplicates("text")
    texts = texts.assign(text_id=range(len(texts)), source_id=range(len(texts)))
    table, _ = tokenize(texts, load_tokenizer(PRESET), TokenizeParams(preset=PRESET, prefix=None, max_length=128))
    ids, labels = table["token_ids"].tolist(), (texts["label"] == "positive").to_numpy(int)
    if length:
        endless = np.resize(np.concatenate([one[1:-1] for one in ids]), sum(counts.values()) * (length - 2))
        start, end = ids[0][0], ids[0][-1]
        ids = [np.array([start, *part, end]) for part in endless.reshape(-1, length - 2)]
        labels = np.resize(labels, len(ids))
    # An article stays together, unless it lies at the border of two parts.
    order = _groups_in_order(texts["group"]) if not length else np.arange(len(ids))
    chosen = order[: sum(counts.values())]
    part = np.repeat(np.arange(len(PARTS)), [counts[name] for name in PARTS])
    rows = [np.asarray(ids[row], np.int32) for row in chosen]
    np.savez(
        folder / "rows.npz",
        ids=np.concatenate(rows),
        ends=np.cumsum([len(one) for one in rows]),
        label=labels[chosen],
        part=part[: len(chosen)],
    )
    lengths = np.array([len(one) for one in rows])
    return {name: lengths[part[: len(chosen)] == number] for number, name in enumerate(PARTS)}


def _groups_in_order(groups: "pd.Series[str]") -> np.ndarray:
    shuffled = {name: place for place, name in enumerate(np.random.default_rng(1).permutation(groups.unique()))}
    return np.argsort(groups.map(shuffled).to_numpy(), kind="stable")
