import re

import numpy as np
import pandas as pd
import pytest
from tokenizers import Tokenizer

from gapwise.base.errors import UserError
from gapwise.encoding.in_graph import load_in_graph
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import locate, longest
from gapwise.encoding.runtime import tf
from gapwise.encoding.tokenizer import in_lines, load_tokenizer, tokenize


def rows(*texts):
    ids = [str(number) for number in range(len(texts))]
    return pd.DataFrame({"text_id": ids, "source_id": ids, "text": texts})


def params(preset, max_length=16, prefix=None):
    return TokenizeParams(preset=preset, prefix=prefix, max_length=max_length)


def hugging_faces(length):
    """The tokenizer of the bundled encoder as its authors give it."""
    reference = Tokenizer.from_file(f"{locate('all-minilm-l6-v2')}/tokenizer.json")
    reference.no_padding()
    reference.enable_truncation(length)
    return reference


@pytest.mark.parametrize("name", ["nyt-editorials", "amazon-reviews", "movie-reviews", "tweets"])
def test_token_ids_agree_with_hugging_face(samples, name):
    texts = samples[name]["text"].str.split().str.join(" ").tolist()
    table, _ = tokenize(rows(*texts), load_tokenizer("all-minilm-l6-v2"), params("all-minilm-l6-v2", 128))
    expected = [encoding.ids for encoding in hugging_faces(128).encode_batch(texts)]
    assert [ids.tolist() for ids in table["token_ids"]] == expected
    assert in_a_graph(texts, 128) == expected


def in_a_graph(texts, length):
    tokenizer = load_in_graph("all-minilm-l6-v2")
    ids = tf.function(tokenizer)(tf.constant(texts)).to_list()
    return [[tokenizer.start_token_id, *row[: length - 2], tokenizer.end_token_id] for row in ids]


def test_each_character_of_european_and_east_asian_texts_gives_the_ids_of_hugging_face_in_a_graph():
    """ß, ½, ligatures of a PDF and the full-width comma among them, which keras-hub by itself folds."""
    ranges = ((0x20, 0x590), (0x1E00, 0x2190), (0x3000, 0x3100), (0x4E00, 0x4E20), (0xAC00, 0xAC20), (0xFB00, 0xFB07))
    characters = [chr(code) for first, end in (*ranges, (0xFF01, 0xFFEF)) for code in range(first, end)]
    texts = [f"gro{character}e {character} x" for character in characters]
    expected = hugging_faces(64).encode_batch(texts)
    pairs = zip(characters, in_a_graph(texts, 64), expected, strict=True)
    assert [character for character, ids, other in pairs if ids != other.ids] == []


def test_accents_are_stripped_as_the_encoder_learned_them():
    tokenizer = load_tokenizer("all-minilm-l6-v2")
    table, _ = tokenize(rows("café naïve", "cafe naive"), tokenizer, params("all-minilm-l6-v2"))
    assert table["token_ids"][0].tolist() == table["token_ids"][1].tolist()


def test_long_texts_are_cut_so_that_start_and_end_still_fit(tiny_bert):
    table, report = tokenize(
        rows("the market rose sharply", "good report"), load_tokenizer(tiny_bert), params(tiny_bert, 4)
    )
    assert [ids.tolist() for ids in table["token_ids"]] == [[2, 5, 6, 3], [2, 15, 17, 3]]
    assert report["share_truncated"] == 0.5
    assert report["length"] == {"min": 4, "median": 4, "p90": 4, "p99": 4, "max": 6}


def test_a_prefix_stands_before_each_text_and_counts_with_it(tiny_bert):
    texts, tokenizer = rows("rose sharply", "good"), load_tokenizer(tiny_bert)
    table, report = tokenize(texts, tokenizer, params(tiny_bert, 5, "the market "))
    assert [ids.tolist() for ids in table["token_ids"]] == [[2, 5, 6, 7, 3], [2, 5, 6, 15, 3]]
    assert (report["share_truncated"], report["length"]["max"], report["tokens_per_word"]) == (0.5, 6, 1.0)


def test_a_prefix_that_leaves_no_room_for_a_text_is_refused(tiny_bert):
    texts, tokenizer = rows("good"), load_tokenizer(tiny_bert)
    message = (
        "tokenize.prefix: 'the market ' is 2 tokens, start and end are two more, and tokenize.max_length (4) leaves "
        "none to a text; at least 5 must be allowed."
    )
    with pytest.raises(UserError, match=re.escape(message)):
        tokenize(texts, tokenizer, params(tiny_bert, 4, "the market "))


