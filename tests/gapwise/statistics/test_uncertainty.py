import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import (
    Uncertainty,
    by_group,
    components,
    of_own_rows,
    prior,
    score_interval,
)

SCORES = list(METRICS)


def alone(rows):
    """Groups of one row each."""
    return np.arange(rows)


def crossed(rng, repeats, rows, *, of_rows=0.0, noise=1.0, share=0.0):
    """Gaussian contributions with a true mean of 0 and standard deviations `of_rows` and `noise`."""
    shift = rng.normal(0, noise * share**0.5, (repeats, 1)) if share else 0.0
    return rng.normal(0, of_rows, rows) + rng.normal(0, noise, (repeats, rows)) + shift


def student(value, error, freedom):
    return Uncertainty(value, np.array([error]), np.array([1.0]), freedom)


# -- taking the variance apart


def test_components_of_a_small_table_by_hand():
    # Rows agree on means 1, 2, 6 around 3; what is left is +1, -1, 0 and its opposite.
    parts = components(np.array([[2.0, 1.0, 6.0], [0.0, 3.0, 6.0]]), alone(3), "log_loss")
    assert (parts.value, parts.repeats, parts.rows, parts.groups) == (3.0, 2, 3, 3)
    assert parts.noise == pytest.approx(4 / 2)
    assert parts.of_rows == pytest.approx((2 * (4 + 1 + 9) / 2 - 2) / 2)


@pytest.mark.parametrize(("repeats", "rows"), [(2, 50), (5, 30), (10, 8)])
def test_components_are_those_of_a_two_way_analysis_of_variance(repeats, rows):
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    values = crossed(np.random.default_rng(0), repeats, rows, of_rows=2.0, share=0.5)
    long = pd.DataFrame(values).reset_index(names="repeat").melt("repeat", var_name="row")
    classic = anova_lm(ols("value ~ C(repeat) + C(row)", long).fit())["mean_sq"]
    parts = components(values, alone(rows), "log_loss")
    assert parts.noise == pytest.approx(classic["Residual"])
    assert parts.of_rows == pytest.approx((classic["C(row)"] - classic["Residual"]) / repeats)
    shares, before = prior(METRICS["log_loss"].usual_share)
    # The mean square between repeats over the noise is F, or chi-square over its freedom as the noise is well known.
    f = classic["C(repeat)"] / classic["Residual"]
    freedom = repeats - 1
    likelihood = stats.chi2.pdf(f * freedom / (1 + rows * shares), freedom) / (1 + rows * shares)
    assert parts.weights == pytest.approx(before * likelihood / (before @ likelihood))


def test_without_luck_in_repeats_the_variance_is_that_of_row_means():
    values = crossed(np.random.default_rng(1), 5, 200, of_rows=1.0)
    parts = components(values, alone(200), "accuracy")
    assert parts.of_rows / 200 + parts.noise / 1000 == pytest.approx(values.mean(axis=0).var(ddof=1) / 200)
    assert parts.uncertainty().errors[0] == pytest.approx((values.mean(axis=0).var(ddof=1) / 200) ** 0.5, rel=1e-3)


def test_variance_of_rows_is_never_negative():
    values = np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]])
    parts = components(values, alone(4), "log_loss")
    assert (parts.of_rows, parts.noise) == (0.0, pytest.approx(8 / 3))


def test_with_one_repeat_what_rows_differ_by_is_noise():
    values = np.array([[1.0, 2.0, 6.0]])
    parts = components(values, alone(3), "log_loss")
    assert (parts.of_rows, parts.noise) == (0.0, pytest.approx(7.0))
    assert parts.weights == pytest.approx(prior(METRICS["log_loss"].usual_share)[1])


