import pandas as pd

from gapwise.inspecting.errors import changed, kind_counts, kinds, listed, per_text
from tests.predicted import predictions


def table(*answers):
    """Rows of text, repeat, part, label, predicted and its probability."""
    made = pd.DataFrame(answers, columns=["text_id", "repeat", "part", "label", "predicted", "sure"])
    for name in ("a", "b", "c"):
        made[f"p_{name}"] = [
            sure if given == name else (1 - sure) / 2
            for given, sure in zip(made["predicted"], made["sure"], strict=True)
        ]
    return made.drop(columns="sure")


def answers(text, *given, label="a", part="test", sure=0.9):
    return [(text, repeat, part, label, one, sure) for repeat, one in enumerate(given)]


EVERY_KIND = table(
    *answers("right", "a", "a", "a"),
    *answers("flips", "a", "b", "a"),
    *answers("most", "b", "b", "a", sure=0.6),
    *answers("sure", "b", "c", "b", sure=0.95),
    *answers("train", "b", "b", "b", part="train"),
)
TEXTS = pd.DataFrame(
    {
        "text_id": ["right", "flips", "most", "sure", "train"],
        "row": [1, 2, 3, 4, 5],
        "text": ["text"] * 5,
        "label": ["a"] * 5,
    }
)


def test_each_text_has_its_kind_and_train_rows_have_none():
    found = per_text(EVERY_KIND, "test")
    assert kinds(found).to_dict() == {"right": "", "flips": "flips", "most": "most", "sure": "sure"}
    assert found.loc["sure", ["wrong", "repeats", "given", "answers"]].tolist() == [3, 3, "b", 2]


def test_the_worst_are_listed_first_with_what_was_given():
    rows = listed(per_text(EVERY_KIND, "test"), TEXTS)
    assert [(one.row, one.kind, one.wrong, one.given) for one in rows] == [
        (4, "sure", 3, "b"),
        (3, "most", 2, "b"),
        (2, "flips", 1, "b"),
    ]
    assert round(rows[0].confidence, 2) == 0.95
    assert kind_counts(rows) == {"sure": 1, "most": 1, "flips": 1}


def test_half_of_the_repeats_are_not_most_and_with_one_repeat_nothing_flips():
    assert kinds(per_text(table(*answers("half", "a", "b")), "test")).tolist() == ["flips"]
    assert kinds(per_text(table(*answers("one", "b", sure=0.5)), "test")).tolist() == ["most"]


def test_no_mistake_at_all_is_an_empty_list():
    assert listed(per_text(table(*answers("right", "a", "a")), "test"), TEXTS) == []


def test_a_text_is_mended_where_most_were_wrong_and_most_are_right_now():
    before = per_text(
        table(*answers("m", "b", "b", "a"), *answers("k", "a", "a", "a"), *answers("s", "b", "b", "b")), "test"
    )
    after = per_text(
        table(*answers("m", "a", "b", "a"), *answers("k", "b", "b", "b"), *answers("s", "b", "b", "a")), "test"
    )
    mended, broken = changed(before, after)
    assert (list(mended), list(broken)) == (["m"], ["k"])


def test_validation_rows_are_counted_in_the_repeats_that_drew_them():
    found = per_text(predictions(0.7, 0), "validation")
    assert set(found["repeats"]) == {1}
    assert len(found) == 90
    assert set(per_text(predictions(0.7, 0), "test")["repeats"]) == {3}
