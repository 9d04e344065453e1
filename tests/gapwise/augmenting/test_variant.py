import random
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gapwise.augmenting import nlpaug_adapter
from gapwise.augmenting.params import METHODS
from gapwise.augmenting.protection import NEGATION, NUMBER, compile_protect
from gapwise.augmenting.variant import vary

SENTENCE = "The government should help small business again; nobody else can report profit."
PROTECT = ["ebit", "interest rate", r"/[Cc]uts?\b/"]
KEPT = ["5%", "$3.2bn", "1,000", "(2010)", "not", "Never", "don't", "without", "EBIT", "ebit", "cut", "rate-cuts"]
FREE = ["nine", "fever", "Note", "noble", "profit", "big", "The", "perhaps", "know", "help,", "bit", "cat", "now."]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("synonym", "The authorities should help little business once more; nobody else can describe profit."),
        ("spelling", "Athe government should help samll biasness again; nobody else can raport profit."),
        ("swap", "The government should small help business again; nobody else can profit report."),
        ("delete", "government should help again; nobody else can profit."),
        (
            "insert",
            "little The once more government should help describe small business again; "
            "nobody else authorities can report profit.",
        ),
        ("keyboard", "The government should help small nusiness abain; nobody eise can reoort profit."),
        ("ocr", "The government should help small busines8 a9ain; nobody e1se can keport profit."),
        ("split", "The government should help small b usiness ag ain; nobody e lse can repo rt profit."),
    ],
)
def test_each_method_changes_words_in_its_way(method, expected):
    assert vary(SENTENCE, method, 0.3, [], seed=5) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("synonym", {"Large profit.", "Big profits.", "Big earnings."}),
        ("swap", {"Profit big."}),
        ("delete", {"Big.", "profit."}),
        ("insert", {f"{new} Big profit." for new in ("large", "profits", "earnings")}
         | {f"Big {new} profit." for new in ("large", "profits", "earnings")}),
        ("ocr", {"Big pkofit.", "Big prufit.", "Big pr0fit."}),
        ("split", {"Big p rofit.", "Big pr ofit.", "Big pro fit.", "Big prof it."}),
    ],
)  # fmt: skip
def test_over_many_seeds_a_method_makes_exactly_its_variants(method, expected):
    assert {vary("Big profit.", method, 0.5, [], seed) for seed in range(60)} == expected


@pytest.mark.parametrize(("strength", "expected"), [(0.01, 1), (0.2, 2), (0.5, 5), (1.0, 10)])
@pytest.mark.parametrize("method", ["keyboard", "split", "delete", "swap"])
def test_strength_is_the_share_of_words_that_change(method, strength, expected):
    text = "alpha bravo charlie delta echo foxtrot golf hotel india juliett"
    new = vary(text, method, strength, [], seed=1).split()
    match method:
        case "delete":
            assert len(new) == 10 - min(expected, 9)
        case "split":
            assert len(new) == 10 + expected
        case "keyboard":
            assert sum(map(str.__ne__, new, text.split())) == expected
        case "swap":
            assert sorted(new) == text.split()
            assert 2 <= sum(map(str.__ne__, new, text.split())) <= expected + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha bravo", {"alpha", "bravo"}),
        ("(alpha) bravo", {"(alpha)", "() bravo"}),
        ("alpha, not bravo", {"alpha, not", ", not bravo"}),
        ("alpha not", {"alpha not"}),
        ("alpha", {"alpha"}),
    ],
)
def test_a_deleted_word_takes_one_space_along_and_the_last_word_stays(text, expected):
    assert {vary(text, "delete", 0.3, [], seed) for seed in range(20)} == expected


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["", "!", "5%", "not 5%", "I", "I am", "a - b", "..."])
def test_where_little_can_change_the_rest_stays(method, text):
    kept = [word for word in text.split() if word in {"!", "5%", "not", "-", "..."}]
    for seed in range(10):
        assert [word for word in vary(text, method, 1.0, [], seed).split() if word in kept] == kept


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=40, derandomize=True)
@example(tokens=["5%", "now.", "nine"], seed=1)  # what is left of a deleted word may follow a protected one
@given(tokens=st.lists(st.sampled_from(KEPT + FREE), min_size=1, max_size=12), seed=st.integers(0, 2**32 - 1))
def test_numbers_negations_and_named_words_survive_in_order_and_no_negation_comes_in(method, tokens, seed):
    new = vary(" ".join(tokens), method, 0.6, compile_protect(PROTECT), seed)
    words = [word.rstrip(".,") for word in new.split()]
    assert [word for word in words if word in KEPT] == [token for token in tokens if token in KEPT]
    assert len(NEGATION.findall(new)) == len(NEGATION.findall(" ".join(tokens)))


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=40, derandomize=True)
@given(text=st.text(max_size=60) | st.text("ab'5% not-é.\n", max_size=60), seed=st.integers(0, 2**32 - 1))
def test_any_text_keeps_its_numbers_and_negations(method, text, seed):
    rest = vary(text, method, 0.6, [], seed)
    for match in sorted([*NUMBER.finditer(text), *NEGATION.finditer(text)], key=re.Match.start):
        if not re.search(r"\d", match.group()) or not NEGATION.search(match.group()):  # a number may hold a negation
            assert match.group() in rest
            rest = rest[rest.index(match.group()) :]


@pytest.mark.parametrize("method", METHODS)
def test_a_protected_phrase_is_not_torn_apart(method):
    text, protect = "the interest rate rose and the Interest rate fell", compile_protect(PROTECT)
    for seed in range(30):
        assert re.findall("(?i)interest rate", vary(text, method, 1.0, protect, seed)) == [
            "interest rate",
            "Interest rate",
        ]


def test_a_change_that_would_bring_in_a_protected_word_is_left_out():
    alone = {vary("nine", "keyboard", 1.0, [], seed) for seed in range(100)}
    named = {vary("nine", "keyboard", 1.0, compile_protect(["mine"]), seed) for seed in range(100)}
    assert "none" not in alone
    assert "mine" in alone
    assert named == alone - {"mine"} | {"nine"}


@pytest.mark.parametrize(("word", "other"), [("luck", "like"), ("luck", "Lock"), ("York", "york")])
def test_a_misspelling_is_neither_another_word_nor_another_case(word, other):
    new = {vary(word, "spelling", 1.0, [], seed) for seed in range(60)}
    assert len(new) > 1
    assert other not in new


def test_what_nlpaug_puts_in_a_protected_place_is_not_taken(monkeypatch):
    monkeypatch.setattr(nlpaug_adapter, "change", lambda words, free, method, count: ["new"] * len(words))
    assert vary("Up 5%, not down", "synonym", 1.0, [], seed=1) == "new 5%, not new"


@pytest.mark.parametrize("method", METHODS)
def test_the_global_generators_are_left_as_they_were(method):
    before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002 -- the one that nlpaug uses
    assert vary(SENTENCE, method, 0.3, [], seed=1) != SENTENCE
    assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002


def draw_and_fail():
    with nlpaug_adapter.seeded(1):
        random.random()
        raise RuntimeError("inside")


def test_the_global_generators_are_put_back_after_a_failure_too():
    before = random.getstate()
    with pytest.raises(RuntimeError, match="inside"):
        draw_and_fail()
    assert random.getstate() == before
