"""Folders as Hugging Face saves them today: made here, with tokenizers trained on a few sentences."""

import io

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
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import tf
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.exporting.tokenizers import write_tokenizer
from tests.hugging_face import TEXTS, save, save_bert, word_pieces

UNSEEN = ["ĳzer Ω ﬁn zebra 漢字 ٣", "x"]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def token_ids(folder, prefix=None):
    rows = pd.DataFrame({"text": TEXTS + UNSEEN}).assign(text_id=lambda table: table.index.astype(str))
    params = TokenizeParams(preset=str(folder), prefix=prefix, max_length=999)
    return tokenize(rows.assign(source_id=rows["text_id"]), load_tokenizer(str(folder)), params)


def ids_here(folder, prefix=None):
    return [ids.tolist() for ids in token_ids(folder, prefix)[0]["token_ids"]]


def ids_there(tokenizer, prefix=""):
    return [encoding.ids for encoding in tokenizer.encode_batch([prefix + text for text in TEXTS + UNSEEN])]


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
    assert ids_here(save(tmp_path, kind, reference)) == ids_there(reference)


def test_a_folder_without_the_case_in_its_config_has_it_from_tokenizer_json(tmp_path):
    reference = word_pieces(lowercase=True)
    save(tmp_path, "bert", reference).joinpath("tokenizer_config.json").write_text("{}")
    (tmp_path / "vocab.txt").write_text("\n".join(sorted(reference.get_vocab(), key=reference.token_to_id)))
    assert ids_here(tmp_path) == ids_there(reference)


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_a_folder_of_old_which_keras_hub_reads_has_the_ids_of_hugging_face_too(kind, tmp_path):
    reference = word_pieces(lowercase=True)
    save(tmp_path, kind, reference).joinpath("tokenizer_config.json").write_text('{"do_lower_case": true}')
    (tmp_path / "vocab.txt").write_text("\n".join(sorted(reference.get_vocab(), key=reference.token_to_id)))
    assert ids_here(tmp_path) == ids_there(reference)


def test_word_pieces_are_the_same_in_a_graph_as_outside(tmp_path):
    reference = word_pieces(lowercase=True)
    in_graph = tf.function(load_tokenizer(str(save(tmp_path, "bert", reference))))
    ids = in_graph(tf.constant(TEXTS)).to_list()
    assert ids == [ids[1:-1] for ids in ids_there(reference)[: len(TEXTS)]]


def test_byte_pairs_of_tokenizer_json_alone_have_its_ids(tmp_path):
    reference = byte_pairs()
    assert ids_here(save(tmp_path, "roberta", reference)) == ids_there(reference)


def test_the_case_in_the_config_does_not_trouble_byte_pairs(tmp_path):
    reference = byte_pairs()
    save(tmp_path, "roberta").joinpath("tokenizer_config.json").write_text('{"do_lower_case": false}')
    reference.model.save(str(tmp_path))
    assert ids_here(tmp_path) == ids_there(reference)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("files", [("pieces",), ("json",), ("pieces", "json")], ids=" and ".join)
def test_sentence_pieces_have_the_ids_of_tokenizer_json(files, kind, pieces, unigrams, tmp_path):
    save(tmp_path, kind, unigrams if "json" in files else None)
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}')
    if "pieces" in files:
        (tmp_path / "sentencepiece.bpe.model").write_bytes(pieces)
    assert ids_here(tmp_path) == ids_there(unigrams)


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
    tokenizer = load_tokenizer(str(tmp_path))
    tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.vocabulary_size())]
    assert tokens == [reference.id_to_token(number) for number in range(reference.get_vocab_size())]


@pytest.mark.parametrize("prefix", ["query: ", "query:", "Über  "])
@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta"])
def test_a_prefix_and_a_text_have_the_ids_of_both_in_one_here_and_in_an_export(kind, prefix, unigrams, tmp_path):
    reference = {"bert": word_pieces(lowercase=True), "roberta": byte_pairs(), "xlm-roberta": unigrams}[kind]
    folder = save(tmp_path, kind, reference)
    expected = ids_there(reference, prefix)
    assert ids_here(folder, prefix) == expected
    params = TokenizeParams(preset=str(folder), prefix=prefix, max_length=999)
    write_tokenizer(params, load_tokenizer(str(folder)), tmp_path / "exported.json")
    assert ids_there(Tokenizer.from_file(str(tmp_path / "exported.json"))) == expected


