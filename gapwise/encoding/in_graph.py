"""Tokenizers of keras-hub, which work in a graph of TensorFlow: for a SavedModel, and where no tokenizer.json is.

Its own converters never open the tokenizer.json of Hugging Face. And a multilingual MiniLM is a BERT with the
SentencePiece tokenizer of XLM-R, which they see only where tokenizer_config.json says so. Both are read here. Where a
file asks for what keras-hub's tokenizers do not do, it is refused: other token ids are other rows of the embedding.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sentencepiece.sentencepiece_model_pb2 import ModelProto

from gapwise.base.errors import UserError
from gapwise.encoding.presets import TOKENIZER, locate, not_loadable, tokenizer_file
from gapwise.encoding.runtime import keras_hub, tf

PIECES = "sentencepiece.bpe.model"
FIRST = ["<s>", "<pad>", "</s>", "<unk>"]  # of every vocabulary of the XLM-R kind
MASK = "<mask>"  # the last of such a vocabulary; keras-hub adds it by itself
FIRST_IN_PIECES = ["<unk>", "<s>", "</s>"]  # the same in a SentencePiece model, whose other ids are one lower
# What the `tokenizers` library takes from a text before all else, and what it takes for a space.
CONTROL = r"[\x{00}-\x{08}\x{0B}\x{0C}\x{0E}-\x{1F}\x{7F}-\x{9F}\x{FFFD}\p{Cf}\p{Co}]"
SPACE = r"[\s\p{Z}]"


class WordPieceTokenizer(keras_hub.tokenizers.BertTokenizer):  # type: ignore[misc]
    """BERT's tokenizer, with the lower case and the spaces of Hugging Face.

    keras-hub folds where it lowercases: ß becomes ss, ½ becomes 1/2, the full-width comma of Chinese the ASCII one, and
    Hangul that was taken apart is joined again. Here each letter becomes its lower case and nothing else changes, as in
    the texts that the encoder was made of, and in the tokenizer.json of an export.

    Args:
        vocabulary: Pieces in the order of their ids.
        lower: Whether the encoder knows lower case only.
        settings: Of keras-hub's tokenizer.
    """

    def __init__(self, vocabulary: list[str], *, lower: bool, **settings: Any) -> None:
        super().__init__(vocabulary, lowercase=False, **settings)
        self.lower = lower

    @classmethod
    def of(cls, tokenizer: keras_hub.tokenizers.WordPieceTokenizer) -> Self:
        """Makes it of one of keras-hub, with the same pieces."""
        return cls(
            tokenizer.get_vocabulary(),
            lower=tokenizer.lowercase,
            strip_accents=tokenizer.strip_accents,
            split_on_cjk=tokenizer.split_on_cjk,
            suffix_indicator=tokenizer.suffix_indicator,
            oov_token=tokenizer.oov_token,
        )

    def tokenize(self, inputs: Any) -> Any:
        """Maps texts to token ids."""
        texts = tf.strings.regex_replace(tf.strings.regex_replace(inputs, CONTROL, ""), SPACE, " ")
        if self.lower:  # Σ has two lower cases; the one at the end of a word was never taken
            texts = tf.strings.lower(tf.strings.regex_replace(texts, "Σ", "σ"), encoding="utf-8")
        return super().tokenize(texts)


def load_in_graph(preset: str) -> keras_hub.tokenizers.Tokenizer:
    """Loads the tokenizer of a preset as one of keras-hub.

    Args:
        preset: See `presets.locate`.

    Raises:
        UserError: If there is none, with all places where it was looked for; if its token ids would differ.
    """
    location = locate(preset)
    try:
        tokenizer = _of_hugging_face(location)
        if tokenizer is None:
            tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(location, **_accents(location))
            if isinstance(tokenizer, keras_hub.tokenizers.WordPieceTokenizer):
                tokenizer = WordPieceTokenizer.of(tokenizer)
    except UserError:
        raise
    except Exception as error:  # whatever keras-hub, a hub client or a file format raises means: not loadable
        raise not_loadable(preset, "tokenizer", error) from error
    return tokenizer


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


def _of_hugging_face(location: str) -> keras_hub.tokenizers.Tokenizer | None:
    """Makes the tokenizer of a folder whose files keras-hub does not read by itself; None of any other."""
    folder, file = Path(location), tokenizer_file(location)
    kind = _json(folder / "config.json").get("model_type", "")
    if file is not None:
        return _of_json(location, kind, _json(file))
    if kind in ("bert", "xlm-roberta") and (folder / PIECES).is_file():
        return _of_pieces(location, ModelProto.FromString((folder / PIECES).read_bytes()))
    return None


def _json(path: Path) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return settings


def _require(location: str, problems: list[str]) -> None:
    if problems:
        raise UserError(
            f"{TOKENIZER} of {location!r} asks for what keras-hub's tokenizers do not do, and a SavedModel has one of "
            "these in it: its token ids would differ. Export to another format, which has the file beside it:",
            problems,
        )


def _of_json(location: str, kind: str, settings: dict[str, Any]) -> keras_hub.tokenizers.Tokenizer:
    name = settings.get("model", {}).get("type")
    known = [algorithm for algorithm in ALGORITHMS if kind in ALGORITHMS[algorithm].families]
    if name not in known:
        _require(location, [f"model.type: {' or '.join(known)} where config.json says {kind}; found {name}"])
    algorithm = ALGORITHMS[name]
    _require(location, [*_added(settings), *_unknown_steps(settings, algorithm), *algorithm.check(settings)])
    return algorithm.make(settings)


def _added(settings: dict[str, Any]) -> list[str]:
    added = [token["content"] for token in settings.get("added_tokens", []) if not token["special"]]
    return [f"added_tokens: only special ones; found {', '.join(added[:5])}"] if added else []


def _unknown_steps(settings: dict[str, Any], algorithm: "Algorithm") -> list[str]:
    steps = [*_steps(settings.get("normalizer")), *_steps(settings.get("pre_tokenizer"))]
    found = [step["type"] for step in steps]
    unknown = [step for step in steps if not _is_known(step, algorithm.steps)]
    problems = [f"a step that is not known here: {json.dumps(step, ensure_ascii=False)[:200]}" for step in unknown]
    return problems + [f"the step {name} is missing" for name in algorithm.needed if name not in found]


def _steps(step: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Lists the steps of a normalizer or a pre-tokenizer, which is none, one, or a sequence of them."""
    if step is None:
        return []
    sequence: list[dict[str, Any]] = step.get("normalizers", step.get("pretokenizers", [step]))
    return sequence


