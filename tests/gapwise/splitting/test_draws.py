import hashlib
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats, Texts
from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams

PROPERTY = settings(max_examples=12, deadline=None, derandomize=True, database=None)
SECTION = {
    "seed": 1,
    "test_fraction": 0.3,
    "validation_fraction": 0.2,
    "train_size": None,
    "train_per_class": None,
    "repeats": 3,
    "rotate": None,
}


def params(**changes):
    return SplitParams(**{**SECTION, **changes})


def table(rows):
    """Texts of (label, group, part); a null group is one of the row's own."""
    return pd.DataFrame(
        {
            "text_id": [hashlib.sha256(str(number).encode()).hexdigest()[:16] for number in range(len(rows))],
            "row": range(1, len(rows) + 1),
            "text": [f"text {number}" for number in range(len(rows))],
            "label": [label for label, _, _ in rows],
            "group": [group or f"own {number}" for number, (_, group, _) in enumerate(rows)],
            "part": pd.Series([part for _, _, part in rows], dtype="str"),
        }
    )


def plain(**sizes):
    """Texts without groups and given parts: so many of each class."""
    return table([(label, None, None) for label, size in sizes.items() for _ in range(size)])


def ids(repeats, repeat, part):
    return set(repeats[(repeats["repeat"] == repeat) & (repeats["part"] == part)]["text_id"])


def classes_of(texts, text_ids):
    return texts[texts["text_id"].isin(text_ids)]["label"].value_counts().to_dict()


GIVEN_PARTS = st.sampled_from([[], ["test"], ["validation"], ["test", "validation"]])


@st.composite
def tables(draw, certain=5):
    """Mixed groups and classes, given parts or none, and `certain` groups of each class that fit any part."""
    classes, parts = "abc"[: draw(st.integers(2, 3))], draw(GIVEN_PARTS)
    rows = [(label, None, part) for label in classes for part in [*parts, *["train"] * certain] if certain]
    part = st.sampled_from([*parts, "train", None]) if parts else st.none()
    groups = st.integers(0, 9).map(lambda number: f"group {number}" if number else None)
    return table(rows + draw(st.lists(st.tuples(st.sampled_from(classes), groups, part), min_size=1, max_size=40)))


# The parameters.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_size": 9, "train_per_class": 4},
            "train_size (9) and train_per_class (4) exclude each other; set one of them to null",
        ),
        ({"test_fraction": 1.0}, "test_fraction\n  Input should be less than 1"),
        ({"validation_fraction": -0.1}, "validation_fraction\n  Input should be greater than or equal to 0"),
        ({"train_size": 1}, "train_size\n  Input should be greater than or equal to 2"),
        ({"train_per_class": 0}, "train_per_class\n  Input should be greater than or equal to 1"),
        ({"repeats": 0}, "repeats\n  Input should be greater than or equal to 1"),
        ({"seed": -1}, "seed\n  Input should be greater than or equal to 0"),
        ({"test_size": 9}, "test_size\n  Extra inputs are not permitted"),
    ],
)
def test_a_section_that_means_nothing_is_refused(changes, message):
    with pytest.raises(ValidationError, match=re.escape(message)):
        params(**changes)


# What holds for every table.


@PROPERTY
@given(tables(), st.integers(0, 99))
def test_parts_are_disjoint_whole_by_group_and_have_every_class(texts, seed):
    development, test = seal_test(texts, params(seed=seed))
    repeats = draw_repeats(development, params(seed=seed))
    Texts.validate(development)
    Texts.validate(test)
    Repeats.validate(repeats)
    assert set(repeats["repeat"]) == {0, 1, 2}
    group = texts.set_index("text_id")["group"]
    for repeat in range(3):
        parts = [set(test["text_id"]), ids(repeats, repeat, "validation"), ids(repeats, repeat, "train")]
        for number, part in enumerate(parts):
            assert classes_of(texts, part).keys() == set(texts["label"])
            for other in parts[:number]:
                assert not part & other
                assert not set(group[list(part)]) & set(group[list(other)])