def refusal(folder):
    with pytest.raises(UserError) as caught:
        load_tokenizer(str(folder))
    return str(caught.value).replace(str(folder), "FOLDER")


REFUSED = (
    "tokenize.preset: {} of 'FOLDER' asks for what cannot be done here, and its token ids would differ. Choose another "
    "preset, or one whose tokenizer is that of BERT, RoBERTa or XLM-R unchanged:\n  - {}"
)


def test_a_step_that_is_not_known_is_refused(unigrams, tmp_path):
    unigrams.normalizer = normalizers.Lowercase()
    assert refusal(save(tmp_path, "bert", unigrams)) == REFUSED.format(
        "tokenizer.json", 'a step that is not known here: {"type": "Lowercase"}'
    )


def test_a_known_step_with_another_setting_is_refused(unigrams, tmp_path):
    unigrams.pre_tokenizer = pre.Metaspace(prepend_scheme="never")
    step = '{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}'
    assert refusal(save(tmp_path, "bert", unigrams)) == REFUSED.format(
        "tokenizer.json", f"a step that is not known here: {step}"
    )


def test_a_missing_step_is_refused(tmp_path):
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre.BertPreTokenizer()
    assert refusal(save(tmp_path, "bert", tokenizer)) == REFUSED.format(
        "tokenizer.json", "the step BertNormalizer is missing"
    )


def test_tokens_that_were_added_are_refused(tmp_path):
    tokenizer = word_pieces(lowercase=True)
    tokenizer.add_tokens([AddedToken("covid-19"), AddedToken("@user")])
    assert refusal(save(tmp_path, "bert", tokenizer)) == REFUSED.format(
        "tokenizer.json", "added_tokens: only special ones; found covid-19, @user"
    )


def test_ids_that_are_left_out_are_refused(tmp_path):
    tokenizer = BertWordPieceTokenizer({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 7})
    assert refusal(save(tmp_path, "bert", tokenizer)) == REFUSED.format(
        "tokenizer.json", "model.vocab: 6 ids from 0, none left out; found 7"
    )


def test_another_algorithm_than_the_encoders_is_refused(tmp_path):
    assert refusal(save(tmp_path, "bert", byte_pairs())) == REFUSED.format(
        "tokenizer.json", "model.type: WordPiece or Unigram where config.json says bert; found BPE"
    )


def test_byte_pairs_that_ignore_merges_are_refused(tmp_path):
    tokenizer = byte_pairs()
    tokenizer.model.ignore_merges = True
    assert refusal(save(tmp_path, "roberta", tokenizer)) == REFUSED.format(
        "tokenizer.json", "model.ignore_merges: false; found true"
    )


def test_sentence_pieces_in_another_order_than_xlm_rs_are_refused(pieces, tmp_path):
    tokenizer = Tokenizer(models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)], 2, byte_fallback=True))
    tokenizer.pre_tokenizer = pre.Metaspace()
    assert refusal(save(tmp_path, "bert", tokenizer)) == REFUSED.format(
        "tokenizer.json",
        "model.vocab: starts with <s> <pad> </s> <unk>; found <pad> </s> <unk>\n  - model.unk_id: 3; found 2\n"
        "  - model.byte_fallback: false; found true",
    )
    model = ModelProto.FromString(pieces)
    model.pieces.insert(0, ModelProto.SentencePiece(piece="<pad>", type=ModelProto.SentencePiece.CONTROL))
    (tmp_path / "sentencepiece.bpe.model").write_bytes(model.SerializeToString())
    assert refusal(tmp_path) == REFUSED.format(
        "sentencepiece.bpe.model", "starts with <unk> <s> </s>; found <pad> <unk> <s>"
    )


def test_the_character_map_is_carried_over(pieces, unigrams, tmp_path):
    model = ModelProto.FromString(load_tokenizer(str(save(tmp_path, "bert", unigrams))).proto)
    expected = ModelProto.FromString(pieces).normalizer_spec.precompiled_charsmap
    assert model.normalizer_spec.precompiled_charsmap == expected