def _is_known(step: dict[str, Any], known: dict[str, dict[str, Any]]) -> bool:
    wanted = known.get(step["type"])
    return wanted is not None and all(step.get(name, value) == value for name, value in wanted.items())


# Word pieces, as BERT and DistilBERT have them.


def _check_word_pieces(settings: dict[str, Any]) -> list[str]:
    ids = sorted(settings["model"]["vocab"].values())
    if ids == list(range(len(ids))):
        return []
    return [f"model.vocab: {len(ids)} ids from 0, none left out; found {ids[-1]}"]


def _word_pieces(settings: dict[str, Any]) -> WordPieceTokenizer:
    model, normalizer = settings["model"], settings["normalizer"]
    lower, strip = normalizer["lowercase"], normalizer["strip_accents"]
    return WordPieceTokenizer(
        sorted(model["vocab"], key=model["vocab"].__getitem__),
        lower=lower,
        strip_accents=lower if strip is None else strip,
        split_on_cjk=normalizer["handle_chinese_chars"],
        suffix_indicator=model["continuing_subword_prefix"],
        oov_token=model["unk_token"],
    )


# Byte pairs, as RoBERTa has them.


def _check_byte_pairs(settings: dict[str, Any]) -> list[str]:
    return ["model.ignore_merges: false; found true"] if settings["model"].get("ignore_merges") else []


def _byte_pairs(settings: dict[str, Any]) -> keras_hub.tokenizers.RobertaTokenizer:
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in settings["model"]["merges"]]
    return keras_hub.tokenizers.RobertaTokenizer(settings["model"]["vocab"], merges)