@PROPERTY
@given(tables(), st.integers(0, 99))
def test_only_rows_that_share_a_group_with_a_given_part_are_left_out(texts, seed):
    development, test = seal_test(texts, params(seed=seed))
    repeats = draw_repeats(development, params(seed=seed))
    in_test = texts["group"].isin(texts[texts["part"] == "test"]["group"])
    assert set(texts["text_id"]) - set(development["text_id"]) - set(test["text_id"]) == set(
        texts[in_test & (texts["part"] != "test")]["text_id"]
    )
    in_validation = development["group"].isin(development[development["part"] == "validation"]["group"])
    left_out = set(development[in_validation & (development["part"] != "validation")]["text_id"])
    for repeat in range(3):
        used = ids(repeats, repeat, "validation") | ids(repeats, repeat, "train")
        assert set(development["text_id"]) - used == left_out


@PROPERTY
@given(tables(), st.integers(0, 99))
def test_given_test_and_validation_rows_are_kept_as_given(texts, seed):
    development, test = seal_test(texts, params(seed=seed))
    repeats = draw_repeats(development, params(seed=seed))
    if (texts["part"] == "test").any():
        assert set(test["text_id"]) == set(texts[texts["part"] == "test"]["text_id"])
    given_validation = set(development[development["part"] == "validation"]["text_id"])
    for repeat in range(3):
        assert not given_validation or ids(repeats, repeat, "validation") == given_validation


@PROPERTY
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_has_no_influence(texts, random):
    shuffled = texts.sample(frac=1, random_state=random.randrange(1000))
    development, test = seal_test(texts, params())
    other_development, other_test = seal_test(shuffled, params())
    pd.testing.assert_frame_equal(development, other_development)
    pd.testing.assert_frame_equal(test, other_test)
    assert development["text_id"].is_monotonic_increasing
    reversed_rows = development.iloc[::-1]
    pd.testing.assert_frame_equal(
        draw_repeats(development, params(train_size=4)), draw_repeats(reversed_rows, params(train_size=4))
    )


@PROPERTY
@given(tables(certain=0), st.sampled_from([{}, {"train_size": 6}, {"train_per_class": 2}]))
def test_any_table_gives_the_sizes_asked_for_or_an_error_for_the_user(texts, size):
    try:
        development, _ = seal_test(texts, params(**size))
        repeats = draw_repeats(development, params(**size))
    except UserError as error:
        assert error.problems  # noqa: PT017 -- either outcome is right
        return
    for repeat in range(3):
        counts = classes_of(texts, ids(repeats, repeat, "train"))
        assert counts.keys() == set(texts["label"])
        assert sum(counts.values()) <= size.get("train_size", len(texts))
        assert set(counts.values()) == {2} or "train_per_class" not in size


# Repeats and sizes.


@PROPERTY
@given(tables(), st.sampled_from([{}, {"train_size": 5}, {"train_per_class": 1}]))
def test_more_repeats_leave_the_earlier_ones_unchanged(texts, size):
    development, _ = seal_test(texts, params())
    three, four = draw_repeats(development, params(**size)), draw_repeats(development, params(**size, repeats=4))
    pd.testing.assert_frame_equal(four[four["repeat"] < 3], three)


def test_repeats_differ_in_train_and_validation():
    development, _ = seal_test(plain(no=60, yes=40), params())
    repeats = draw_repeats(development, params(train_size=20, repeats=5))
    for part in ("train", "validation"):
        assert len({frozenset(ids(repeats, repeat, part)) for repeat in range(5)}) == 5


def test_another_seed_draws_another_test_set():
    tests = [frozenset(seal_test(plain(no=60, yes=40), params(seed=seed))[1]["text_id"]) for seed in range(5)]
    assert len(set(tests)) == 5


@PROPERTY
@given(tables(), st.integers(3, 7), st.integers(3, 7))
def test_a_smaller_train_is_part_of_a_larger_one_and_validation_stays(texts, one, other):
    development, _ = seal_test(texts, params())
    small, large = (draw_repeats(development, params(train_size=size)) for size in sorted([one, other]))
    whole = draw_repeats(development, params())
    for repeat in range(3):
        trains = [ids(repeats, repeat, "train") for repeats in (small, large, whole)]
        assert trains[0] <= trains[1] <= trains[2]
        validations = [ids(repeats, repeat, "validation") for repeats in (small, large, whole)]
        assert validations[0] == validations[1] == validations[2]


