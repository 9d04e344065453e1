"""Folders as Hugging Face saves them today: made here, with tokenizers trained on a few sentences."""

import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sentencepiece
from safetensors.numpy import load_file
from sentencepiece.sentencepiece_model_pb2 import ModelProto
from tokenizers import AddedToken, BertWordPieceTokenizer, Regex, Tokenizer, models, normalizers, trainers
from tokenizers import pre_tokenizers as pre
from tokenizers.processors import TemplateProcessing

from gapwise.base.errors import UserError
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.in_graph import load_in_graph
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras_hub, tf
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.exporting.tokenizers import write_tokenizer
from tests.hugging_face import TEXTS, save, save_bert, word_pieces

UNSEEN = ["ĳzer Ω ﬁn zebra 漢字 ٣", "x"]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def token_ids(folder, prefix=None):
    rows = pd.DataFrame({"text": TEXTS + UNSEEN}).assign(text_id=lambda table: table.index.astype(str))
    params = TokenizeParams(preset=str(folder), prefix=prefix, max_length=999)
    return tokenize(rows.assign(source_id=rows["text_id"]), load_tokenizer(str(folder)), params)


def ids_there(tokenizer, prefix=""):
    return [encoding.ids for encoding in tokenizer.encode_batch([prefix + text for text in TEXTS + UNSEEN])]


def require_ids(folder, expected, prefix=None):
    """Holds what training reads and what a SavedModel has in its graph to the ids of the `tokenizers` library."""
    assert [ids.tolist() for ids in token_ids(folder, prefix)[0]["token_ids"]] == expected
    tokenizer = load_in_graph(str(folder))
    ids = tf.function(tokenizer)(tf.constant([f"{prefix or ''}{text}" for text in TEXTS + UNSEEN])).to_list()
    rows = [[tokenizer.start_token_id, *row, tokenizer.end_token_id] for row in ids]
    if isinstance(tokenizer, keras_hub.tokenizers.SentencePieceTokenizer):  # ... is .. and . or . and ..
        rows, expected = [sorted(row) for row in rows], [sorted(row) for row in expected]
    assert rows == expected


