"""Texts to token ids, with the tokenizer that belongs to the encoder."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import locate, not_loadable, tokenizer_file

MUCH = 0.01  # share of the texts, or of the tokens, from which a loss is a warning
# English has 1.2 to 1.5 tokens of its own vocabulary per word, other languages 2.3 and more; tests/ has the samples.
SPLIT = 1.8
# A word is a run of letters and digits; of scripts without spaces, each character is one.
WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
QUANTILES = {"min": 0.0, "median": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


@dataclass(frozen=True)
class Tokenizer:
    """The tokenizer of an encoder.

    Attributes:
        encode: Maps texts to the ids of their tokens, without start and end.
        start: The token id that each text begins with.
        end: The token id that each text ends with.
        pad: The token id that fills up a batch.
        unknown: The token id of what the vocabulary does not know; None where it knows all.
    """

    encode: Callable[[Sequence[str]], list[list[int]]]
    start: int
    end: int
    pad: int
    unknown: int | None


def load_tokenizer(preset: str) -> Tokenizer:
    """Loads the tokenizer of a preset: its tokenizer.json, or what keras-hub makes of a folder that has none.

    Args:
        preset: See `presets.locate`.

    Raises:
        UserError: If there is none, with all places where it was looked for; if it has no start and end; if the encoder
            has no row for one of its ids.
    """
    location = locate(preset)
    try:
        file = tokenizer_file(location)
        found = _of_keras_hub(preset) if file is None else _of_file(file)
    except UserError:
        raise
    except Exception as error:  # what is wrong with a file that is not whole, the library says in exceptions of its own
        raise not_loadable(preset, "tokenizer", error) from error
    return found


def _of_file(file: Path) -> Tokenizer:
    from tokenizers import Tokenizer as Theirs

    theirs = Theirs.from_file(str(file))
    theirs.no_padding()
    theirs.no_truncation()
    theirs.encode_special_tokens = True  # what a text says is text
    ends = theirs.encode("")
    if sum(ends.special_tokens_mask) < 2:
        raise _without_ends(file.name)
    config = file.parent / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
    largest, rows = max(theirs.get_vocab(with_added_tokens=True).values()), settings.get("vocab_size")
    if rows is not None and largest >= rows:
        raise UserError(
            f"tokenize.preset: {file} has token ids up to {largest:,}, and the encoder beside it, by its config.json, "
            f"has {rows:,} rows. These files do not belong together: fetch the folder again."
        )
    model = json.loads(theirs.to_str())["model"]
    unknown = model["unk_id"] if "unk_id" in model else theirs.token_to_id(model.get("unk_token") or "")
    return Tokenizer(
        encode=lambda texts: [one.ids for one in theirs.encode_batch(list(texts), add_special_tokens=False)],
        start=ends.ids[0],
        end=ends.ids[-1],
        pad=settings.get("pad_token_id") or 0,
        unknown=unknown,
    )


def _of_keras_hub(preset: str) -> Tokenizer:
    from gapwise.encoding.in_graph import load_in_graph

    theirs = load_in_graph(preset)
    start, end = (getattr(theirs, f"{name}_token_id", None) for name in ("start", "end"))
    if start is None or end is None:
        raise _without_ends(type(theirs).__name__)
    of_word_pieces = hasattr(theirs, "oov_token")  # SentencePiece has an id; byte pairs know all there is
    unknown = theirs.token_to_id(theirs.oov_token) if of_word_pieces else getattr(theirs, "unk_token_id", None)

    def encode(texts: Sequence[str]) -> list[list[int]]:
        ids = theirs(list(texts))
        return [list(row) for row in (ids.to_list() if hasattr(ids, "to_list") else ids)]

    return Tokenizer(encode, int(start), int(end), int(theirs.pad_token_id), unknown)


def _without_ends(what: str) -> UserError:
    return UserError(
        f"tokenize.preset: {what} has no start and end tokens, as the tokenizer of an encoder has. Choose a BERT-like "
        "preset."
    )


def tokenize(rows: pd.DataFrame, tokenizer: Tokenizer, params: TokenizeParams) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Turns texts into token ids: start, the tokens of prefix and text as far as they fit, end.

    Args:
        rows: Table of `text_id`, `source_id` and `text`.
        tokenizer: From `load_tokenizer`.
        params: `max_length` counts start and end.

    Returns:
        The `tables.Tokens` table in the order of `rows`, and what metrics/tokens.json says of it: texts, quantiles of
        the uncut length, share of texts cut, share of tokens that the vocabulary does not know, and tokens per word.

    Raises:
        UserError: If the prefix leaves no room for a text.
    """
    _require_room(tokenizer, params)
    texts = [f"{params.prefix or ''}{text}" for text in rows["text"]]
    ids = tokenizer.encode(texts)
    table = pd.DataFrame(
        {
            "text_id": rows["text_id"].to_numpy(),
            "source_id": rows["source_id"].to_numpy(),
            "token_ids": [
                np.array([tokenizer.start, *row[: params.max_length - 2], tokenizer.end], dtype=np.int32) for row in ids
            ],
        }
    )
    words = sum(len(WORD.findall(text)) for text in texts)
    return table, _report(ids, words, tokenizer.unknown, params.max_length)


