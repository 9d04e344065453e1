import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gapwise.statistics.planning import (
    CONCENTRATION,
    MOST,
    PAIRED,
    POWER,
    REDRAWN,
    assumed,
    detectable_difference,
    needed,
    observed,
    plan,
)
from gapwise.statistics.uncertainty import Components, components


def difference(value, repeats=5, rows=300, *, of_rows=0.02, noise=0.1):
    """Of two settings, with next to no luck in repeats."""
    return Components(value, repeats, rows, rows, of_rows, noise, np.array([1e-4]), np.array([1.0]))


def detected(of, repeats, rows):
    """Probability that Student's t around the truth is beyond the half width of the 95 % interval."""
    error = (of.of_rows / rows + of.noise * (1 / rows + 1e-4) / repeats) ** 0.5
    return stats.t.cdf(of.value / error - stats.t.ppf(0.975, rows - 1), rows - 1)


def predictions(right):
    """Of two classes, from shape (repeats, rows)."""
    repeats, rows = right.shape
    labels = np.tile(np.where(np.arange(rows) % 2, "yes", "no"), repeats)
    correct = right.ravel()
    guessed = np.where(correct, labels, np.where(labels == "yes", "no", "yes"))
    table = pd.DataFrame(
        {
            "repeat": np.repeat(np.arange(repeats), rows),
            "text_id": np.tile([f"text-{row}" for row in range(rows)], repeats),
            "part": "test",
            "label": labels,
            "predicted": guessed,
        }
    )
    train = table.assign(part="train", text_id="train-" + table["text_id"], predicted=labels)
    sure = {
        f"p_{name}": lambda rows, name=name: np.where(rows["predicted"] == name, 0.9, 0.1) for name in ("no", "yes")
    }
    return pd.concat([table, train], ignore_index=True).assign(**sure)


def one_by_one(rows):
    return pd.Series([f"group-{row}" for row in range(rows)], index=[f"text-{row}" for row in range(rows)])


# -- the smallest difference


def test_more_rows_and_more_repeats_show_smaller_differences():
    setting = assumed(0.8, 5, 300)
    by_rows = [detectable_difference(setting, 0.95, rows=rows) for rows in (50, 100, 300, 1000, 5000)]
    by_repeats = [detectable_difference(setting, 0.95, repeats=repeats) for repeats in (1, 2, 5, 10, 50)]
    assert by_rows == sorted(by_rows, reverse=True)
    assert by_repeats == sorted(by_repeats, reverse=True)
    assert 0 < by_rows[-1] < by_rows[0] / 3


def test_more_confidence_and_more_noise_hide_larger_differences():
    assert detectable_difference(assumed(0.8, 5, 300), 0.99) > 1.15 * detectable_difference(assumed(0.8, 5, 300), 0.95)
    assert detectable_difference(assumed(0.5, 5, 300), 0.95) > 1.15 * detectable_difference(assumed(0.9, 5, 300), 0.95)


def test_size_of_a_plan_is_that_of_the_setting_unless_another_is_asked_for():
    setting = assumed(0.8, 5, 300)
    assert detectable_difference(setting, 0.95) == detectable_difference(setting, 0.95, 5, 300)
    grown = detectable_difference(assumed(0.8, 10, 600), 0.95)
    assert detectable_difference(setting, 0.95, 10, 600) == pytest.approx(grown, abs=2e-5)


def test_nothing_shows_on_two_rows():
    assert detectable_difference(assumed(0.5, 1, 2), 0.95) == 1.0


@pytest.mark.parametrize(("repeats", "rows"), [(1, 300), (2, 100), (5, 300), (10, 1000)])
def test_the_detectable_difference_is_found_in_four_of_five_worlds(repeats, rows):
    setting = assumed(0.8, repeats, rows)
    truth, rng, claims = detectable_difference(setting, 0.95), np.random.default_rng(0), 0
    for _ in range(300):
        # As the plan assumes: what two settings' noise has in common cancels, and the difference sits in some rows.
        noise = (2 * PAIRED * REDRAWN * 0.8 * 0.2) ** 0.5
        shift = rng.normal(0, noise * rng.choice(setting.shares, p=setting.weights) ** 0.5, (repeats, 1))
        seen = (
            truth + rng.normal(0, (CONCENTRATION * truth) ** 0.5, rows) + rng.normal(0, noise, (repeats, rows)) + shift
        )
        uncertainty = components(seen, np.arange(rows), "accuracy").uncertainty()
        claims += uncertainty.p_value() < 0.05 and uncertainty.value > 0
    # 75 to 85 %, give or take two binomial errors of 300 worlds.
    assert 0.75 - 0.046 < claims / 300 < 0.85 + 0.046


# -- how many it takes