def test_order_of_rows_and_of_repeats_has_no_influence():
    rng = np.random.default_rng(2)
    values, groups = crossed(rng, 4, 60, of_rows=1.0), rng.integers(0, 20, 60)
    groups[:20] = alone(20)
    order = rng.permutation(60)
    whole = components(values, groups, "accuracy").uncertainty()
    again = components(values[::-1, order], groups[order], "accuracy").uncertainty()
    assert again.interval(0.95) == pytest.approx(whole.interval(0.95))


# -- groups


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("repeats", [1, 3])
def test_a_row_that_is_copied_within_its_group_adds_no_certainty_about_rows(score, repeats):
    values = crossed(np.random.default_rng(3), repeats, 50, of_rows=2.0) + 1
    one = components(values, alone(50), score)
    copied = components(np.repeat(values, 4, axis=1), np.repeat(alone(50), 4), score)
    assert (copied.value, copied.groups, copied.rows) == (pytest.approx(one.value), 50, 200)
    assert (copied.noise, copied.of_rows) == (pytest.approx(one.noise), pytest.approx(one.of_rows))
    # A share is one of the noise of a row: with as much of it in 4 rows as in one, 1/4 is the same shift.
    assert copied.shares @ copied.weights * 4 >= one.shares @ one.weights


def test_rows_of_a_group_that_cancel_are_no_noise():
    values = np.array([[1.0, -1.0, 2.0, -2.0], [-3.0, 3.0, 1.0, -1.0]])
    parts = components(values, np.array([0, 0, 1, 1]), "log_loss")
    assert (parts.value, parts.of_rows, parts.noise) == (0.0, 0.0, 0.0)


def test_groups_of_unequal_size_weigh_by_their_rows():
    values = np.array([[4.0, 1.0, 3.0, 2.0]])
    assert by_group(values, np.array([1, 0, 1, 0])).tolist() == [[1.5, 3.5]]
    assert by_group(values, np.array([0, 1, 1, 1])).tolist() == [[2.0, 3.0]]


def test_mean_over_groups_is_the_mean_over_rows():
    rng = np.random.default_rng(4)
    values, groups = rng.normal(size=(3, 40)), np.r_[alone(7), rng.integers(0, 7, 33)]
    assert by_group(values, groups).mean(axis=1) == pytest.approx(values.mean(axis=1))


def test_group_interval_covers_as_often_as_it_says_where_that_of_rows_does_not():
    rng, held = np.random.default_rng(5), {"groups": 0, "rows": 0}
    groups = np.repeat(alone(60), 5)
    for _ in range(300):
        values = np.repeat(rng.normal(0, 1, 60), 5) + crossed(rng, 3, 300, noise=0.5)
        for name, of in (("groups", groups), ("rows", alone(300))):
            low, high = components(values, of, "log_loss").uncertainty().interval(0.95)
            held[name] += low <= 0 <= high
    assert stats.binomtest(held["groups"], 300, 0.95).pvalue > 0.01
    assert held["rows"] < 220


# -- nothing seen is not nothing


def test_settings_that_never_differ_may_still_do_so_on_one_row():
    same = components(np.zeros((5, 300)), alone(300), "accuracy").uncertainty()
    assert same.value == 0
    assert 1 / 300 <= same.standard_error <= 1.2 / 300
    assert same.p_value() == pytest.approx(1)


def test_one_row_that_no_repeat_agrees_on_is_as_much_noise_as_it_is():
    values = np.zeros((5, 300))
    values[2, 7] = 1.0
    parts = components(values, alone(300), "accuracy")
    assert parts.noise == pytest.approx(1 / 1500, rel=0.01)


def test_a_difference_on_one_row_in_all_repeats_is_not_certain():
    values = np.zeros((5, 300))
    values[:, 7] = 1.0
    uncertainty = components(values, alone(300), "accuracy").uncertainty()
    low, high = uncertainty.interval(0.95)
    assert low < 0 < 1 / 300 < high
    assert uncertainty.p_value() > 0.3


def test_losses_that_never_differ_are_equal():
    same = components(np.zeros((5, 300)), alone(300), "log_loss").uncertainty()
    assert (same.interval(0.95), same.p_value(), same.probability_above(0.0)) == ((0.0, 0.0), 1.0, 0.5)


