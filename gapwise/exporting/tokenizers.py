"""The tokenizer of a preset as the file tokenizer.json, which the `tokenizers` library reads in many languages."""

import json
from pathlib import Path
from typing import Any

from gapwise.base.errors import UserError
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import TOKENIZER, locate, tokenizer_file


def write_tokenizer(params: TokenizeParams, path: Path) -> None:
    """Writes tokenizer.json, which puts the prefix before a text and cuts it.

    Args:
        params: How texts were tokenized in training. Where the preset's folder has a tokenizer.json, that is taken; of
            word pieces of keras-hub one is made.
        path: Of the file.

    Raises:
        UserError: If neither is possible.
    """
    from tokenizers import Tokenizer, normalizers

    own = tokenizer_file(locate(params.preset))
    made = _of_word_pieces(params.preset) if own is None else Tokenizer.from_file(str(own))
    if params.prefix:
        steps = [] if made.normalizer is None else [made.normalizer]
        made.normalizer = normalizers.Sequence([normalizers.Prepend(params.prefix), *steps])
    made.enable_truncation(params.max_length)
    made.no_padding()
    settings = json.loads(made.to_str())
    path.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")


def _of_word_pieces(preset: str) -> Any:
    from tokenizers import BertWordPieceTokenizer

    from gapwise.encoding.in_graph import WordPieceTokenizer, load_in_graph

    tokenizer = load_in_graph(preset)
    if not isinstance(tokenizer, WordPieceTokenizer):
        raise UserError(
            f"{preset} has no {TOKENIZER}, and none can be made of a {type(tokenizer).__name__}: put the file into its "
            "folder, or export to saved_model, which has the tokenizer in it."
        )
    pieces = {piece: number for number, piece in enumerate(tokenizer.get_vocabulary())}
    return BertWordPieceTokenizer(
        pieces,
        lowercase=tokenizer.lower,
        strip_accents=bool(tokenizer.strip_accents),
        cls_token=tokenizer.cls_token,
        sep_token=tokenizer.sep_token,
        unk_token=tokenizer.oov_token,
        pad_token=tokenizer.pad_token,
    )