def test_fewer_rows_per_class_are_part_of_more():
    development, _ = seal_test(plain(no=60, yes=40), params())
    two, eight = (draw_repeats(development, params(train_per_class=size)) for size in (2, 8))
    assert all(ids(two, repeat, "train") < ids(eight, repeat, "train") for repeat in range(3))


@pytest.mark.parametrize(
    ("sizes", "changes", "test", "validation", "train"),
    [
        ({"no": 60, "yes": 40}, {}, {"no": 18, "yes": 12}, {"no": 8, "yes": 6}, {"no": 34, "yes": 22}),
        ({"no": 60, "yes": 40}, {"train_size": 20}, {"no": 18, "yes": 12}, {"no": 8, "yes": 6}, {"no": 12, "yes": 8}),
        ({"no": 90, "yes": 10}, {"train_size": 4}, {"no": 27, "yes": 3}, {"no": 13, "yes": 1}, {"no": 3, "yes": 1}),
        (
            {"no": 60, "yes": 40},
            {"train_per_class": 8},
            {"no": 18, "yes": 12},
            {"no": 8, "yes": 6},
            {"no": 8, "yes": 8},
        ),
        (
            {"1": 30, "2": 40, "3": 50, "4": 60, "5": 70},
            {"train_per_class": 8},
            {"1": 9, "2": 12, "3": 15, "4": 18, "5": 21},
            {"1": 4, "2": 6, "3": 7, "4": 8, "5": 10},
            dict.fromkeys("12345", 8),
        ),
    ],
)
def test_parts_have_the_class_shares_of_the_whole(sizes, changes, test, validation, train):
    texts = plain(**sizes)
    development, sealed = seal_test(texts, params(**changes))
    repeats = draw_repeats(development, params(**changes))
    assert classes_of(texts, sealed["text_id"]) == test
    for repeat in range(3):
        assert classes_of(texts, ids(repeats, repeat, "validation")) == validation
        assert classes_of(texts, ids(repeats, repeat, "train")) == train


# Given parts.


def test_a_given_test_part_is_the_test_set_and_rows_of_its_groups_are_left_out():
    own = [(label, None, "train") for label in ["no", "yes"] * 10]
    texts = table([*own, ("no", "x", "test"), ("yes", "y", "test"), ("yes", "x", "train"), ("no", "y", None)])
    development, test = seal_test(texts, params())
    assert sorted(test["row"]) == [21, 22]
    assert sorted(development["row"]) == list(range(1, 21))


def test_a_given_validation_part_serves_every_repeat_and_its_groups_are_kept_out_of_test_and_train():
    own = [(label, None, "train") for label in ["no", "yes"] * 10]
    texts = table(
        [*own, ("no", "x", "validation"), ("yes", "y", "validation"), ("yes", "x", "train"), ("no", "y", None)]
    )
    development, test = seal_test(texts, params())
    repeats = draw_repeats(development, params(train_size=4))
    assert classes_of(texts, test["text_id"]) == {"no": 3, "yes": 3}
    assert set(test["row"]) <= set(range(1, 21))
    row = texts.set_index("text_id")["row"]
    assert [sorted(row[list(ids(repeats, repeat, "validation"))]) for repeat in range(3)] == [[21, 22]] * 3
    trains = [frozenset(row[list(ids(repeats, repeat, "train"))]) for repeat in range(3)]
    assert len(set(trains)) == 3
    assert all(train <= set(range(1, 21)) - set(test["row"]) for train in trains)


def test_with_all_parts_given_a_row_without_one_is_trained_on():
    texts = table([(label, None, part) for label in ["no", "yes"] for part in ["train", "validation", "test", None]])
    development, test = seal_test(texts, params())
    repeats = draw_repeats(development, params(repeats=1)).merge(texts[["text_id", "row"]], on="text_id")
    assert sorted(test["row"]) == [3, 7]
    assert sorted(repeats[repeats["part"] == "validation"]["row"]) == [2, 6]
    assert sorted(repeats[repeats["part"] == "train"]["row"]) == [1, 4, 5, 8]


