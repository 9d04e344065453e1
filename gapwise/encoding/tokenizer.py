"""Texts to token ids, with the tokenizer that belongs to the encoder."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gapwise.base.errors import UserError
from gapwise.encoding.hugging_face import WordPieceTokenizer, read_tokenizer
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import locate, not_loadable
from gapwise.encoding.runtime import keras_hub

MUCH = 0.01  # share of the texts, or of the tokens, from which a loss is a warning
# English has 1.2 to 1.5 tokens of its own vocabulary per word, other languages 2.3 and more; tests/ has the samples.
SPLIT = 1.8
# A word is a run of letters and digits; of scripts without spaces, each character is one.
WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
QUANTILES = {"min": 0.0, "median": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def load_tokenizer(preset: str) -> keras_hub.tokenizers.Tokenizer:
    """Loads the tokenizer of a preset.

    Args:
        preset: See `presets.locate`.

    Raises:
        UserError: If there is none, with all places where it was looked for; if it is one whose token ids would differ.
    """
    location = locate(preset)
    try:
        tokenizer = read_tokenizer(location)
        if tokenizer is None:
            tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(location, **_accents(location))
            if isinstance(tokenizer, keras_hub.tokenizers.WordPieceTokenizer):
                tokenizer = WordPieceTokenizer.of(tokenizer)
    except UserError:
        raise
    except Exception as error:  # whatever keras-hub, a hub client or a file format raises means: not loadable
        raise not_loadable(preset, "tokenizer", error) from error
    if getattr(tokenizer, "start_token_id", None) is None or getattr(tokenizer, "end_token_id", None) is None:
        raise UserError(
            f"tokenize.preset: {type(tokenizer).__name__} has no start and end tokens, as the tokenizer of an encoder "
            "has. Choose a BERT-like preset."
        )
    return tokenizer


def tokenize(
    rows: pd.DataFrame, tokenizer: keras_hub.tokenizers.Tokenizer, params: TokenizeParams
) -> tuple[pd.DataFrame, dict[str, Any]]:
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
    ids = [list(row) for row in _plain(tokenizer(texts))]
    unknown = _unknown(tokenizer)
    table = pd.DataFrame(
        {
            "text_id": rows["text_id"].to_numpy(),
            "source_id": rows["source_id"].to_numpy(),
            "token_ids": [
                np.array(
                    [tokenizer.start_token_id, *row[: params.max_length - 2], tokenizer.end_token_id], dtype=np.int32
                )
                for row in ids
            ],
        }
    )
    words = sum(len(WORD.findall(text)) for text in texts)
    return table, _report(ids, words, unknown, params.max_length)


def _require_room(tokenizer: keras_hub.tokenizers.Tokenizer, params: TokenizeParams) -> None:
    """Refuses a prefix beside which not one token of a text fits."""
    taken = len(_plain(tokenizer([params.prefix]))[0]) if params.prefix else 0
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


def _plain(ids: Any) -> Any:
    return ids.to_list() if hasattr(ids, "to_list") else ids


def _unknown(tokenizer: keras_hub.tokenizers.Tokenizer) -> int:
    if hasattr(tokenizer, "oov_token"):  # word pieces
        return int(tokenizer.token_to_id(tokenizer.oov_token))
    return int(getattr(tokenizer, "unk_token_id", -1))  # SentencePiece; byte pairs know all there is


def _accents(location: str) -> dict[str, bool]:
    """BERT strips accents where it lowercases; keras-hub's converter of Hugging Face folders forgets it."""
    config = Path(location) / "tokenizer_config.json"
    if not config.is_file() or not (Path(location) / "vocab.txt").is_file():  # no word pieces
        return {}
    settings = json.loads(config.read_text(encoding="utf-8"))
    if "do_lower_case" not in settings:
        return {}
    strip = settings.get("strip_accents")
    return {"strip_accents": bool(settings["do_lower_case"] if strip is None else strip)}


def _report(ids: list[list[int]], words: int, unknown: int, max_length: int) -> dict[str, Any]:
    if not ids:
        return {"texts": 0}
    lengths = np.array([len(row) + 2 for row in ids])
    unknowns = sum([row.count(unknown) for row in ids])
    return {
        "texts": len(ids),
        "length": {name: int(np.quantile(lengths, q, method="lower")) for name, q in QUANTILES.items()},
        "share_truncated": round(float(np.mean(lengths > max_length)), 6),
        "share_unknown": round(unknowns / max(1, sum(map(len, ids))), 6),
        "tokens_per_word": round(sum(map(len, ids)) / max(1, words), 3),
    }