# SentencePiece, as XLM-R and the multilingual MiniLM have it.


def _check_unigrams(settings: dict[str, Any]) -> list[str]:
    model = settings["model"]
    first = [piece for piece, _ in model["vocab"][: len(FIRST)]]
    problems = [] if first == FIRST else [f"model.vocab: starts with {' '.join(FIRST)}; found {' '.join(first)}"]
    if model["unk_id"] != FIRST.index("<unk>"):
        problems.append(f"model.unk_id: {FIRST.index('<unk>')}; found {model['unk_id']}")
    return problems + (["model.byte_fallback: false; found true"] if model.get("byte_fallback") else [])


def _unigrams(settings: dict[str, Any]) -> keras_hub.tokenizers.XLMRobertaTokenizer:
    """Writes the vocabulary and the character map as the SentencePiece model that they were once read from."""
    kinds = ModelProto.SentencePiece
    rest = [(piece, score, kinds.NORMAL) for piece, score in settings["model"]["vocab"][len(FIRST) :] if piece != MASK]
    special = [("<unk>", 0.0, kinds.UNKNOWN), ("<s>", 0.0, kinds.CONTROL), ("</s>", 0.0, kinds.CONTROL)]
    model = ModelProto()
    for piece, score, kind in special + rest:
        model.pieces.add(piece=piece, score=score, type=kind)
    for step in _steps(settings.get("normalizer")):
        if step["type"] == "Precompiled":
            model.normalizer_spec.precompiled_charsmap = base64.b64decode(step["precompiled_charsmap"])
    return keras_hub.tokenizers.XLMRobertaTokenizer(model.SerializeToString())


def _of_pieces(location: str, model: Any) -> keras_hub.tokenizers.XLMRobertaTokenizer:
    first = [piece.piece for piece in model.pieces[: len(FIRST_IN_PIECES)]]
    if first != FIRST_IN_PIECES:
        raise UserError(
            f"tokenize.preset: {PIECES} of {location!r} starts with {' '.join(first)}, and that of XLM-R with "
            f"{' '.join(FIRST_IN_PIECES)}. Put the {TOKENIZER} of the encoder into the folder: it is then read instead."
        )
    return keras_hub.tokenizers.XLMRobertaTokenizer(model.SerializeToString())


@dataclass(frozen=True)
class Algorithm:
    """How a kind of tokenizer.json becomes a tokenizer of keras-hub.

    Attributes:
        families: Model types of config.json that have it.
        steps: That may be among its normalizers and pre-tokenizers, with the settings that they must have.
        needed: Those that must be.
        check: Gives what else is wrong, one line each.
        make: Gives the tokenizer.
    """

    families: tuple[str, ...]
    steps: dict[str, dict[str, Any]]
    needed: tuple[str, ...]
    check: Callable[[dict[str, Any]], list[str]]
    make: Callable[[dict[str, Any]], keras_hub.tokenizers.Tokenizer]


ALGORITHMS = {
    "WordPiece": Algorithm(
        families=("bert", "distilbert"),
        steps={"BertNormalizer": {"clean_text": True}, "BertPreTokenizer": {}},
        needed=("BertNormalizer", "BertPreTokenizer"),
        check=_check_word_pieces,
        make=_word_pieces,
    ),
    "BPE": Algorithm(
        families=("roberta",),
        steps={"ByteLevel": {"add_prefix_space": False, "use_regex": True}},
        needed=("ByteLevel",),
        check=_check_byte_pairs,
        make=_byte_pairs,
    ),
    "Unigram": Algorithm(
        families=("bert", "xlm-roberta"),
        steps={
            "Precompiled": {},
            "Replace": {"pattern": {"Regex": " {2,}"}, "content": " "},
            "WhitespaceSplit": {},
            "Metaspace": {"replacement": "▁", "prepend_scheme": "always", "add_prefix_space": True},
        },
        needed=("Metaspace",),
        check=_check_unigrams,
        make=_unigrams,
    ),
}
