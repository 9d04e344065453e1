"""What holds for any table at all: through reading, cleaning and both splits, no row gets lost and no part leaks."""

import io
from collections import Counter
from itertools import chain, combinations

import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats, Texts
from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams
from gapwise.splitting.stratification import draw_groups
from gapwise.splitting.summary import summarize
from gapwise.texts.cleaning import normalize
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import prepare
from gapwise.texts.sources import read

PROPERTY = settings(max_examples=40, deadline=None, derandomize=True, database=None)
COLUMNS = ["text", "label", "group", "part"]
PREPARE = PrepareParams(
    source="data/raw/mine.csv",
    text_column="text",
    label_column="label",
    group_column="group",
    split_column="part",
    annotator_column=None,
    disagreement="drop",
    near_duplicate_similarity=0.9,
)
SPLIT = SplitParams(
    seed=1, test_fraction=0.3, validation_fraction=0.3, train_size=None, train_per_class=None, repeats=2, rotate=None
)

# Few spellings, so that rows repeat and contradict each other; white space, halves and marks that cleaning removes.
SPELLINGS = [
    "Good.",
    " Good. ",
    "Go\x00od.",
    "good.",
    "Cafe\u0301",
    "Caf\u00e9",
    "\u05d8\u05d5\u05d1",
    "\U0001f600",
    "?!",
    "a\u2028b",
    '"',
    ",;\t",
]
ODD_TEXTS = st.sampled_from(SPELLINGS) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(normalize)
LABELS = ["yes", "no", "01", "</b>"]
GROUPS = st.sampled_from(["", "g", "h", " h ", "\u00e9"])
GIVEN = st.sampled_from([[], ["test"], ["validation"], ["test", "validation"]])


@st.composite
def sources(draw, given=GIVEN):
    """Odd rows among plain ones: mostly enough of each class for every part; some share a group with a given row."""
    parts, paired = draw(given), draw(st.booleans())
    plain = [
        (f"{label} {'abcdefgh'[number] * 9} {number * 7919}", label, label if paired and number in (0, 3) else "", part)
        for label in LABELS
        for number, part in enumerate([*parts, *[""] * draw(st.sampled_from([1, 6, 6, 6]))])
    ]
    odd_parts = st.sampled_from([*parts, "train", ""] if parts else [""])
    odd = st.tuples(ODD_TEXTS, st.sampled_from(LABELS), GROUPS, odd_parts)
    return draw(st.permutations(plain + draw(st.lists(odd, max_size=20))))


def as_csv(rows):
    stream = io.StringIO()
    pd.DataFrame(rows, columns=COLUMNS).to_csv(stream, index=False, quoting=1)
    return stream.getvalue().encode()


def prepared(rows):
    """The cleaned texts and the report; None where the table is refused, with all that is wrong in it."""
    try:
        return prepare(read(as_csv(rows), ".csv", "mine.csv"), PREPARE, None)
    except UserError as error:
        assert error.problems  # noqa: PT017 -- either outcome is right
        return None


def split(texts):
    """Development, test and repeats; None where the table is refused."""
    try:
        development, test = seal_test(texts, SPLIT)
        return development, test, draw_repeats(development, SPLIT)
    except UserError as error:
        assert error.problems  # noqa: PT017
        return None


# Signs that mean something to csv, tsv or JSON, and bytes that mean nothing.
MARKS = st.sampled_from([*'",;\t\n\r |{}[]:0a\x00\ufeff', "text", "label", "text,label\n", '""', "\u00e9"])
CONTENTS = st.binary(max_size=40) | st.lists(MARKS, max_size=25).map(lambda marks: "".join(marks).encode())


@settings(PROPERTY, max_examples=300)
@given(CONTENTS, st.sampled_from([".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx"]))
def test_any_file_is_a_table_or_explained(content, suffix):
    try:
        table = read(content, suffix, f"mine{suffix}")
        prepare(table, PREPARE, None)
    except UserError as error:
        assert str(error).startswith(("mine", "data/raw/mine.csv"))  # noqa: PT017
    else:
        assert not table.empty


@PROPERTY
@given(sources())
def test_every_row_is_kept_or_dropped_for_a_reason(rows):
    done = prepared(rows)
    if done is None:
        return
    texts, report = done
    Texts.validate(texts)
    labels = {}
    for text, label, _, _ in rows:
        labels.setdefault(normalize(text), []).append(label)
    agreed = {text: found for text, found in labels.items() if len(set(found)) == 1}
    assert dict(zip(texts["text"], texts["label"], strict=True)) == {text: found[0] for text, found in agreed.items()}
    dropped = report["rows_dropped"]
    assert report["rows_read"] == len(rows) == len(texts) + sum(dropped.values())
    assert dropped["conflicting_labels"] == sum(len(labels[text]) for text in labels.keys() - agreed.keys())
    assert sum(len(conflict["rows"]) for conflict in report["conflicts"]) == dropped["conflicting_labels"]
    for text, row in zip(texts["text"], texts["row"], strict=True):
        assert normalize(rows[row - 1][0]) == text