def _require_room(tokenizer: Tokenizer, params: TokenizeParams) -> None:
    """Refuses a prefix beside which not one token of a text fits."""
    taken = len(tokenizer.encode([params.prefix])[0]) if params.prefix else 0
    if taken > params.max_length - 3:
        raise UserError(
            f"tokenize.prefix: {params.prefix!r} is {taken} tokens, start and end are two more, and "
            f"tokenize.max_length ({params.max_length}) leaves none to a text; at least {taken + 3} must be allowed."
        )


def in_lines(report: dict[str, Any], max_length: int, longest: int | None) -> list[str]:
    """Warns of what the encoder will not read, for the terminal.

    Args:
        report: Of the development texts, from `tokenize`.
        max_length: `tokenize.max_length`.
        longest: What the encoder reads at most, in tokens; None where its files do not say it.
    """
    if not report["texts"]:
        return []
    length, cut, unknown = report["length"], report["share_truncated"], report["share_unknown"]
    lines = [f"{report['texts']:,} development texts of {length['median']} tokens (median), {length['max']} at most"]
    if cut > MUCH:
        lines.append(
            f"  WARNING: {cut:.0%} of the texts are longer than tokenize.max_length ({max_length}), and their ends are "
            f"not read; {length['p90']} tokens would hold 90 % of the texts, {length['p99']} 99 %, {length['max']} all"
            + (f"; this encoder reads {longest} at most" if longest else "")
        )
    if unknown > MUCH:
        lines.append(
            f"  WARNING: {unknown:.0%} of the tokens are unknown to the encoder's vocabulary, which was made for other "
            "texts or another language: choose another tokenize.preset"
        )
    elif report["tokens_per_word"] > SPLIT:
        lines.append(
            f"  WARNING: {report['tokens_per_word']:.1f} tokens per word, where the language that an encoder was made "
            "for has about 1.3: for texts in another language, choose another tokenize.preset"
        )
    return lines


def coverage(report: dict[str, Any]) -> dict[str, float]:
    """Gives the metrics of what the encoder reads of the texts, from the report that `tokenize` made of them."""
    return {name: report[name] for name in ("share_truncated", "share_unknown", "tokens_per_word") if name in report}


def _report(ids: list[list[int]], words: int, unknown: int | None, max_length: int) -> dict[str, Any]:
    if not ids:
        return {"texts": 0}
    lengths = np.array([len(row) + 2 for row in ids])
    unknowns = 0 if unknown is None else sum([row.count(unknown) for row in ids])
    return {
        "texts": len(ids),
        "length": {name: int(np.quantile(lengths, q, method="lower")) for name, q in QUANTILES.items()},
        "share_truncated": round(float(np.mean(lengths > max_length)), 6),
        "share_unknown": round(unknowns / max(1, sum(map(len, ids))), 6),
        "tokens_per_word": round(sum(map(len, ids)) / max(1, words), 3),
    }