@pytest.mark.parametrize("what", ["repeats", "rows"])
def test_needed_is_the_smallest_number_that_is_enough(what):
    of, now = difference(0.025), {"repeats": 5, "rows": 300}
    number = needed(what, of, 0.0, 0.95)
    assert number > now[what]
    assert detected(of, **now | {what: number - 1}) < POWER <= detected(of, **now | {what: number})


def test_what_is_enough_already_needs_no_more():
    assert needed("repeats", difference(0.2), 0.0, 0.95) == 5
    assert needed("rows", difference(-0.2), 0.0, 0.95) == 300


def test_no_number_of_repeats_makes_up_for_few_rows():
    assert needed("repeats", difference(0.005), 0.0, 0.95) is None
    assert needed("rows", difference(0.005), 0.0, 0.95) > 300


def test_no_number_of_rows_makes_up_for_luck_in_two_repeats():
    lucky = Components(0.03, 2, 300, 300, 0.02, 0.1, np.array([0.01]), np.array([1.0]))
    assert needed("rows", lucky, 0.0, 0.95) is None
    assert needed("repeats", lucky, 0.0, 0.95) > 2


def test_no_difference_is_decided_once_its_interval_fits_in_the_margin():
    rows = needed("rows", difference(0.0), 0.01, 0.95)
    assert 300 < rows < MOST["rows"]
    error = (0.02 / rows + 0.1 * (1 / rows + 1e-4) / 5) ** 0.5
    assert 2 * stats.norm.cdf(0.01 / error - stats.norm.ppf(0.975)) - 1 == pytest.approx(POWER, abs=0.001)
    assert needed("rows", difference(0.0), 0.005, 0.95) > 3 * rows


@pytest.mark.parametrize("sign", [1, -1])
def test_direction_of_a_difference_does_not_matter(sign):
    assert needed("rows", difference(sign * 0.02), 0.005, 0.95) == needed("rows", difference(0.02), 0.005, 0.95)


# -- settings that ran, and settings that did not


@pytest.mark.parametrize("repeats", [1, 5])
def test_an_assumed_setting_plans_like_one_that_ran_and_is_like_it(repeats):
    rng = np.random.default_rng(1)
    # Half of the rows are answered alike in all repeats, the others anew in each.
    steady = rng.random(600) < 0.5
    right = np.where(steady, rng.random(600) < 0.8, rng.random((repeats, 600)) < 0.8)
    ran = detectable_difference(observed(predictions(right), one_by_one(600)), 0.95)
    assert ran == pytest.approx(detectable_difference(assumed(0.8, repeats, 600), 0.95), rel=0.1)


def test_observed_setting_is_that_of_the_test_rows():
    right = np.random.default_rng(2).random((3, 40)) < 0.7
    setting = observed(predictions(right), one_by_one(40))
    assert setting.value == pytest.approx(right.mean())
    assert (setting.repeats, setting.rows, setting.groups) == (3, 40, 40)


def test_rows_in_groups_show_less():
    right = np.repeat(np.random.default_rng(3).random((3, 50)) < 0.7, 4, axis=1)
    together = one_by_one(200).to_numpy().repeat(4)[:200]
    grouped = pd.Series(together, index=one_by_one(200).index)
    apart = detectable_difference(observed(predictions(right), one_by_one(200)), 0.95)
    assert detectable_difference(observed(predictions(right), grouped), 0.95) > 1.3 * apart


# -- the plan


def test_plan_answers_for_a_wanted_difference_and_over_a_table():
    setting = assumed(0.8, 5, 300)
    answer = plan(setting, 0.02, 0.95, [5, 10], [300, 1000])
    assert (answer.accuracy, answer.repeats, answer.test_rows, answer.difference) == (0.8, 5, 300, 0.02)
    assert answer.detectable == answer.table[0].detectable == detectable_difference(setting, 0.95)
    assert [(cell.repeats, cell.test_rows) for cell in answer.table] == [(5, 300), (5, 1000), (10, 300), (10, 1000)]
    assert detectable_difference(setting, 0.95, repeats=answer.needed_repeats) <= 0.02 + 1e-5
    assert detectable_difference(setting, 0.95, repeats=answer.needed_repeats - 1) > 0.02
    assert detectable_difference(setting, 0.95, rows=answer.needed_test_rows) <= 0.02 + 1e-5
    assert detectable_difference(setting, 0.95, rows=answer.needed_test_rows - 1) > 0.02 - 1e-5


def test_plan_without_a_wanted_difference_has_no_numbers_for_it():
    answer = plan(assumed(0.8, 5, 300), None, 0.95, [], [])
    assert (answer.difference, answer.needed_repeats, answer.needed_test_rows, answer.table) == (None, None, None, [])


def test_plan_says_where_no_number_is_enough():
    answer = plan(assumed(0.8, 2, 300), 0.003, 0.95, [], [])
    assert answer.needed_repeats is None
    assert answer.needed_test_rows is None
