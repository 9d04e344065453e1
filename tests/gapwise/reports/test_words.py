import pytest

from gapwise.comparing.figures import Estimate
from gapwise.reports import words
from tests.comparisons import comparison, contrast, estimate, setting


def test_numbers_have_a_real_minus_and_zero_has_no_sign():
    assert [words.number(value, 1, signed=True) for value in (-1.26, -0.04, 0.0, 0.04, 1.26)] == [
        "−1.3", "0.0", "0.0", "0.0", "+1.3"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("accuracy", "−1.2 (−2.1 to 0.3)"),
        ("macro_f1", "−1.2 (−2.1 to 0.3)"),
        ("log_loss", "−0.012 (−0.021 to 0.003)"),
        ("calibration_error", "−1.2 (−2.1 to 0.3)"),
    ],
)
def test_a_difference_is_told_in_the_unit_of_its_metric(metric, said):
    assert words.difference(metric, Estimate(value=-0.012, low=-0.021, high=0.003)) == said


@pytest.mark.parametrize(
    ("value", "said"), [(1.0, ">0.99"), (0.991, ">0.99"), (0.99, "0.99"), (0.5, "0.50"), (0.0, "<0.01")]
)
def test_a_probability_is_never_a_certainty(value, said):
    assert words.probability(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "–"), (0.4, "0 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7_800, "2 h 10 min")]
)
def test_a_duration_is_told_in_two_units(seconds, said):
    assert words.duration(seconds) == said


def test_every_verdict_has_its_sentence():
    answer = comparison()
    assert [words.verdict_sentence(one, answer) for one in answer.contrasts] == [
        "strong-l2 is better than main: +1.2 points of accuracy (0.3 to 2.1).",
        "all-frozen is worse than main: −6.0 points of accuracy (−7.5 to −4.5).",
        "no-l2 is equivalent to main: 0.0 points of accuracy (−0.4 to 0.4), all within 0.5 points of accuracy.",
        "noise against main is undecided: +0.4 points of accuracy (−0.7 to 1.5). If it is of this size, 23 repeats "
        "instead of 5 or 12,400 test rows instead of 879 would decide it, in 4 of 5 cases.",
    ]


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        ({"needed_repeats": 23}, "If it is of this size, 23 repeats instead of 5 would decide it, in 4 of 5 cases."),
        ({}, "Neither more repeats nor more test rows alone would decide a difference of this size."),
        (
            {"needed_repeats": 5, "needed_test_rows": 879},
            "It is on the edge: a difference of this size is decided in 4 of 5",
        ),
    ],
)
def test_an_undecided_verdict_says_what_would_decide_it(needed, said):
    open_one = contrast("noise", "undecided", 0.004, 0.011, **needed)
    assert said in words.verdict_sentence(open_one, comparison())


@pytest.mark.parametrize("value", [0.012, -0.012])
def test_a_difference_that_only_the_correction_leaves_open_is_explained(value):
    answer = comparison(contrasts=[contrast(name, "undecided", value, 0.011) for name in ("a", "b", "c")])
    said = words.verdict_sentence(answer.contrasts[0], answer)
    assert "Its interval leaves out 0, but one of 3 settings may do so by chance." in said
    wide = contrast("a", "undecided", value, 0.013)
    assert "leaves out 0" not in words.verdict_sentence(wide, answer)


def test_a_lower_log_loss_is_better_and_lies_on_the_left():
    assert words.directions("log_loss") == ("better", "worse")
    assert words.directions("accuracy") == ("worse", "better")
    answer = comparison(metric="log_loss", contrasts=[contrast("calm", "better", -0.02, 0.01)])
    assert words.verdict_sentence(answer.contrasts[0], answer) == (
        "calm is better than main: −0.020 nats of log loss (−0.030 to −0.010)."
    )


def test_the_choice_by_validation_comes_with_what_a_choice_by_test_would_overstate():
    answer = comparison()
    assert words.selection_sentences(answer.selection, answer) == [
        "Chosen by validation: noise, with a test accuracy of 0.804 (0.784 to 0.824).",
        "The test set would have chosen strong-l2; picking by test score would overstate it by 0.4 points of accuracy.",
    ]
    same = answer.selection.model_copy(update={"best_on_test": "noise"})
    assert words.selection_sentences(same, answer)[1].startswith("The test set would have chosen the same; ")


def test_the_basis_names_rows_groups_repeats_confidence_and_the_correction():
    assert words.basis(comparison()) == (
        "accuracy on 879 test rows in 300 groups, 5 shared repeats; 95 % intervals, Holm's correction for 4 settings"
    )
    one = comparison(test_groups=879, contrasts=comparison().contrasts[:1], confidence=0.9)
    assert words.basis(one) == "accuracy on 879 test rows, 5 shared repeats; 90 % intervals"


def test_params_that_differ_are_named_as_params_yaml_writes_them():
    plain = {"finetune.l2": 0.01, "augment.methods": [], "split.train_size": None}
    changed = setting(
        "other", 0.8, {"finetune.l2": 0.01, "augment.methods": ["synonym", "swap"], "split.train_size": 40}
    )
    assert words.params_line(changed, setting("main", 0.8, plain)) == (
        "augment.methods [synonym, swap] (was []), split.train_size 40 (was null)"
    )
    assert words.params_line(setting("twin", 0.8, plain), setting("main", 0.8, plain)) == "the same params"


def test_the_params_table_lists_every_key_once():
    assert words.changed_params(comparison().settings) == ["finetune.l2", "finetune.dropout"]


def test_an_estimate_is_told_with_its_interval():
    assert words.estimate(estimate(0.8, 0.02)) == "0.800 (0.780 to 0.820)"
