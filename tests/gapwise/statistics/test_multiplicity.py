import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from gapwise.statistics.multiplicity import holm


@pytest.mark.parametrize("p_values", [[0.01], [0.01, 0.04, 0.03], [0.5, 0.001, 0.001, 1.0], [0.0, 0.0]])
def test_holm_is_that_of_statsmodels_and_of_hand(p_values):
    order, adjusted, worst = np.argsort(p_values, kind="stable"), np.empty(len(p_values)), 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = worst
    assert holm(p_values) == pytest.approx(adjusted)
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
