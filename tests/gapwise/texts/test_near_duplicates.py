import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwise.texts import near_duplicates
from gapwise.texts.near_duplicates import compare_all, compare_nominated, find, join_groups


def indel_similarity(left, right):
    """By the longest common subsequence, as the textbook has it."""
    row = [0] * (len(right) + 1)
    for a in left:
        last = row
        row = [0]
        for j, b in enumerate(right):
            row.append(last[j] + 1 if a == b else max(row[j], last[j + 1]))
    total = len(left) + len(right)
    return 2 * row[-1] / total if total else 1.0


def pairs(found):
    return [tuple(pair) for pair in found.tolist()]


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("Profit rose by 5 percent.", "Profit rose by 6 percent.", True),
        ("PROFIT ROSE BY 5 PERCENT.", "Profit rose by 5 percent.", True),
        ("Nervous as hell", "Nervous as hell!!!", True),
        ("Nervous as hell", "Nervous as hell!!!!", False),
        ("not good, this is bad", "not bad, this is good", False),
        ("Profit rose.", "Sales fell.", False),
    ],
)
def test_texts_are_near_duplicates_from_a_similarity_of_nine_tenths(left, right, alike):
    assert pairs(find([left, "Something else.", right], 0.9)) == ([(0, 2)] if alike else [])


@pytest.mark.parametrize(
    ("similarity", "expected"),
    [(0.8, [(0, 1)]), (0.81, []), (1, []), (0, [(0, 1), (0, 2), (1, 2)])],
)
def test_the_limit_itself_counts_and_one_switches_it_off(similarity, expected):
    assert pairs(find(["abcdefghij", "abcdefghKL", "12345"], similarity)) == expected


def test_of_long_texts_as_much_is_compared_as_an_encoder_reads(monkeypatch):
    monkeypatch.setattr(near_duplicates, "COMPARED", 20)
    same, other = "The same beginning. ", "Another beginning. "
    texts = [same + "One end.", same + "And quite another one.", other + "One end."]
    assert pairs(find(texts, 0.9)) == [(0, 1)]


def test_one_switches_it_off_even_for_texts_that_differ_in_case_only():
    assert pairs(find(["Abc", "abc"], 0.99)) == [(0, 1)]
    assert pairs(find(["Abc", "abc"], 1)) == []


@pytest.mark.parametrize("texts", [[], ["alone"]])
def test_fewer_than_two_texts_make_no_pair(texts):
    assert find(texts, 0.5).shape == (0, 2)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text("ab ", max_size=12), max_size=12), st.sampled_from([0.3, 0.5, 0.75, 0.9]))
def test_pairs_are_those_of_the_definition(texts, similarity):
    numbers = range(len(texts))
    alike = [(i, j) for i in numbers for j in numbers if i < j and indel_similarity(texts[i], texts[j]) >= similarity]
    assert pairs(find(texts, similarity)) == alike


def test_blocks_together_compare_every_pair(monkeypatch):
    texts = [f"{'x' * (n % 7)}{n}{'y' * (n % 5)}" for n in range(60)]
    whole = compare_all(texts, 0.7)
    monkeypatch.setattr(near_duplicates, "BLOCK", 7)
    assert len(whole) > 10
    assert pairs(compare_all(texts, 0.7)) == pairs(whole)


def test_hashing_finds_what_comparing_all_finds(samples):
    texts = samples["tweets"]["text"].iloc[:600].tolist() + samples["tweets"]["text"].iloc[-200:].tolist()
    # One word more, one letter less and one letter changed of real texts.
    texts += [f"{text} Today." for text in texts[:50]]
    texts += [text[:30] + text[31:] for text in texts[50:100]]
    texts += [text[:20] + "~" + text[21:] for text in texts[100:150]]
    every = pairs(compare_all(texts, 0.9))
    assert len(every) > 130
    assert pairs(compare_nominated(texts, 0.9)) == every


def test_hashing_counts_what_a_text_repeats():
    mentions = "@anonymous " * 10
    assert pairs(compare_nominated([f"tgif #ff &lt;3 {mentions}", f"appreciating {mentions}"], 0.9)) == [(0, 1)]


@pytest.mark.parametrize(
    ("rows", "similarity", "path"),
    [(5, 0.9, "compare_all"), (6, 0.9, "compare_nominated"), (6, 0.79, "compare_all")],
)
def test_the_number_of_rows_and_a_low_similarity_choose_the_path(monkeypatch, rows, similarity, path):
    monkeypatch.setattr(near_duplicates, "COMPARE_ALL_UP_TO", 5)
    for name in ("compare_all", "compare_nominated"):
        monkeypatch.setattr(near_duplicates, name, lambda texts, similarity, name=name: name)
    assert find(["text"] * rows, similarity) == path


def test_the_order_of_texts_has_no_influence_on_which_are_paired(samples):
    texts = samples["tweets"]["text"].iloc[-400:].tolist()
    for compare in (compare_all, compare_nominated):
        forward = {frozenset((texts[i], texts[j])) for i, j in compare(texts, 0.85)}
        turned = texts[::-1]
        assert forward == {frozenset((turned[i], turned[j])) for i, j in compare(turned, 0.85)}
        assert len(forward) > 10


def joined(rows, alike):
    """Rows are (text_id, group); the first row of a text is kept."""
    frame = pd.DataFrame(rows, columns=["text_id", "group"]).assign(text=lambda frame: frame["text_id"])
    kept = frame.drop_duplicates("text")
    position = {text: number for number, text in enumerate(kept["text"])}
    links = [(position[left], position[right]) for left, right in alike]
    groups = join_groups(kept, frame, pd.DataFrame(links, columns=["i", "j"], dtype="int64").to_numpy())
    return dict(zip(kept["text"], groups, strict=True))


@pytest.mark.parametrize(
    ("rows", "alike", "expected"),
    [
        pytest.param([("c", None), ("b", None), ("a", None)], [], {"c": "c", "b": "b", "a": "a"}, id="nothing joins"),
        pytest.param([("c", "g"), ("b", "h"), ("a", "g")], [], {"c": "a", "b": "b", "a": "a"}, id="the user's group"),
        pytest.param([("c", None), ("b", None), ("a", None)], [("c", "b")], {"c": "b", "b": "b", "a": "a"},
                     id="near-duplicates"),
        pytest.param([("d", "g"), ("c", "g"), ("b", "h"), ("a", "h"), ("e", "i")], [("c", "b")],
                     {"d": "a", "c": "a", "b": "a", "a": "a", "e": "e"}, id="near-duplicates join two groups"),
        pytest.param([("c", "g"), ("b", "h"), ("c", "h"), ("a", "g")], [], {"c": "a", "b": "a", "a": "a"},
                     id="a text in two groups joins them"),
        pytest.param([("b", "a"), ("a", "x")], [], {"b": "b", "a": "a"}, id="a group may be called like a text"),
    ],
)  # fmt: skip
def test_groups_are_joined_and_named_by_their_lowest_text(rows, alike, expected):
    assert joined(rows, alike) == expected