def test_a_loss_that_is_everywhere_worse_by_the_same_is_worse_for_sure():
    worse = Uncertainty(0.5, np.zeros(3), np.full(3, 1 / 3), 99)
    assert (worse.interval(0.95), worse.p_value(), worse.p_value(0.5)) == ((0.5, 0.5), 0.0, 1.0)
    assert (worse.probability_above(0.0), worse.probability_above(0.9)) == (1.0, 0.0)


# -- what repeats teach


def shifted(share, repeats=10, rows=300):
    """Repeats whose shifts are exactly a share of their noise."""
    rng = np.random.default_rng(6)
    values = rng.normal(size=(repeats, rows))
    values -= values.mean(axis=1, keepdims=True) + values.mean(axis=0) - values.mean()
    values *= ((repeats - 1) * (rows - 1) / (values**2).sum()) ** 0.5
    shifts = np.linspace(-1, 1, repeats)
    return values + (shifts / shifts.std(ddof=1) * (share + 1 / rows) ** 0.5)[:, None]


def test_the_prior_is_centred_on_the_usual_share():
    shares, weights = prior(0.001)
    assert weights.sum() == pytest.approx(1)
    assert weights[shares < 0.00099].sum() == pytest.approx(weights[shares > 0.00101].sum())
    assert 0.7 < weights[(shares > 0.00025) & (shares < 0.004)].sum() < 0.8


@pytest.mark.parametrize("share", [0.03, 0.1, 0.3])
def test_repeats_that_differ_much_overrule_the_prior(share):
    parts = components(shifted(share), alone(300), "accuracy")
    assert np.sqrt(parts.weights @ parts.shares) == pytest.approx(share**0.5, rel=0.25)


def test_with_large_shifts_the_interval_is_near_that_of_repeats_alone():
    values = shifted(0.2)
    of_repeats = values.mean(axis=1)
    expected = stats.t.ppf(0.975, 9) * of_repeats.std(ddof=1) / 10**0.5
    assert components(values, alone(300), "accuracy").uncertainty().half_width(0.95) == pytest.approx(
        expected, rel=0.15
    )


def test_without_shifts_the_interval_is_near_that_of_rows_alone():
    rng = np.random.default_rng(7)
    values = rng.normal(size=200) + 0.5 * rng.normal(size=(10, 200))
    expected = stats.t.ppf(0.975, 199) * values.mean(axis=0).std(ddof=1) / 200**0.5
    width = components(values, alone(200), "accuracy").uncertainty().half_width(0.95)
    assert expected < width < 1.02 * expected


def test_two_repeats_that_happen_to_agree_do_not_prove_that_all_do():
    parts = components(shifted(-1 / 300, repeats=2), alone(300), "accuracy")
    assert 0.5 * METRICS["accuracy"].usual_share < parts.shares @ parts.weights


# -- what a comparison of another size would know


def test_more_rows_and_more_repeats_each_take_their_part_of_the_doubt_away():
    values = crossed(np.random.default_rng(8), 5, 100, of_rows=1.0)
    parts = components(values, alone(100), "log_loss")
    now, rows, repeats = parts.uncertainty(), parts.uncertainty(rows=400), parts.uncertainty(repeats=20)
    per_repeat = parts.noise * parts.shares
    assert now.errors**2 == pytest.approx(parts.of_rows / 100 + parts.noise / 500 + per_repeat / 5)
    assert rows.errors**2 == pytest.approx(parts.of_rows / 400 + parts.noise / 2000 + per_repeat / 5)
    assert repeats.errors**2 == pytest.approx(parts.of_rows / 100 + parts.noise / 2000 + per_repeat / 20)
    assert (now.freedom, rows.freedom, repeats.freedom) == (99, 399, 99)