def test_unknown_words_are_counted(tiny_bert):
    _, report = tokenize(rows("the zebra rose", "xylophone"), load_tokenizer(tiny_bert), params(tiny_bert))
    assert report["share_unknown"] == 0.5


def test_another_family_has_its_own_start_and_end(tiny_roberta):
    table, _ = tokenize(rows("thab"), load_tokenizer(tiny_roberta), params(tiny_roberta))
    assert table["token_ids"][0].tolist() == [0, 31, 4, 5, 2]


def test_no_rows_give_an_empty_table_and_an_honest_report(tiny_bert):
    table, report = tokenize(rows(), load_tokenizer(tiny_bert), params(tiny_bert))
    assert (len(table), report) == (0, {"texts": 0})


def test_token_ids_are_int32(tiny_bert):
    table, _ = tokenize(rows("good"), load_tokenizer(tiny_bert), params(tiny_bert))
    assert table["token_ids"][0].dtype == np.int32


@pytest.mark.parametrize("preset", ["no/such/folder", "no_such_handle"])
def test_a_preset_that_cannot_be_found_says_what_was_tried(preset):
    with pytest.raises(UserError, match=rf"'{preset}' gives no tokenizer. It was tried as") as caught:
        load_tokenizer(preset)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "a bundled name",
        "a local folder",
        "a keras-hub handle",
    ]


def test_a_folder_without_a_model_says_what_is_missing(tmp_path):
    with pytest.raises(UserError, match=r"gives no tokenizer") as caught:
        load_tokenizer(str(tmp_path))
    assert "config.json" in caught.value.problems[1]


def test_the_terminal_is_warned_of_what_the_encoder_will_not_read(tiny_bert):
    texts = rows(*["the market rose fell sharply after strong weak earnings"] * 9, "zebra")
    _, report = tokenize(texts, load_tokenizer(tiny_bert), params(tiny_bert, 6))
    assert in_lines(report, 6, 512) == [
        "10 development texts of 11 tokens (median), 11 at most",
        "  WARNING: 90% of the texts are longer than tokenize.max_length (6), and their ends are not read; 11 tokens "
        "would hold 90 % of the texts, 11 99 %, 11 all; this encoder reads 512 at most",
        "  WARNING: 1% of the tokens are unknown to the encoder's vocabulary, which was made for other texts or "
        "another language: choose another tokenize.preset",
    ]
    _, short = tokenize(rows("the market rose"), load_tokenizer(tiny_bert), params(tiny_bert))
    assert len(in_lines(short, 16, None)) == 1


SAME = {
    "English": "The company reported better results than expected, but its shares fell on Monday after the forecast.",
    "German": "Das Unternehmen meldete bessere Ergebnisse als erwartet, doch die Aktien fielen am Montag deutlich.",
    "Spanish": "La empresa publicó mejores resultados de lo esperado, pero sus acciones cayeron bruscamente el lunes.",
    "Russian": "Компания сообщила о лучших результатах, чем ожидалось, но в понедельник её акции упали.",
    "Arabic": "أعلنت الشركة نتائج أفضل من المتوقع لكن أسهمها تراجعت يوم الاثنين بعد التوقعات",
    "Chinese": "公司公布的业绩好于预期，但其股价周一下跌。",
    "Thai": "บริษัทรายงานผลประกอบการดีกว่าที่คาดไว้ แต่หุ้นร่วงลงในวันจันทร์",
}


@pytest.mark.parametrize("language", SAME)
def test_texts_in_another_language_than_the_encoders_are_told(language):
    preset = "all-minilm-l6-v2"
    _, report = tokenize(rows(SAME[language]), load_tokenizer(preset), params(preset, 128))
    warned = [line for line in in_lines(report, 128, longest(preset)) if "language" in line]
    assert len(warned) == (0 if language == "English" else 1), report


def test_what_an_encoder_reads_at_most_is_in_its_config(tiny_bert, tmp_path):
    assert longest("all-minilm-l6-v2") == 512
    assert longest(tiny_bert) == 32
    (tmp_path / "config.json").write_text('{"model_type": "roberta", "max_position_embeddings": 514}')
    assert longest(str(tmp_path)) == 512
    assert longest("a_handle") is None
