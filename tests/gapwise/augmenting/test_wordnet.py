import hashlib
import os
import pickle
import shutil

import nltk
import pytest

from gapwise.augmenting import wordnet
from gapwise.base.errors import UserError


@pytest.mark.parametrize(
    ("word", "part", "expected"),
    [
        ("purchase", "v", ("buy",)),
        ("Purchase", "v", ("buy",)),
        ("big", "a", ("large",)),
        ("huge", "s", ("immense", "vast")),
        ("usually", "r", ("normally", "commonly", "ordinarily")),
        ("car", "n", ("auto", "automobile", "motorcar")),
    ],
)
def test_a_word_has_the_synonyms_of_its_most_frequent_sense(word, part, expected):
    assert wordnet.synonyms(word, part) == expected


@pytest.mark.parametrize(
    ("word", "part", "why"),
    [
        ("cars", "n", "the synonyms of a plural are singular"),
        ("bought", "v", "the synonyms of a past tense are present"),
        ("have", "v", "it is a word of grammar"),
        ("week", "n", "its synonym hebdomad is used in no sample text"),
        ("two", "n", "its synonym is the digit 2"),
        ("zyzzyvaish", "n", "it is in no dictionary"),
    ],
)
def test_a_word_has_no_synonyms_where(word, part, why):
    assert wordnet.synonyms(word, part) == (), why


def test_words_are_tagged_in_their_sentence():
    words = ["They", "report", "that", "the", "report", "is", "late", "."]
    assert wordnet.tag(words) == list(zip(words, ["PRP", "VBP", "IN", "DT", "NN", "VBZ", "RB", "."], strict=True))


def test_a_missing_package_is_told_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setattr(wordnet, "PACKAGE", "no_such_package")
    with pytest.raises(UserError, match=r"package no_such_package is missing\. Run `make env`"):
        wordnet.folder()


def test_missing_files_are_told_all_at_once(monkeypatch):
    monkeypatch.setattr(wordnet, "FOLDER", "data/elsewhere")
    with pytest.raises(UserError, match=r"Remove \.venv and run `make env`") as error:
        wordnet.folder()
    assert error.value.problems == ("corpora/wordnet/data.noun is missing", f"{wordnet.TAGGER} is missing")


def test_another_tagger_than_the_known_one_is_never_unpickled():
    with pytest.raises(UserError, match=f"SHA-256 {hashlib.sha256(b'other').hexdigest()}, expected 25a5a19c"):
        wordnet.read_tagger(b"other")


def test_a_pickle_that_names_code_is_refused_even_if_its_hash_is_right():
    content = pickle.dumps(print)
    with pytest.raises(pickle.UnpicklingError, match=r"a tagger holds no builtins\.print"):
        wordnet.read_tagger(content, hashlib.sha256(content).hexdigest())


def test_a_pickle_of_plain_values_and_sets_is_read():
    content = pickle.dumps(({"word rates": {"NNS": 1.5}}, {"the": "DT"}, {"DT", "NNS"}), protocol=2)
    assert wordnet.read_tagger(content, hashlib.sha256(content).hexdigest()) == (
        {"word rates": {"NNS": 1.5}},
        {"the": "DT"},
        {"DT", "NNS"},
    )


@pytest.mark.parametrize("installed", ["by a link from a cache", "where the group can write"])
def test_wordnet_is_read_from_files_that_nltk_refuses(tmp_path, monkeypatch, installed):
    shutil.copytree(wordnet.folder() / wordnet.WORDNET, tmp_path / wordnet.WORDNET)
    for file in (tmp_path / wordnet.WORDNET).iterdir():
        if installed == "by a link from a cache":
            os.link(file, tmp_path / file.name)
        else:
            file.chmod(0o664)
    monkeypatch.setattr(wordnet, "folder", lambda: tmp_path)
    monkeypatch.setattr(nltk.data, "path", [])
    reader = wordnet._reader.__wrapped__()
    found = reader.synsets("purchase", "v")
    for stream in reader._data_file_map.values():
        stream.close()
    assert [lemma.name() for lemma in found[0].lemmas()] == ["buy", "purchase"]