def test_shifts_of_repeats_weigh_alike_however_rows_are_grouped():
    parts = components(np.random.default_rng(9).normal(size=(3, 120)), np.repeat(alone(40), 3), "log_loss")
    of_row = 3 * parts.noise
    expected = parts.of_rows / 40 + parts.noise / 120 + of_row * parts.shares / 3
    assert parts.uncertainty().errors ** 2 == pytest.approx(expected)


def test_rows_to_come_are_taken_to_form_groups_as_those_at_hand():
    parts = components(np.random.default_rng(9).normal(size=(3, 120)), np.repeat(alone(40), 3), "log_loss")
    assert (parts.uncertainty().freedom, parts.uncertainty(rows=240).freedom) == (39, 79)


# -- reading it


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.999])
def test_one_possible_share_gives_student_s_interval(confidence):
    half = student(2.0, 0.3, 12).half_width(confidence)
    assert half == pytest.approx(0.3 * stats.t.ppf((1 + confidence) / 2, 12))
    assert student(2.0, 0.3, 12).interval(confidence) == (pytest.approx(2.0 - half), pytest.approx(2.0 + half))


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_interval_p_value_and_probability_tell_one_story(confidence):
    mixed = components(shifted(0.01) + 0.07, alone(300), "accuracy").uncertainty()
    low, high = mixed.interval(confidence)
    outside = 1 - confidence
    assert (mixed.p_value(low), mixed.p_value(high)) == (pytest.approx(outside), pytest.approx(outside))
    assert mixed.probability_above(low) == pytest.approx(1 - outside / 2)
    assert mixed.probability_above(high) == pytest.approx(outside / 2)
    assert mixed.probability_above(0.0) - mixed.probability_above(0.1) == pytest.approx(
        1 - (mixed.p_value(0.0) + mixed.p_value(0.1)) / 2
    )


def test_an_interval_of_two_equally_possible_errors_lies_between_theirs():
    mixed = Uncertainty(0.0, np.array([1.0, 3.0]), np.array([0.5, 0.5]), 1e6)
    half = mixed.half_width(0.95)
    assert (stats.norm.cdf(half) + stats.norm.cdf(half / 3)) / 2 == pytest.approx(0.975, abs=1e-5)
    assert mixed.standard_error == pytest.approx(5**0.5)


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.3, -0.3, 50.0, -50.0, 1e6])
def test_probabilities_are_probabilities_however_clear_the_case(value):
    sure = components(shifted(0.0) + value, alone(300), "accuracy").uncertainty()
    assert 0 <= sure.p_value() <= 1
    assert 0 <= sure.probability_above(0.0) <= 1
    assert (sure.probability_above(0.0) > 0.5) == (sure.value > 0)


def test_a_tiny_p_value_is_not_rounded_to_none():
    assert student(30.0, 1.0, 1000).p_value() == pytest.approx(2 * stats.t.sf(30, 1000))


def test_a_difference_of_two_independent_means_has_both_their_chances():
    one, other = student(3.0, 0.3, 50), Uncertainty(1.0, np.array([0.4, 1.6]), np.array([0.9, 0.1]), 20)
    difference = one.minus(other)
    assert difference.value == 2.0
    assert difference.errors == pytest.approx([0.5, (0.09 + 2.56) ** 0.5])
    assert (difference.weights.tolist(), difference.freedom) == ([0.9, 0.1], 20)


# -- repeats with rows of their own


def test_mean_of_own_rows_weighs_repeats_alike():
    assert of_own_rows([np.array([1.0, 0.0, 1.0]), np.array([0.0, 0.0])], "accuracy").value == pytest.approx(1 / 3)


def test_own_rows_without_shifts_are_as_sure_as_all_rows_together():
    rng = np.random.default_rng(10)
    rows = rng.normal(size=(8, 50))
    rows += rng.normal(size=(8, 1)) * 0.05 - rows.mean(axis=1, keepdims=True)
    error = of_own_rows(list(rows), "accuracy").standard_error
    assert rows.std() / 400**0.5 < error < 1.15 * rows.std() / 400**0.5