# What a user is told. Each is tried again with the change that it asks for.


def split(texts, **changes):
    development, _ = seal_test(texts, params(**changes))
    return draw_repeats(development, params(**changes))


GROUP_LESS = "group less (prepare.group_column, prepare.near_duplicate_similarity)"
COARSE = table([(label, f"big {number}", None) for number in range(5) for label in ["no", "yes"] * 10])
RING = [("a", "x", None), ("b", "x", None), ("b", "y", None), ("c", "y", None), ("c", "z", None), ("a", "z", None)]


@pytest.mark.parametrize(
    ("texts", "changes", "headline", "problems"),
    [
        (
            plain(no=60, rare=2, scarce=1),
            {},
            "The test part cannot be drawn:",
            [
                "groups with class 'rare': 2 (rows: 2), but test, validation and train need one each: add rows, "
                f"leave the class out, or {GROUP_LESS}",
                "groups with class 'scarce': 1 (rows: 1), but test, validation and train need one each: add rows, "
                f"leave the class out, or {GROUP_LESS}",
            ],
        ),
        (
            table([("no", None, None)] * 20 + [("yes", "one", None)] * 20),
            {},
            "The test part cannot be drawn:",
            [
                "groups with class 'yes': 1 (rows: 20), but test, validation and train need one each: add rows, "
                f"leave the class out, or {GROUP_LESS}"
            ],
        ),
        (
            table(
                [("no", None, "test"), ("yes", None, "test")] + [("no", None, None)] * 9 + [("yes", "one", None)] * 9
            ),
            {},
            "The validation part cannot be drawn:",
            [
                "groups with class 'yes': 1 (rows: 9), but validation and train need one each: add rows, "
                f"leave the class out, or {GROUP_LESS}"
            ],
        ),
        (
            COARSE,
            {"test_fraction": 0.05},
            "The test part cannot be drawn:",
            [
                "split.test_fraction: 0.05 of 100 rows asked, but the nearest whole groups with every class hold 20 "
                f"rows: use 0.2, or {GROUP_LESS}"
            ],
        ),
        (
            COARSE,
            {"test_fraction": 0.2, "validation_fraction": 0.1},
            "The validation part cannot be drawn:",
            [
                "split.validation_fraction: 0.1 of 80 rows asked, but the nearest whole groups with every class hold "
                f"20 rows: use 0.25, or {GROUP_LESS}"
            ],
        ),
        (
            table([*RING, ("a", None, "test"), ("b", None, "test"), ("c", None, "test")]),
            {"validation_fraction": 0.5},
            "The validation part cannot be drawn:",
            [f"no draw of whole groups was found that gives validation and train a group of every class: {GROUP_LESS}"],
        ),
        (
            table([("no", None, "test"), ("no", "x", "test")] + [("no", None, None), ("yes", None, None)] * 9),
            {},
            "The given test part cannot be kept as it is:",
            [
                "class 'yes' has no row in the given test part: add one, leave the class out, or have the "
                "part drawn (prepare.split_column: null, and one file as prepare.source)"
            ],
        ),
        (
            table([("no", "x", "test"), ("yes", "x", "test"), ("yes", "x", None)] + [("no", None, None)] * 9),
            {},
            "The given test part cannot be kept as it is:",
            [
                "class 'yes' has no row left to train on beside it and its groups: add one, leave the class out, "
                "or have the part drawn (prepare.split_column: null, and one file as prepare.source)"
            ],
        ),
        (
            table([("no", None, "validation")] + [("no", None, None), ("yes", None, None)] * 9),
            {},
            "The given validation part cannot be kept as it is:",
            [
                "class 'yes' has no row in the given validation part: add one, leave the class out, or have the "
                "part drawn (prepare.split_column: null, and one file as prepare.source)"
            ],
        ),
        (
            plain(a=20, b=20, c=20),
            {"train_size": 2},
            "The train part cannot be drawn:",
            ["split.train_size: 2 asked, but 3 classes need a row each: use at least 3"],
        ),
        (
            plain(no=60, yes=40),
            {"train_per_class": 23},
            "The train part cannot be drawn:",
            [
                "split.train_per_class: 23 asked, but repeat 0 leaves 22 rows of class 'yes' for training beside "
                "validation: use at most 22, or null for all"
            ],
        ),
    ],
)
def test_what_cannot_be_met_is_an_error_that_says_what_would_fit(texts, changes, headline, problems):
    with pytest.raises(UserError, match=re.escape(headline)) as error:
        split(texts, **changes)
    assert (error.value.headline, list(error.value.problems)) == (headline, problems)


