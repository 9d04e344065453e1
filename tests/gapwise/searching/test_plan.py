"""How a budget is divided: what a screening costs, who may race, and what fits."""

import pytest

from gapwise.searching.plan import Look, Plan, Screening, fraction_of, least_budget, plan, screening


def counts(train, validation, development=1000):
    repeats = [{"train": {"rows": train}, "validation": {"rows": validation}}] * 2
    return {"development": {"rows": development}, "repeats": repeats}


def test_a_quarter_of_the_grid_is_a_screening_and_a_race():
    screened = screening(0.5, counts(500, 500), counts(900, 100))
    assert screened == Screening(
        0.5, pytest.approx(2000 / 2800)
    )  # three passes over a row to train on, one to validate
    found = plan(24, 10, 60, screened)
    assert found.looks == [Look(3, 6), Look(6, 4), Look(10, 3)]
    assert found.cost == pytest.approx(24 * 2000 / 2800 + 18 + 12 + 12)


@pytest.mark.parametrize(
    ("train", "fraction", "expected"), [(900, 0.1, 0.5), (200, 0.1, 0.2), (50, 0.1, 0.1), (400, 0.6, 0.6)]
)
def test_as_many_rows_validate_as_are_trained_on(train, fraction, expected):
    assert fraction_of(counts(train, 100), fraction) == expected


@pytest.mark.parametrize(("settings", "repeats"), [(2, 2), (4, 3), (24, 10), (60, 20)])
def test_a_plan_keeps_to_its_budget_and_loses_settings_only(settings, repeats):
    screened = Screening(0.5, 0.7)
    for budget in range(least_budget(settings, repeats, screened), settings * repeats, 3):
        found = plan(settings, repeats, budget, screened)
        assert found.cost <= budget
        racing = [look.settings for look in found.looks]
        assert racing == sorted(racing, reverse=True)
        assert 2 <= racing[-1] <= 3
        assert found.looks[-1].repeats == repeats


def test_a_budget_below_the_least_fits_no_race():
    screened = Screening(0.5, 0.7)
    assert least_budget(24, 10, screened) == 37  # 16.8 and twice 10
    assert plan(24, 10, 37, screened).looks != []
    assert plan(24, 10, 36, screened).looks == []


def test_a_screening_by_the_first_repeat_is_taken_over_into_the_race():
    found = plan(24, 10, 60, Screening())
    assert found.looks == [Look(3, 6), Look(6, 4), Look(10, 3)]
    assert found.cost == 24 + 6 * 2 + 4 * 3 + 3 * 4
    assert least_budget(24, 10, Screening()) == 24 + 2 * 9


def test_a_budget_of_the_whole_grid_needs_no_screening():
    assert plan(4, 3, 12, Screening(0.5, 0.7)) == Plan(4, None, [Look(3, 4)])
    assert plan(4, 3, 11, Screening(0.5, 0.7)).screening is not None