@pytest.mark.parametrize("repeats", [2, 5, 10])
@pytest.mark.parametrize("share", [0.005, 0.01])
def test_mean_of_own_rows_covers_the_truth_where_some_repeats_stop_early(share, repeats):
    rng, count = np.random.default_rng(11), 0
    for _ in range(300):
        rows = rng.normal(0, 1, (repeats, 400)) + rng.normal(0, share**0.5, (repeats, 1))
        low, high = of_own_rows(list(rows), "accuracy").interval(0.95)
        count += low <= 0 <= high
    assert 300 * 0.93 - 3 * (300 * 0.93 * 0.07) ** 0.5 < count < 300


@pytest.mark.parametrize(("score", "error"), [("accuracy", 1 / 200), ("log_loss", 0.0)])
def test_rows_that_are_all_right_are_not_right_for_ever(score, error):
    assert of_own_rows([np.ones(100)] * 2, score).errors.min() == pytest.approx(error, rel=0.01)


# -- the interval of a score


@pytest.mark.parametrize("hits", [0, 1, 30, 99, 100])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_interval_of_one_repeat_is_wilson_s(hits, confidence):
    parts = components((np.arange(100) < hits)[None].astype(float), alone(100), "accuracy")
    # Without luck in repeats, so that what is left is Student's t for the normal and n - 1 for n.
    bare = Uncertainty(parts.value, np.full(1, parts.uncertainty().errors[0]), np.ones(1), 99)
    low, high = score_interval(bare, "accuracy", confidence)
    tail = stats.norm.sf(stats.t.ppf((1 + confidence) / 2, 99)) * 2
    assert (low, high) == pytest.approx(proportion_confint(hits, 100, tail, method="wilson"), abs=1e-3)


@pytest.mark.parametrize("score", ["accuracy", "macro_f1"])
@pytest.mark.parametrize("value", [0.0, 0.01, 0.5, 0.99, 1.0, 1.0000000000000002])
@pytest.mark.parametrize("error", [1e-4, 0.02, 0.3])
def test_interval_of_a_share_holds_it_and_stays_in_its_range(score, value, error):
    low, high = score_interval(student(value, error, 30), score, 0.95)
    assert 0 <= low <= value <= high + 1e-15
    assert low < high <= 1


def test_interval_of_a_share_is_not_tighter_than_that_of_as_many_coins_as_groups():
    always = components(np.ones((10, 50)), alone(50), "accuracy").uncertainty()
    low, high = score_interval(always, "accuracy", 0.95)
    assert high == 1.0
    assert low < proportion_confint(50, 50, 0.05, method="wilson")[0]


def test_a_share_of_large_groups_counts_as_many_rows_as_its_error_says():
    """Groups whose rows are right or wrong by themselves hold more than one row's worth each."""
    tail = 2 * stats.norm.sf(stats.t.ppf(0.975, 30))
    expected = proportion_confint(200, 400, tail, method="wilson")
    assert score_interval(student(0.5, 0.025, 30), "accuracy", 0.95) == pytest.approx(expected)


def test_a_loss_has_the_plain_interval_down_to_0():
    assert score_interval(student(0.5, 0.1, 30), "log_loss", 0.95) == student(0.5, 0.1, 30).interval(0.95)
    low, high = score_interval(student(0.1, 0.1, 30), "calibration_error", 0.95)
    assert (low, high) == (0.0, student(0.1, 0.1, 30).interval(0.95)[1])


# -- promises kept


def held(share, repeats, worlds, seed, of_rows=0.3):
    """In how many worlds the 95 % interval holds the truth."""
    rng, count = np.random.default_rng(seed), 0
    for _ in range(worlds):
        low, high = (
            components(crossed(rng, repeats, 200, of_rows=of_rows, share=share), alone(200), "accuracy")
            .uncertainty()
            .interval(0.95)
        )
        count += low <= 0 <= high
    return count