@PROPERTY
@given(sources())
def test_a_text_stays_in_the_most_sealed_of_its_parts_and_the_others_are_listed(rows):
    done = prepared(rows)
    if done is None:
        return
    texts, report = done
    parts = {}
    for text, _, _, part in rows:
        parts.setdefault(normalize(text), []).append(part)
    kept = texts.set_index("text")["part"].fillna("")
    across = 0
    for text, part in kept.items():
        assert part == min(parts[text], key=["test", "validation", "train", ""].index)
        across += sum((other or "train") != (part or "train") for other in parts[text])
    assert report["rows_dropped"]["duplicates_across_parts"] == across
    assert {leak["text"] for leak in report["leaks"]} == {
        text for text in kept.index if len({part or "train" for part in parts[text]}) > 1
    }


@PROPERTY
@given(sources())
def test_rows_of_one_group_are_one_group_whatever_became_of_them(rows):
    done = prepared(rows)
    if done is None:
        return
    group = done[0].set_index("text")["group"]
    first = {}
    for text, _, name, _ in rows:
        if normalize(name) and normalize(text) in group:
            assert first.setdefault(normalize(name), group[normalize(text)]) == group[normalize(text)]


@PROPERTY
@given(sources())
def test_every_text_is_in_one_part_or_left_out_for_a_reason(rows):
    done = prepared(rows)
    parts = split(done[0]) if done else None
    if parts is None:
        return
    texts = done[0]
    development, test, repeats = parts
    Repeats.validate(repeats)
    counts = summarize(texts, development, test, repeats)
    assert len(texts) == len(test) + len(development) + sum(counts["left_out"].values())
    assert set(test["text_id"]).isdisjoint(development["text_id"])
    group, label = (texts.set_index("text_id")[column] for column in ("group", "label"))
    for repeat, used in repeats.groupby("repeat"):
        ids = {"test": test["text_id"], **dict(list(used.groupby("part")["text_id"]))}
        left_out = counts["repeats"][repeat]["left_out"]
        assert len(development) == len(ids["train"]) + len(ids["validation"]) + sum(left_out.values())
        assert min(left_out.values()) >= 0
        for one, other in combinations(ids, 2):
            assert set(ids[one]).isdisjoint(ids[other])
            assert set(group[ids[one]]).isdisjoint(group[ids[other]])
        assert all(set(label[of_part]) == set(label) for of_part in ids.values())


@PROPERTY
@given(sources(given=st.just([])))
def test_the_order_of_rows_decides_nothing(rows):
    done, turned = prepared(rows), prepared(rows[::-1])
    assert (done is None) == (turned is None)
    if done is None:
        return
    assert done[1]["sha256"] == turned[1]["sha256"]
    one, other = split(done[0]), split(turned[0])
    assert (one is None) == (other is None)
    if one is not None:
        pd.testing.assert_frame_equal(one[2], other[2])


# Stratification: as close as groups allow.

FRACTIONS = st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 0.8])


@PROPERTY
@given(st.lists(st.integers(3, 60), min_size=2, max_size=6), FRACTIONS, st.integers(1, 2), st.integers(0, 99))
def test_without_groups_each_class_is_within_a_row_of_its_share(sizes, fraction, spare, seed):
    rows = pd.DataFrame([(str(label), f"{label}-{n}") for label, size in enumerate(sizes) for n in range(size)])
    rows.columns = ["label", "group"]
    drawn = rows[rows["group"].isin(draw_groups(rows, fraction, spare, seed))]["label"].value_counts()
    for label, size in enumerate(sizes):
        # One row at least is drawn, and `spare` are left: nearer to the share than that, nothing can be.
        best = min(max(fraction * size, 1), size - spare)
        assert abs(drawn[str(label)] - best) <= 1


@st.composite
def grouped(draw):
    """Up to nine groups of mixed classes, few enough to try every draw."""
    inside = draw(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=6), min_size=4, max_size=9))
    return [Counter(labels) for labels in inside]


def deviation(groups, chosen, fraction):
    """Rows of each class too many or too few against its exact share, and the same for all rows."""
    total = sum(groups, Counter())
    got = sum((groups[number] for number in chosen), Counter())
    of_classes = sum(abs(got[label] - fraction * total[label]) for label in total)
    return of_classes + abs(got.total() - fraction * total.total())


def has_every_class(groups, chosen, spare):
    classes = sum(groups, Counter())
    taken = Counter(chain.from_iterable(groups[number].keys() for number in chosen))
    every = Counter(chain.from_iterable(group.keys() for group in groups))
    return all(taken[label] >= 1 and every[label] - taken[label] >= spare for label in classes)


@PROPERTY
@given(grouped(), FRACTIONS, st.integers(1, 2), st.integers(0, 99))
def test_with_groups_a_draw_is_within_a_move_of_the_largest_of_the_best_there_is(groups, fraction, spare, seed):
    rows = pd.DataFrame(
        [(label, str(number)) for number, group in enumerate(groups) for label in group.elements()],
        columns=["label", "group"],
    )
    assume(rows.groupby("label")["group"].nunique().min() > spare)
    every = chain.from_iterable(combinations(range(len(groups)), size) for size in range(len(groups) + 1))
    possible = [deviation(groups, chosen, fraction) for chosen in every if has_every_class(groups, chosen, spare)]
    drawn = draw_groups(rows, fraction, spare, seed)
    assert (drawn is not None) == bool(possible)
    if possible:
        # A group moved in or out counts in its classes and in the sum of all.
        largest = 2 * max(group.total() for group in groups)
        assert deviation(groups, list(map(int, drawn)), fraction) <= min(possible) + largest