@pytest.fixture(scope="module")
def pieces():
    """A SentencePiece model, as the file sentencepiece.bpe.model holds it."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 3), model_writer=written, vocab_size=200, hard_vocab_limit=False,
        unk_id=0, bos_id=1, eos_id=2, minloglevel=2,
    )  # fmt: skip
    return written.getvalue()


@pytest.fixture
def unigrams(pieces):
    """The same as the tokenizer that Hugging Face makes of it for XLM-R."""
    model = ModelProto.FromString(pieces)
    scores = [(piece.piece, piece.score) for piece in model.pieces][3:]
    vocabulary = [(token, 0.0) for token in SPECIAL[:4]] + scores + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    charsmap = normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap)
    tokenizer.normalizer = normalizers.Sequence([charsmap, normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre.Sequence([pre.WhitespaceSplit(), pre.Metaspace()])
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def byte_pairs():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre.ByteLevel(add_prefix_space=False)
    alphabet = pre.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    tokenizer.post_processor = TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


CASES = {
    "lower case without accents": {"lowercase": True},
    "lower case with accents": {"lowercase": True, "strip_accents": False},
    "cased": {"lowercase": False},
    "cased without accents": {"lowercase": False, "strip_accents": True},
    "Chinese in words": {"lowercase": True, "handle_chinese_chars": False},
}


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
@pytest.mark.parametrize("case", CASES)
def test_word_pieces_of_tokenizer_json_alone_have_its_ids(case, kind, tmp_path):
    reference = word_pieces(**CASES[case])
    require_ids(save(tmp_path, kind, reference), ids_there(reference))


def test_a_folder_without_the_case_in_its_config_has_it_from_tokenizer_json(tmp_path):
    reference = word_pieces(lowercase=True)
    save(tmp_path, "bert", reference).joinpath("tokenizer_config.json").write_text("{}")
    (tmp_path / "vocab.txt").write_text("\n".join(sorted(reference.get_vocab(), key=reference.token_to_id)))
    require_ids(tmp_path, ids_there(reference))


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_a_folder_of_old_which_keras_hub_reads_has_the_ids_of_hugging_face_too(kind, tmp_path):
    reference = word_pieces(lowercase=True)
    save(tmp_path, kind, reference).joinpath("tokenizer_config.json").write_text('{"do_lower_case": true}')
    (tmp_path / "vocab.txt").write_text("\n".join(sorted(reference.get_vocab(), key=reference.token_to_id)))
    require_ids(tmp_path, ids_there(reference))


@pytest.mark.slow
def test_byte_pairs_of_tokenizer_json_alone_have_its_ids(tmp_path):
    reference = byte_pairs()
    require_ids(save(tmp_path, "roberta", reference), ids_there(reference))


@pytest.mark.slow
def test_the_case_in_the_config_does_not_trouble_byte_pairs(tmp_path):
    reference = byte_pairs()
    save(tmp_path, "roberta").joinpath("tokenizer_config.json").write_text('{"do_lower_case": false}')
    reference.model.save(str(tmp_path))
    require_ids(tmp_path, ids_there(reference))


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("files", [("pieces",), ("json",), ("pieces", "json")], ids=" and ".join)
def test_sentence_pieces_have_the_ids_of_tokenizer_json(files, kind, pieces, unigrams, tmp_path):
    save(tmp_path, kind, unigrams if "json" in files else None)
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}')
    if "pieces" in files:
        (tmp_path / "sentencepiece.bpe.model").write_bytes(pieces)
    require_ids(tmp_path, ids_there(unigrams))


def test_sentence_pieces_that_are_unknown_are_counted(unigrams, tmp_path):
    _, report = token_ids(save(tmp_path, "bert", unigrams))
    ids = [number for ids in ids_there(unigrams) for number in ids if number not in (0, 2)]
    assert ids.count(3) > 0
    assert report["share_unknown"] == round(ids.count(3) / len(ids), 6)


@pytest.mark.parametrize("kind", ["word pieces", "sentence pieces"])
def test_the_encoder_has_a_row_for_each_id(kind, unigrams, tmp_path):
    reference = word_pieces(lowercase=True) if kind == "word pieces" else unigrams
    size = reference.get_vocab_size() + 35  # rows without a token, as the multilingual MiniLM has them
    reference.save(str(save_bert(tmp_path, size) / "tokenizer.json"))
    rows = load_encoder(str(tmp_path), 32).get_layer("token_embedding").embeddings.numpy()
    expected = load_file(tmp_path / "model.safetensors")["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(rows, expected)
    tokenizer = load_in_graph(str(tmp_path))
    tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.vocabulary_size())]
    assert tokens == [reference.id_to_token(number) for number in range(reference.get_vocab_size())]


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("bert", "Über  "),
        ("roberta", "query:"),
        ("xlm-roberta", "query: "),
        *(
            pytest.param(kind, prefix, marks=pytest.mark.slow)
            for kind, prefix in [
                ("bert", "query:"),
                ("bert", "query: "),
                ("roberta", "query: "),
                ("roberta", "Über  "),
                ("xlm-roberta", "query:"),
                ("xlm-roberta", "Über  "),
            ]
        ),
    ],
)
def test_a_prefix_and_a_text_have_the_ids_of_both_in_one_here_and_in_an_export(kind, prefix, unigrams, tmp_path):
    reference = {"bert": word_pieces(lowercase=True), "roberta": byte_pairs(), "xlm-roberta": unigrams}[kind]
    folder = save(tmp_path, kind, reference)
    expected = ids_there(reference, prefix)
    require_ids(folder, expected, prefix)
    params = TokenizeParams(preset=str(folder), prefix=prefix, max_length=999)
    write_tokenizer(params, tmp_path / "exported.json")
    assert ids_there(Tokenizer.from_file(str(tmp_path / "exported.json"))) == expected


def test_what_keras_hub_does_not_do_is_tokenized_as_its_file_says(tmp_path):
    reference = word_pieces(lowercase=True)
    reference.normalizer = normalizers.Sequence([normalizers.Replace("ß", "SZ"), normalizers.Lowercase()])
    reference.add_tokens([AddedToken("straszE"), AddedToken("£5")])
    save(tmp_path, "bert", reference)
    table, _ = token_ids(tmp_path)
    assert [ids.tolist() for ids in table["token_ids"]] == ids_there(reference)
    assert [problem.partition(":")[0] for problem in problems(tmp_path)] == [
        "added_tokens",
        *2 * ["a step that is not known here"],
        "the step BertNormalizer is missing",
    ]


def test_special_tokens_in_a_text_are_text_and_what_the_file_cuts_and_pads_is_not(tmp_path):
    reference = word_pieces(lowercase=True)
    reference.enable_truncation(4)
    reference.enable_padding(length=8)
    folder = save(tmp_path, "bert", reference)
    ids = load_tokenizer(str(folder)).encode(["teuer [SEP] teuer", "x"])
    assert reference.token_to_id("[SEP]") not in ids[0]
    assert [len(row) for row in ids] == [7, 1]


def test_the_ids_of_start_end_pad_and_unknown_are_those_of_the_files(unigrams, tmp_path):
    folder = save(tmp_path, "xlm-roberta", unigrams, pad_token_id=1)
    tokenizer = load_tokenizer(str(folder))
    assert (tokenizer.start, tokenizer.end, tokenizer.pad, tokenizer.unknown) == (0, 2, 1, 3)
    save(tmp_path, "roberta", byte_pairs())
    assert load_tokenizer(str(folder)).unknown is None


def test_a_tokenizer_without_start_and_end_is_refused(tmp_path):
    tokenizer = byte_pairs()
    tokenizer.post_processor = TemplateProcessing("<s> $A", special_tokens=[("<s>", 0)])
    save(tmp_path, "roberta", tokenizer)
    with pytest.raises(UserError, match=r"^tokenize\.preset: tokenizer\.json has no start and end tokens, as the"):
        load_tokenizer(str(tmp_path))


def test_ids_for_which_the_encoder_has_no_row_are_refused(tmp_path):
    reference = word_pieces(lowercase=True)
    size = reference.get_vocab_size()
    load_tokenizer(str(save(tmp_path, "bert", reference, vocab_size=size)))
    assert reference.add_tokens([AddedToken("covid-19")]) == 1
    save(tmp_path, "bert", reference, vocab_size=size)
    with pytest.raises(UserError) as caught:
        load_tokenizer(str(tmp_path))
    assert str(caught.value) == (
        f"tokenize.preset: {tmp_path}/tokenizer.json has token ids up to {size}, and the encoder beside it, by its "
        f"config.json, has {size} rows. These files do not belong together: fetch the folder again."
    )


def test_a_damaged_file_is_told(tmp_path):
    save(tmp_path, "bert", word_pieces(lowercase=True))
    (tmp_path / "tokenizer.json").write_text('{"model": {"type": "WordPiece"')
    with pytest.raises(UserError, match=r"gives no tokenizer") as caught:
        load_tokenizer(str(tmp_path))
    assert "JSONDecodeError" in caught.value.problems[1]


def test_word_pieces_are_tokenized_without_tensorflow():
    code = (
        "import sys; from gapwise.encoding.tokenizer import load_tokenizer; "
        "print(load_tokenizer('all-minilm-l6-v2').encode(['a']), 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[[1037]] False\n"


def problems(folder):
    """What a SavedModel of a folder with tokenizer.json is refused for."""
    with pytest.raises(UserError) as caught:
        load_in_graph(str(folder))
    assert str(caught.value).split(":\n")[0] == (
        f"tokenizer.json of '{folder}' asks for what keras-hub's tokenizers do not do, and a SavedModel has one of "
        "these in it: its token ids would differ. Export to another format, which has the file beside it"
    )
    return caught.value.problems


def test_a_step_that_is_not_known_is_refused(unigrams, tmp_path):
    unigrams.normalizer = normalizers.Lowercase()
    assert problems(save(tmp_path, "bert", unigrams)) == ('a step that is not known here: {"type": "Lowercase"}',)


def test_a_known_step_with_another_setting_is_refused(unigrams, tmp_path):
    unigrams.pre_tokenizer = pre.Metaspace(prepend_scheme="never")
    step = '{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}'
    assert problems(save(tmp_path, "bert", unigrams)) == (f"a step that is not known here: {step}",)


def test_a_missing_step_is_refused(tmp_path):
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre.BertPreTokenizer()
    assert problems(save(tmp_path, "bert", tokenizer)) == ("the step BertNormalizer is missing",)


def test_tokens_that_were_added_are_refused(tmp_path):
    tokenizer = word_pieces(lowercase=True)
    tokenizer.add_tokens([AddedToken("covid-19"), AddedToken("@user")])
    assert problems(save(tmp_path, "bert", tokenizer)) == ("added_tokens: only special ones; found covid-19, @user",)


def test_ids_that_are_left_out_are_refused(tmp_path):
    tokenizer = BertWordPieceTokenizer({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 7})
    assert problems(save(tmp_path, "bert", tokenizer)) == ("model.vocab: 6 ids from 0, none left out; found 7",)


def test_another_algorithm_than_the_encoders_is_refused(tmp_path):
    assert problems(save(tmp_path, "bert", byte_pairs())) == (
        "model.type: WordPiece or Unigram where config.json says bert; found BPE",
    )


def test_byte_pairs_that_ignore_merges_are_refused(tmp_path):
    tokenizer = byte_pairs()
    tokenizer.model.ignore_merges = True
    assert problems(save(tmp_path, "roberta", tokenizer)) == ("model.ignore_merges: false; found true",)


def test_sentence_pieces_in_another_order_than_xlm_rs_are_refused(pieces, tmp_path):
    tokenizer = Tokenizer(models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)], 2, byte_fallback=True))
    tokenizer.pre_tokenizer = pre.Metaspace()
    assert problems(save(tmp_path, "bert", tokenizer)) == (
        "model.vocab: starts with <s> <pad> </s> <unk>; found <pad> </s> <unk>",
        "model.unk_id: 3; found 2",
        "model.byte_fallback: false; found true",
    )
    model = ModelProto.FromString(pieces)
    model.pieces.insert(0, ModelProto.SentencePiece(piece="<pad>", type=ModelProto.SentencePiece.CONTROL))
    (tmp_path / "sentencepiece.bpe.model").write_bytes(model.SerializeToString())
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(UserError) as caught:
        load_tokenizer(str(tmp_path))
    assert str(caught.value) == (
        f"tokenize.preset: sentencepiece.bpe.model of '{tmp_path}' starts with <pad> <unk> <s>, and that of XLM-R with "
        "<unk> <s> </s>. Put the tokenizer.json of the encoder into the folder: it is then read instead."
    )


def test_the_character_map_is_carried_over(pieces, unigrams, tmp_path):
    model = ModelProto.FromString(load_in_graph(str(save(tmp_path, "bert", unigrams))).proto)
    expected = ModelProto.FromString(pieces).normalizer_spec.precompiled_charsmap
    assert model.normalizer_spec.precompiled_charsmap == expected
