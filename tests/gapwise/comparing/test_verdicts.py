import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from gapwise.comparing.figures import Comparison
from gapwise.comparing.scored import Candidate
from gapwise.comparing.verdicts import Question, compare, differing, verdict
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.multiplicity import holm
from gapwise.statistics.uncertainty import Uncertainty
from tests.gapwise.settings import one_by_one, setting

ROWS, REPEATS = 600, 5


def right(share, seed=0, *, repeats=REPEATS, rows=ROWS, steady=0.7):
    """Of a setting that is right on a share of rows; which ones is for the larger part the same in every repeat."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    difficulty = np.where(fixed.random(rows) < steady, fixed.random(rows), rng.random((repeats, rows)))
    return difficulty < share


def judge(*candidates, metric="accuracy", margin=0.005, rows=ROWS):
    return compare(candidates, one_by_one(rows), metric, margin, 0.95)


def only(comparison):
    (contrast,) = comparison.contrasts
    return contrast


# -- verdicts


def test_more_right_answers_are_better_and_fewer_are_worse():
    good, poor = setting("good", right(0.85, 1)), setting("poor", right(0.75, 2))
    up, down = only(judge(poor, good)), only(judge(good, poor))
    assert (up.name, up.verdict) == ("good", "better")
    assert (down.name, down.verdict) == ("poor", "worse")
    assert up.difference.value == pytest.approx(right(0.85, 1).mean() - right(0.75, 2).mean())
    assert (down.difference.value, down.difference.low) == (-up.difference.value, pytest.approx(-up.difference.high))
    assert up.probability_better > 0.999
    assert down.probability_better < 0.001
    assert up.p_value == pytest.approx(down.p_value)


@pytest.mark.parametrize("metric", ["log_loss", "calibration_error"])
def test_less_loss_is_better(metric):
    calm = setting("calm", right(0.8, 1), sure=0.8)
    bold = setting("bold", right(0.8, 1), sure=0.99)
    up, down = only(judge(bold, calm, metric=metric)), only(judge(calm, bold, metric=metric))
    assert (up.verdict, down.verdict) == ("better", "worse")
    assert up.difference.high < 0 < down.difference.low
    assert (up.probability_better, down.probability_better) == pytest.approx((1, 0), abs=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_a_setting_is_equivalent_to_itself(metric):
    one = right(0.8, 1)
    contrast = only(judge(setting("a", one), setting("b", one), metric=metric))
    assert (contrast.verdict, contrast.difference.value, contrast.p_adjusted) == ("equivalent", 0, pytest.approx(1))
    assert contrast.probability_better == pytest.approx(0.5)
    assert (contrast.needed_repeats, contrast.needed_test_rows) == (None, None)


def test_equality_on_few_rows_is_not_taken_for_equivalence():
    one = right(0.8, 1, rows=100)
    assert only(judge(setting("a", one), setting("b", one), rows=100)).verdict == "undecided"


def test_a_wide_margin_makes_small_differences_none():
    settings = [setting("a", right(0.80, 1)), setting("b", right(0.81, 2))]
    assert only(judge(*settings, margin=0.0)).verdict != "equivalent"
    assert only(judge(*settings, margin=0.1)).verdict == "equivalent"


def test_an_undecided_difference_says_what_would_decide_it():
    settings = [setting(name, right(share, seed, rows=150)) for name, share, seed in (("a", 0.8, 1), ("b", 0.81, 3))]
    contrast = only(judge(*settings, rows=150))
    assert contrast.verdict == "undecided"
    assert contrast.difference.low < 0 < contrast.difference.high
    assert contrast.needed_test_rows > 150
    assert contrast.needed_repeats > REPEATS


@pytest.mark.parametrize(
    ("value", "adjusted", "metric", "expected"),
    [
        (0.02, 0.01, "accuracy", "better"),
        (-0.02, 0.01, "accuracy", "worse"),
        (0.02, 0.01, "log_loss", "worse"),
        (-0.02, 0.01, "log_loss", "better"),
        (0.02, 0.0501, "accuracy", "undecided"),
        (0.02, 0.0499, "accuracy", "better"),
        (0.0001, 0.001, "accuracy", "equivalent"),
        (0.004, 0.001, "accuracy", "better"),
    ],
)
def test_verdict_of_a_difference(value, adjusted, metric, expected):
    question = Question(metric, 0.005, 0.95, np.arange(10))
    assert verdict(Uncertainty(value, np.array([0.002]), np.ones(1), 1e6), adjusted, question) == expected


# -- several settings


def test_each_setting_answers_for_all_that_were_tried():
    baseline, candidate = setting("baseline", right(0.8, 1)), setting("candidate", right(0.82, 2))
    others = [setting(f"other {seed}", right(0.8, seed)) for seed in range(3, 7)]
    alone, among = only(judge(baseline, candidate)), judge(baseline, candidate, *others).contrasts[0]
    assert (among.p_value, among.difference) == (alone.p_value, alone.difference)
    assert alone.p_adjusted == alone.p_value
    assert among.p_adjusted == pytest.approx(min(5 * alone.p_value, 1))
    assert [c.p_adjusted for c in judge(baseline, candidate, *others).contrasts] == pytest.approx(
        holm([c.p_value for c in judge(baseline, candidate, *others).contrasts])
    )


def test_contrasts_and_settings_keep_the_order_given():
    comparison = judge(*[setting(name, right(0.8, seed)) for seed, name in enumerate("dbca")])
    assert (comparison.baseline, [one.name for one in comparison.settings]) == ("d", ["d", "b", "c", "a"])
    assert [one.name for one in comparison.contrasts] == ["b", "c", "a"]


def by_validation(share, seed):
    return np.random.default_rng(seed).random((REPEATS, 50)) < share


def test_validation_selects_and_not_test():
    tempting = setting("tempting", right(0.9, 1), validation=by_validation(0.6, 1))
    modest = setting("modest", right(0.8, 2), validation=by_validation(0.9, 2))
    poor = setting("poor", right(0.7, 3), validation=by_validation(0.7, 3))
    comparison = judge(poor, tempting, modest)
    assert (comparison.selection.name, comparison.selection.best_on_test) == ("modest", "tempting")
    assert comparison.selection.test == comparison.settings[2].test["accuracy"]
    assert abs(comparison.selection.optimism) < 0.001  # one clearly wins


def test_validation_selects_the_smaller_loss():
    calm, bold = setting("calm", right(0.8, 1), sure=0.7), setting("bold", right(0.8, 1), sure=0.99)
    never_wrong = judge(calm, bold, setting("middle", right(0.8, 1), sure=0.8), metric="log_loss").selection
    assert (never_wrong.name, never_wrong.best_on_test) == ("bold", "middle")


def test_two_settings_are_a_question_and_no_selection():
    assert judge(setting("a", right(0.8, 1)), setting("b", right(0.8, 2))).selection is None


# -- what may be compared


def test_shared_repeats_alone_are_compared_and_a_note_says_so():
    long = right(0.8, 1, repeats=7)
    short = right(0.8, 2, repeats=3)
    comparison = judge(setting("long", long), setting("short", short, repeats=[1, 3, 5]))
    assert comparison.repeats == 3
    assert [one.repeats for one in comparison.settings] == [7, 3]
    assert comparison.settings[0].test["accuracy"].value == pytest.approx(long[[1, 3, 5]].mean())
    assert only(comparison).difference.value == pytest.approx(short.mean() - long[[1, 3, 5]].mean())
    assert comparison.notes == [
        "Settings have different numbers of repeats (long 7, short 3); the 3 that all share are compared."
    ]


def test_as_many_repeats_but_not_the_same_are_noted_too():
    one, other = (setting("", right(0.8, 1, repeats=2), repeats=these) for these in ([0, 1], [1, 2]))
    assert judge(one, other).repeats == 1
    assert len(judge(one, other).notes) == 2


def test_ordinary_comparisons_need_no_note():
    assert judge(setting("a", right(0.8, 1)), setting("b", right(0.8, 2))).notes == []


def test_epochs_that_the_number_of_rows_chose_are_noted():
    def trained(name, epochs):
        made = setting(name, right(0.8), params={"finetune": {"epochs": epochs}})
        return dataclasses.replace(made, epochs=7 * REPEATS)

    assert judge(trained("fixed", 7), trained("auto", None)).notes == [
        "auto leaves its epochs to the number of rows (finetune.epochs is null): with 20 per class to train on, a "
        "repeat took 7."
    ]


def without_validation(name, seed, *, same_rows):
    """A setting without validation rows, whose repeats train on the same rows or on rows of their own."""
    made = setting(name, right(0.8, seed))
    table = made.predictions.query("part != 'validation'")
    ids = table["text_id"].str.replace(r"-of-.*", "", regex=True) if same_rows else table["text_id"]
    return Candidate(name, table.assign(text_id=ids), {})


@pytest.mark.parametrize("same_rows", [True, False])
def test_repeats_of_the_same_train_rows_are_noted(same_rows):
    notes = judge(*(without_validation(name, seed, same_rows=same_rows) for seed, name in enumerate("ab"))).notes
    said = ["All repeats train on the same rows: intervals tell of other seeds and test rows, and not of other rows to "
            "train on."]  # fmt: skip
    assert notes == said * same_rows


def test_without_validation_rows_no_setting_is_chosen_and_no_validation_score_told():
    found = judge(*(without_validation(name, seed, same_rows=False) for seed, name in enumerate("abc")))
    assert found.selection is None
    assert found.notes == ["Without validation rows no setting can be chosen without a look at the test set."]
    assert [one.validation for one in found.settings] == [dict.fromkeys(METRICS)] * 3
    assert judge(*(setting(name, right(0.8, seed)) for seed, name in enumerate("abc"))).selection is not None


def test_one_repeat_and_few_groups_are_noted():
    one = [setting(name, right(0.8, seed, repeats=1, rows=20)) for seed, name in enumerate("ab")]
    assert judge(*one, rows=20).notes == [
        "With one repeat, luck in training is judged by what is usual, not by these runs.",
        "The test rows are only 20 independent groups; intervals are rough.",
    ]


def test_groups_widen_the_interval():
    settings = [
        setting("a", np.repeat(right(0.8, 1, rows=120), 5, 1)),
        setting("b", np.repeat(right(0.8, 2, rows=120), 5, 1)),
    ]
    groups = pd.Series(np.repeat([f"g{number}" for number in range(120)], 5), index=one_by_one(ROWS).index)
    apart, together = only(judge(*settings)), only(compare(settings, groups, "accuracy", 0.005, 0.95))
    assert together.standard_error > 1.8 * apart.standard_error
    assert together.freedom == 119
    assert compare(settings, groups, "accuracy", 0.005, 0.95).test_groups == 120


# -- gaps


def test_gaps_and_their_difference_by_hand():
    half = np.tile(np.arange(ROWS) % 10 < 8, (REPEATS, 1))
    train = {share: np.tile(np.arange(100) % 20 < 20 * share, (REPEATS, 1)) for share in (1.0, 0.9)}
    comparison = judge(setting("memorizes", half, train=train[1.0]), setting("less", half, train=train[0.9]))
    assert [one.gap.value for one in comparison.settings] == pytest.approx([0.2, 0.1])
    assert [one.train["accuracy"] for one in comparison.settings] == pytest.approx([1.0, 0.9])
    assert only(comparison).gap_difference.value == pytest.approx(-0.1)
    assert only(comparison).gap_difference.high < 0


def test_gap_of_a_loss_rises_where_the_setting_memorizes():
    one = setting("one", right(0.8, 1))
    comparison = judge(one, setting("other", right(0.7, 2)), metric="log_loss")
    assert comparison.settings[0].gap.value > 0
    assert only(comparison).gap_difference.value > 0


# -- params


def test_params_that_differ_are_listed_by_dotted_key():
    base = {
        "split": {"seed": 1},
        "finetune": {"l2": 0.01, "early_stopping": {"patience": 2}},
        "augment": {"methods": []},
    }
    other = {
        "split": {"seed": 1},
        "finetune": {"l2": 0.1, "early_stopping": {"patience": 3}},
        "augment": {"methods": ["swap"]},
    }
    assert differing([base, other, base]) == [
        {"finetune.l2": 0.01, "finetune.early_stopping.patience": 2, "augment.methods": []},
        {"finetune.l2": 0.1, "finetune.early_stopping.patience": 3, "augment.methods": ["swap"]},
        {"finetune.l2": 0.01, "finetune.early_stopping.patience": 2, "augment.methods": []},
    ]


def test_a_param_that_a_setting_does_not_know_is_none():
    assert differing([{"a": {"x": 1}}, {"a": {"x": 1, "new": 2}}]) == [{"a.new": None}, {"a.new": 2}]
    assert differing([{"a": {"x": 1}}, {"a": 5}]) == [{"a.x": 1, "a": None}, {"a.x": None, "a": 5}]


def test_equal_params_differ_in_nothing():
    assert differing([{"a": {"x": 1}}] * 3) == [{}, {}, {}]
    assert differing([{}, {}]) == [{}, {}]


def test_each_setting_shows_its_own_params():
    one, other = (setting("", right(0.8, l2), params={"finetune": {"l2": l2, "dropout": 0.1}}) for l2 in (1, 2))
    assert [each.params for each in judge(one, other).settings] == [{"finetune.l2": 1}, {"finetune.l2": 2}]


# -- whatever the tables look like


@pytest.mark.parametrize("metric", METRICS)
def test_order_of_rows_changes_no_digit(metric):
    settings = [setting(name, right(0.8, seed), sure=0.8) for seed, name in enumerate("abc")]
    groups = pd.Series([f"group-{row % 200}" for row in range(ROWS)], index=one_by_one(ROWS).index)
    shuffled = [
        Candidate(one.name, one.predictions.sample(frac=1, random_state=seed).iloc[:, ::-1], one.params)
        for seed, one in enumerate(settings)
    ]
    expected = compare(settings, groups, metric, 0.005, 0.95)
    assert compare(shuffled, groups.sample(frac=1, random_state=5), metric, 0.005, 0.95) == expected


def test_names_may_repeat():
    comparison = judge(setting("x", right(0.8, 1)), setting("x", right(0.9, 2)), setting("x", right(0.7, 3)))
    assert [one.name for one in comparison.settings] == ["x", "x", "x"]
    assert [one.verdict for one in comparison.contrasts] == ["better", "worse"]
    assert len({one.test["accuracy"].value for one in comparison.settings}) == 3


def test_names_are_kept_as_they_are():
    odd = ["", "</script><b>", "[red]main", 'a"b\n']
    comparison = judge(*[setting(name, right(0.8, seed)) for seed, name in enumerate(odd)])
    assert [one.name for one in comparison.settings] == odd
    assert Comparison.model_validate_json(comparison.model_dump_json()) == comparison


def test_a_comparison_is_plain_finite_json():
    settings = [setting(name, right(0.8, seed), params={"a": {"l2": seed}}) for seed, name in enumerate("abc")]
    text = judge(*settings).model_dump_json()
    assert json.loads(text, parse_constant=pytest.fail)["contrasts"][0]["name"] == "b"


def test_classes_may_be_numbers():
    settings = [setting(name, right(0.8, seed)) for seed, name in enumerate("ab")]
    numbered = [
        Candidate(
            one.name,
            one.predictions.replace({"label": {"yes": "1", "no": "10"}, "predicted": {"yes": "1", "no": "10"}}).rename(
                columns={"p_yes": "p_1", "p_no": "p_10"}
            ),
            {},
        )
        for one in settings
    ]
    assert only(judge(*numbered)).differences == only(judge(*settings)).differences
