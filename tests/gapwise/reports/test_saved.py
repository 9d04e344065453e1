import json

import pandas as pd

from gapwise.reports.saved import metrics, plots, table
from tests.comparisons import comparison, contrast


def test_metrics_are_by_name_and_plain_json():
    found = json.loads(json.dumps(metrics(comparison()), allow_nan=False))
    assert found["settings"]["strong-l2"] == {
        "verdict": "better",
        "difference": 0.012,
        "low": 0.003,
        "high": 0.021,
        "probability_better": 0.996,
        "p_adjusted": 0.09,
        "gap_difference": -0.024,
    }
    assert {key: found[key] for key in ("metric", "baseline", "confidence", "margin", "repeats", "test_rows")} == {
        "metric": "accuracy", "baseline": "main", "confidence": 0.95, "margin": 0.005, "repeats": 5, "test_rows": 879,
    }  # fmt: skip


def test_the_table_behind_the_plot_has_a_row_per_setting_in_order():
    found = table(comparison())
    pd.testing.assert_frame_equal(
        found.head(1),
        pd.DataFrame(
            {"setting": ["strong-l2"], "verdict": ["better"], "difference": [0.012], "low": [0.003], "high": [0.021],
             "margin": [0.005], "metric": ["accuracy"], "baseline": ["main"]}
        ),
    )  # fmt: skip
    assert list(found["setting"]) == ["strong-l2", "all-frozen", "no-l2", "noise"]


def test_no_name_can_close_the_script_of_a_page():
    hostile = comparison(
        baseline="</script>", contrasts=[contrast("</script><script>alert(1)", "equivalent", 0.0, 0.004)]
    )
    assert "<" not in table(hostile).to_csv()
    assert "<" not in json.dumps(plots(hostile))


def test_the_axis_names_the_metric_and_the_baseline():
    axes = plots(comparison(metric="log_loss"))["plots"][0]["differences.csv"]
    assert axes["x_label"] == "difference in log loss to main"
    assert set(axes) == {"template", "x", "y", "x_label", "y_label", "title"}