@pytest.mark.parametrize("repeats", [2, 5, 10])
@pytest.mark.parametrize("share", [0.0, 0.0005, 0.001, 0.002])
def test_interval_holds_the_truth_as_often_as_it_says(share, repeats):
    # Within 93 to 98 %, up to 3 binomial errors of 400 worlds; no luck in repeats is a little less than is usual.
    count = held(share, repeats, 400, seed=12)
    assert 400 * 0.93 - 3 * (400 * 0.93 * 0.07) ** 0.5 < count < 400 * 0.98 + 3 * (400 * 0.98 * 0.02) ** 0.5


@pytest.mark.parametrize(
    ("share", "repeats", "least"), [(0.01, 2, 0.85), (0.01, 5, 0.87), (0.01, 10, 0.9), (0.1, 10, 0.9)]
)
def test_interval_gives_way_where_repeats_differ_far_more_than_usual(share, repeats, least):
    assert held(share, repeats, 400, seed=13) > 400 * least - 3 * (400 * least * (1 - least)) ** 0.5


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_settings_that_are_one_are_told_apart_in_five_percent_of_worlds(repeats):
    rng, claimed = np.random.default_rng(14), 0
    for _ in range(500):
        probability = rng.beta(4, 1, 150)
        right = rng.random((2, repeats, 150)) < probability
        claimed += components(right[0] - right[1].astype(float), alone(150), "accuracy").uncertainty().p_value() < 0.05
    assert stats.binomtest(claimed, 500, 0.05, alternative="greater").pvalue > 0.01
    assert claimed > 0


# -- rotations


def test_one_part_of_all_rows_is_no_rotation():
    values = crossed(np.random.default_rng(3), 4, 60, of_rows=0.5)
    assert components(values, alone(60), "log_loss", folds=np.zeros(60, int)).uncertainty().interval(0.95) == (
        components(values, alone(60), "log_loss").uncertainty().interval(0.95)
    )


def test_where_the_rows_of_a_part_stand_has_no_influence():
    values, folds, groups = (
        crossed(np.random.default_rng(3), 4, 60),
        np.arange(60) % 3,
        np.arange(60) // 6 * 3 + np.arange(60) % 3,
    )
    order = np.random.default_rng(4).permutation(60)
    one, other = (
        components(values[:, rows], groups[rows], "log_loss", folds=folds[rows]).uncertainty()
        for rows in (np.arange(60), order)
    )
    assert other.standard_error == pytest.approx(one.standard_error)


@pytest.mark.parametrize("repeats", [1, 2, 5])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.004])
def test_interval_of_a_rotation_holds_the_truth_as_often_as_it_says(share, repeats):
    """Each network is shifted by itself, on its own part of the rows."""
    rng, held, folds = np.random.default_rng(15), 0, np.repeat(np.arange(5), 40)
    for _ in range(400):
        shifts = rng.normal(0, share**0.5, (repeats, 5))[:, folds]
        values = rng.normal(0, 0.3, 200) + rng.normal(0, 1, (repeats, 200)) + shifts
        low, high = components(values, alone(200), "accuracy", folds=folds).uncertainty().interval(0.95)
        held += low <= 0 <= high
    assert 400 * 0.93 - 3 * (400 * 0.93 * 0.07) ** 0.5 < held < 400 * 0.98 + 3 * (400 * 0.98 * 0.02) ** 0.5


def test_networks_that_are_shifted_far_widen_the_interval_of_a_rotation():
    folds = np.repeat(np.arange(5), 40)
    calm = crossed(np.random.default_rng(16), 3, 200)
    shifted = calm + np.random.default_rng(17).normal(0, 1.0, (3, 5))[:, folds]
    widths = [
        components(v, alone(200), "accuracy", folds=folds).uncertainty().half_width(0.95) for v in (calm, shifted)
    ]
    assert widths[1] > 2 * widths[0]
