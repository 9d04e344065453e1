import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapwise.base.errors import UserError
from gapwise.base.tables import Repeats
from gapwise.splitting.rotation import rotate
from tests.gapwise.splitting.test_draws import PROPERTY, params, plain, table


@PROPERTY
@given(parts=st.integers(2, 6), repeats=st.integers(1, 3), seed=st.integers(0, 99), size=st.integers(1, 4))
def test_every_row_is_tested_once_by_each_repeat_and_groups_stay_whole(parts, repeats, seed, size):
    texts = table([("ab"[group % 2], f"group {group}", None) for group in range(40) for _ in range(size)])
    drawn = Repeats.validate(rotate(texts, params(rotate=parts, repeats=repeats, seed=seed)))
    assert sorted(drawn["repeat"].unique()) == list(range(parts * repeats))
    tested = drawn[drawn["part"] == "test"]
    for repeat in range(repeats):
        own = tested[tested["repeat"] // parts == repeat]
        assert sorted(own["text_id"]) == sorted(texts["text_id"])
    whole = drawn.merge(texts[["text_id", "group"]], on="text_id")
    assert (whole.groupby(["repeat", "group"])["part"].agg(set).map(len) == 1).all()
    assert (drawn.groupby("repeat")["part"].agg(set).map(len) == 3).all()


def test_each_repeat_tests_on_the_same_parts_and_more_repeats_only_add():
    texts = plain(no=40, yes=20)
    few, more = (rotate(texts, params(rotate=4, repeats=repeats)) for repeats in (1, 3))
    pd.testing.assert_frame_equal(few, more[more["repeat"] < 4])
    tested = more[more["part"] == "test"].groupby("repeat")["text_id"].agg(list)
    assert [tested[repeat] == tested[repeat % 4] for repeat in range(12)] == [True] * 12


def test_test_parts_have_the_class_shares_and_train_is_as_large_as_asked():
    texts = plain(no=40, yes=20)
    drawn = rotate(texts, params(rotate=5, repeats=1, train_size=30)).merge(texts[["text_id", "label"]], on="text_id")
    for part, counts in {"test": {"no": 8, "yes": 4}, "train": {"no": 20, "yes": 10}}.items():
        of_part = drawn[drawn["part"] == part].groupby("repeat")["label"]
        assert [labels.value_counts().to_dict() for _, labels in of_part] == [counts] * 5


def test_without_validation_all_rows_but_a_repeats_test_part_are_trained_on():
    texts = plain(no=20, rare=2)
    drawn = rotate(texts, params(rotate=2, repeats=2, validation_fraction=0.0))
    assert set(drawn["part"]) == {"train", "test"}
    assert drawn.groupby("repeat")["text_id"].apply(sorted).tolist() == [sorted(texts["text_id"])] * 4


def test_the_order_of_rows_changes_nothing():
    texts = plain(no=30, yes=30)
    pd.testing.assert_frame_equal(
        rotate(texts, params(rotate=3)), rotate(texts.sample(frac=1, random_state=1), params(rotate=3))
    )


@pytest.mark.parametrize(("part", "named"), [("test", "a test"), ("validation", "a validation")])
def test_given_parts_are_refused(part, named):
    texts = table([("a", None, part), *[("b", None, "train"), ("a", None, "train")] * 9])
    given = rf"gives {named} part, by prepare\.split_column or by a file of its own: set split\.rotate to null;"
    with pytest.raises(UserError, match=rf"split\.rotate .* {given}"):
        rotate(texts, params(rotate=2))


def test_a_class_smaller_than_the_number_of_parts_is_named():
    with pytest.raises(UserError) as caught:
        rotate(plain(rare=3, common=50), params(rotate=4))
    assert caught.value.headline.startswith("split.rotate is 4: the rows cannot be divided into so many test parts, ")
    assert "Use 3 at most, add rows, leave the class out, or group less (" in caught.value.headline
    assert caught.value.problems == ("class 'rare' has 3 groups (rows: 3)",)


def test_groups_that_cannot_rotate_are_named():
    texts = table([("a", f"both {number}", None) for number in range(6)] + [("b", "both 0", None)] * 3)
    with pytest.raises(UserError, match=r"(?s)Set it to null, add rows.*class 'b' has 1 group \(rows: 3\)"):
        rotate(texts, params(rotate=3))