@pytest.mark.parametrize(
    ("texts", "changes", "train"),
    [
        (plain(no=60, rare=3, scarce=3), {}, {"no": 34, "rare": 1, "scarce": 1}),
        (COARSE, {"test_fraction": 0.2, "validation_fraction": 0.25}, {"no": 30, "yes": 30}),
        (plain(no=60, yes=40), {"train_size": 56}, {"no": 34, "yes": 22}),
        (plain(a=20, b=20, c=20), {"train_size": 3}, {"a": 1, "b": 1, "c": 1}),
        (plain(no=60, yes=40), {"train_per_class": 22}, {"no": 22, "yes": 22}),
    ],
)
def test_what_an_error_says_would_fit_does_fit(texts, changes, train):
    repeats = split(texts, **changes)
    assert [classes_of(texts, ids(repeats, repeat, "train")) for repeat in range(3)] == [train] * 3


def test_without_validation_every_development_row_may_be_trained_on():
    texts = plain(no=20, rare=2)
    development, _ = seal_test(texts, params(validation_fraction=0.0))
    repeats = draw_repeats(development, params(validation_fraction=0.0))
    assert set(repeats["part"]) == {"train"}
    assert [ids(repeats, repeat, "train") for repeat in range(3)] == [set(development["text_id"])] * 3
    assert classes_of(texts, development["text_id"])["rare"] == 1  # the other one is in the test, and none validates


def test_without_validation_smaller_trains_are_drawn_anew_from_all_rows():
    repeats = split(plain(no=40, yes=40), validation_fraction=0.0, train_per_class=8, repeats=4)
    drawn = [frozenset(ids(repeats, repeat, "train")) for repeat in range(4)]
    assert [len(one) for one in drawn] == [16] * 4
    assert len(set(drawn)) == 4


def test_without_validation_messages_speak_of_train_and_test_alone():
    with pytest.raises(UserError, match=r"rows: 1\), but test and train need one each: add rows"):
        split(plain(no=20, rare=1), validation_fraction=0.0)
    with pytest.raises(UserError, match=r"leaves 14 rows of class 'yes' for training: use at most 14"):
        split(plain(no=20, yes=20), validation_fraction=0.0, train_per_class=17)


def test_a_given_validation_part_is_kept_whatever_the_fraction():
    rows = [(label, None, part) for label in ("no", "yes") for part in ["validation"] * 3 + [None] * 20]
    texts = table([*rows, ("no", "shared", "validation"), ("no", "shared", None)])
    some, none = (split(texts, validation_fraction=fraction) for fraction in (0.2, 0.0))
    pd.testing.assert_frame_equal(some, none)
    assert ids(none, 0, "validation") == set(texts[texts["part"] == "validation"]["text_id"])


def test_a_repeat_with_fewer_rows_than_train_size_trains_on_all_it_has():
    groups = [["no"] * (3 + number % 4) + ["yes"] * (3 + number % 3) for number in range(12)]
    texts = table([(label, f"group {number}", None) for number, group in enumerate(groups) for label in group])
    whole = split(texts, repeats=8)
    sizes = [len(ids(whole, repeat, "train")) for repeat in range(8)]
    assert len(set(sizes)) > 1
    assert len(split(texts, repeats=8, train_size=min(sizes)).query("part == 'train'")) == 8 * min(sizes)
    capped = split(texts, repeats=8, train_size=min(sizes) + 1)
    assert [len(ids(capped, repeat, "train")) for repeat in range(8)] == [min(size, min(sizes) + 1) for size in sizes]
