import numpy as np
import pytest
from scipy import stats

from gapwise.forecasting.mixture import Mixture


def mixture(values, errors, weights, freedom=9.0):
    return Mixture(np.array(values), np.array(errors), np.array(weights), freedom)


def test_a_mixture_of_one_is_students_t():
    one = mixture([2.0], [0.5], [1.0])
    assert one.mean == 2.0
    assert one.interval(0.9) == pytest.approx(stats.t(9, 2.0, 0.5).interval(0.9))
    assert one.below(2.5) == pytest.approx(stats.t(9, 2.0, 0.5).cdf(2.5))


def test_an_interval_leaves_out_as_much_on_each_side():
    two = mixture([0.0, 3.0], [1.0, 0.2], [0.7, 0.3])
    low, high = two.interval(0.95)
    assert [two.below(low), two.below(high)] == pytest.approx([0.025, 0.975])
    assert two.mean == pytest.approx(0.9)


def test_explanations_that_disagree_make_it_wider():
    def width(apart):
        low, high = mixture([-apart, apart], [1.0, 1.0], [0.5, 0.5]).interval(0.95)
        return high - low

    assert width(0.0) < width(1.0) < width(3.0)
