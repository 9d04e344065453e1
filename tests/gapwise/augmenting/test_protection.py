import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwise.augmenting.protection import Piece, compile_protect, cut, is_protected


def protected(text, entries=()):
    return [
        piece.text for piece in cut(text, compile_protect(entries)) if not piece.free and re.search(r"\w", piece.text)
    ]


def free(text, entries=()):
    return [piece.text for piece in cut(text, compile_protect(entries)) if piece.free]


@given(st.text(), st.sampled_from([[], ["rate cut"], ["/a.*b/"], ["/x*/"]]))
def test_the_pieces_of_any_text_joined_give_the_text(text, entries):
    assert "".join(piece.text for piece in cut(text, compile_protect(entries))) == text


def test_words_are_free_and_marks_and_spaces_are_not():
    assert cut("It's a well-run U.S. firm!", []) == [
        *(Piece("It's", True), Piece(" ", False), Piece("a", True), Piece(" ", False), Piece("well-run", True)),
        *(Piece(" ", False), Piece("U.S.", True), Piece(" ", False), Piece("firm", True), Piece("!", False)),
    ]


@pytest.mark.parametrize(
    "number", ["5%", "$3.2bn", "1,000", "-0.5", "2010", "Q3", "(2010)", "10-K", "€5m", "3/4", "1980s,", "٣"]
)
def test_a_number_is_protected_with_all_that_hangs_on_it(number):
    assert protected(f"up {number} today") == [number]
    assert free(f"up {number} today") == ["up", "today"]


@pytest.mark.parametrize(
    "negation",
    [
        *("no", "Not", "NEVER", "none", "nothing", "nobody", "without", "cannot", "neither", "hardly", "dont"),
        *("don't", "isn’t", "WON'T", "n't"),
    ],
)
def test_a_negation_is_protected_in_any_case_and_apostrophe(negation):
    assert protected(f"they {negation} pay") == [negation]


def test_a_negation_inside_a_longer_word_does_not_count_but_in_a_hyphenated_one_does():
    assert protected("another notable knot, a no-one and non-profit") == ["no-one", "non-profit"]


def test_a_protected_word_is_whole_and_of_any_case():
    assert protected("Fed cuts; the FED fed federal rates", ["fed"]) == ["Fed", "FED", "fed"]


def test_a_protected_phrase_is_one_piece():
    assert protected("an interest rate and interest", ["interest rate"]) == ["interest rate"]


def test_signs_in_a_protected_word_are_themselves():
    assert protected("C++ and C and S&P", ["C++", "S&P"]) == ["C++", "S&P"]


def test_a_pattern_protects_every_token_that_it_touches_as_it_is_written():
    assert protected("Net profits rose, net profit fell", ["/et prof/"]) == ["Net profits", "net profit"]
    assert protected("Net profit and net profit", ["/net profit/"]) == ["net profit"]
    assert protected("Net profit and net profit", ["/(?i)net profit/"]) == ["Net profit", "net profit"]


def test_a_pattern_that_matches_nothing_protects_nothing():
    assert protected("plain words", ["/x*/"]) == []


def test_every_invalid_entry_is_named():
    message = re.escape(
        "'/(/' is not a valid pattern: missing ), unterminated subpattern at position 0; "
        "' ' is not a valid word: it is empty; '//' is not a valid pattern: it is empty"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        compile_protect(["/(/", "fine", " ", "//"])


@pytest.mark.parametrize(
    ("word", "expected"), [("not", True), ("note", False), ("Fed", True), ("can't", True), ("5", False)]
)
def test_negations_and_named_words_are_protected_and_numbers_are_no_part_of_that(word, expected):
    assert is_protected(word, compile_protect(["fed"])) is expected
