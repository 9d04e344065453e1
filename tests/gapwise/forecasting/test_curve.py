"""A learning curve from predictions, as the pipeline writes them."""

import pandas as pd
import pytest

from gapwise.comparing.scored import Candidate
from gapwise.forecasting.curve import learning_curve
from gapwise.statistics.metrics import METRICS
from tests.predicted import predictions

ACCURACIES = {20: 0.6, 40: 0.7, 60: 0.75}


def runs(repeats=3):
    found = []
    for number, (rows, accuracy) in enumerate(ACCURACIES.items()):
        table = predictions(accuracy, seed=number, repeats=repeats)
        place = table.groupby(["repeat", "part"]).cumcount()
        found.append(Candidate(f"curve-{rows}", table[(table["part"] != "train") | (place < rows)], {}))
    return found


def groups():
    ids = sorted(runs()[0].predictions.query("part == 'test'")["text_id"].unique())
    return pd.Series([str(number // 2) for number in range(len(ids))], index=pd.Index(ids, name="text_id"))


def curve(found=None, **changed):
    options = {"metric": "accuracy", "confidence": 0.95, "ahead": 30.0, "notes": ["A note."]} | changed
    return learning_curve(found or runs(), groups(), 60.0, **options)


def test_a_curve_has_a_point_for_each_run_with_the_rows_that_it_trained_on():
    found = curve()
    assert [(one.name, one.rows) for one in found.points] == [("curve-20", 20), ("curve-40", 40), ("curve-60", 60)]
    assert (found.repeats, found.test_rows, found.test_groups, found.rows_left) == (3, 120, 60, 60.0)
    assert found.notes == ["A note."]


def test_a_point_is_the_mean_of_its_repeats_in_its_interval_and_a_step_from_the_one_before():
    first, second, _ = curve().points
    for point in (first, second):
        assert sum(point.repeats) / 3 == pytest.approx(point.score.value)
        assert point.score.low < point.score.value < point.score.high
    assert first.step is None
    assert second.step.value == pytest.approx(second.score.value - first.score.value)


def test_the_forecast_starts_at_the_largest_size():
    found = curve()
    assert (found.forecast.rows, found.forecast.ahead) == (90, 30)
    assert found.forecast.gain.low < found.forecast.gain.value < found.forecast.gain.high
    assert 0.5 < found.forecast.probability_better <= 1
    at_last = next(at for at in found.course if at.rows == 60)
    assert at_last.gain.value == pytest.approx(0)
    assert at_last.score.value == pytest.approx(found.points[-1].fitted)


def test_the_course_leads_from_the_smallest_size_to_what_was_asked():
    rows = [at.rows for at in curve().course]
    assert (rows[0], rows[-1]) == (20, 90)
    assert rows == sorted(set(rows))


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_curve_within_what_it_can_be(metric):
    found = curve(metric=metric)
    assert all(at.score.low >= 0 for at in found.course)
    if METRICS[metric].is_share:
        assert all(at.score.high <= 1 for at in found.course)


def test_a_curve_of_one_repeat_is_wider():
    def width(repeats):
        gain = curve(runs(repeats)).forecast.gain
        return gain.high - gain.low

    assert width(1) > width(3)


def test_the_order_of_rows_and_groups_does_not_matter():
    turned = [Candidate(one.name, one.predictions.sample(frac=1, random_state=1), {}) for one in runs()]
    assert curve(turned) == curve()
