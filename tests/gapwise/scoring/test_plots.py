import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from dvc_render.vega import VegaRenderer
from ruamel.yaml import YAML

from gapwise.scoring import plots
from gapwise.scoring.thresholds import thresholds
from gapwise.training import curves
from tests import make

PROJECT = Path(__file__).parents[3]
TEMPLATES = PROJECT / ".dvc" / "plots"


def plots_of_dvc_yaml():
    """Template and axes of each plot, as DVC is told them."""
    stages = YAML(typ="safe").load(PROJECT / "dvc.yaml")["stages"].values()
    plots = [plot for stage in stages for plot in stage.get("plots", [])]
    return {Path(path).stem: (one["template"], one["x"], one["y"]) for plot in plots for path, one in plot.items()}


AXES = plots_of_dvc_yaml()


def rows(repeat, part, labels, guesses, confidence=0.75):
    probabilities = np.where(np.array(list(guesses)) == "b", confidence, 1 - confidence)
    return make.predictions(repeat, part, list(labels), probabilities, classes=("a", "b"))


def groups_of(predictions):
    """Every test text by itself."""
    ids = predictions.query("part == 'test'")["text_id"].unique()
    return pd.Series(ids, index=ids)


@pytest.fixture
def predictions():
    tables = [
        *(rows(repeat, "train", "ab", "ab", 0.9) for repeat in (0, 1)),
        *(rows(repeat, "validation", "ab", "ba", 0.9) for repeat in (0, 1)),
        rows(0, "test", "aaab", "aaab"),
        rows(1, "test", "aaab", "aabb"),
    ]
    return pd.concat(tables, ignore_index=True)


@pytest.fixture
def histories():
    columns = {"train_log_loss": [0.7, 0.4], "train_accuracy": [0.5, 0.9], "validation_log_loss": [0.6, 0.5]}
    two = pd.DataFrame({"epoch": [1, 2], **columns, "validation_accuracy": [0.5, 0.8]})
    return [two, two[:1]]


@pytest.fixture
def tables(predictions, histories):
    return {
        "confusion": plots.confusion(predictions),
        "reliability": plots.reliability(predictions, groups_of(predictions), 0.95),
        "repeats": plots.repeats(predictions, predictions.assign(baseline="tfidf")),
        "gap": plots.gap(predictions),
        "epochs": curves.by_epoch(histories, [2, 1]),
        "thresholds": thresholds(predictions, groups_of(predictions), 0.95),
    }


def test_confusion_counts_test_rows_over_all_repeats(predictions):
    assert plots.confusion(predictions).to_dict("records") == [
        {"actual": "a", "predicted": "a", "share": 5 / 6, "rows": 5},
        {"actual": "a", "predicted": "b", "share": 1 / 6, "rows": 1},
        {"actual": "b", "predicted": "a", "share": 0.0, "rows": 0},
        {"actual": "b", "predicted": "b", "share": 1.0, "rows": 2},
    ]


def test_confusion_of_a_class_without_test_rows_is_zero(predictions):
    table = plots.confusion(predictions.query("label == 'b'"))
    assert table["share"].tolist() == [0, 0, 0, 1]


def test_reliability_compares_confidence_and_accuracy_of_test_rows():
    guesses = "a" * 40
    sure, unsure = rows(0, "test", guesses, guesses, 0.9), rows(1, "test", guesses, "ab" * 20, 0.6)
    predictions = pd.concat([sure, unsure, rows(0, "train", "a", "a")])
    table = plots.reliability(predictions, groups_of(predictions), 0.95)
    assert table[["confidence", "accuracy", "rows"]].round(6).to_dict("records") == [
        {"confidence": 0.6, "accuracy": 0.5, "rows": 40},
        {"confidence": 0.9, "accuracy": 1.0, "rows": 40},
    ]
    assert (table["high"] - table["low"]).tolist() == pytest.approx([4 * (0.25 / 40) ** 0.5, 0.1], abs=0.1)
    assert table["high"].max() <= 1


def test_reliability_of_rows_drawn_together_is_less_sure():
    guesses = "ab" * 20
    predictions = pd.concat([rows(repeat, "test", "a" * 40, guesses, 0.6) for repeat in (0, 1)])
    alone = groups_of(predictions)
    paired = pd.Series([str(row // 10) if row % 2 else "x" for row in range(40)], index=alone.index)
    widths = [plots.reliability(predictions, one, 0.95).eval("high - low")[0] for one in (alone, paired)]
    assert widths[1] > 1.3 * widths[0]


def test_repeats_have_the_test_accuracy_of_every_model(predictions):
    better = predictions.assign(predicted=predictions["label"])
    reference = pd.concat([better.assign(baseline="frozen"), predictions.assign(baseline="tfidf")])
    assert plots.repeats(predictions, reference).to_dict("split", index=False) == {
        "columns": ["model", "repeat", "accuracy"],
        "data": [
            ["fine-tuned", 0, 1.0],
            ["fine-tuned", 1, 0.75],
            ["frozen", 0, 1.0],
            ["frozen", 1, 1.0],
            ["tfidf", 0, 1.0],
            ["tfidf", 1, 0.75],
        ],
    }


def test_gap_has_train_and_test_accuracy_of_every_repeat(predictions):
    assert plots.gap(predictions).to_dict("split", index=False) == {
        "columns": ["repeat", "part", "accuracy"],
        "data": [[0, "test", 1.0], [0, "train", 1.0], [1, "test", 0.75], [1, "train", 1.0]],
    }


@pytest.mark.parametrize("plot", AXES)
def test_dvc_fills_every_anchor_of_the_template(plot, tables):
    template, x, y = AXES[plot]
    points = tables[plot].astype(str).assign(rev="workspace").to_dict("records")
    spec = VegaRenderer(points, plot, template=template, template_dir=str(TEMPLATES), x=x, y=y, title="A title")
    filled = spec.partial_html()
    assert "<DVC_METRIC" not in filled
    assert json.loads(filled)["data"]["values"] == points
    assert json.loads(filled)["title"]["text"] == "A title"


@pytest.mark.parametrize("plot", AXES)
def test_templates_draw_only_columns_that_the_table_has(plot, tables):
    """And say which are numbers: DVC hands over every value of a csv file as text."""
    template = json.loads((TEMPLATES / f"{AXES[plot][0]}.json").read_text())
    made = {"rev", "from", "to", "<DVC_METRIC_X>", "<DVC_METRIC_Y>"}
    assert set(_fields(template)) - made <= set(tables[plot].columns)
    numbers = set(tables[plot].select_dtypes("number").columns) - {"repeat"}
    assert set(template["data"]["format"]["parse"]) == numbers


def _fields(node):
    if isinstance(node, dict):
        yield from ([node["field"]] if isinstance(node.get("field"), str) else [])
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        yield from _fields(child)


def test_the_band_holds_the_true_accuracy_of_its_bin_as_often_as_it_says():
    """Few repeats that err together on rows of one group: drawing rows and repeats anew held it in 76 to 84 %."""
    held = [_band_holds(np.random.default_rng(seed)) for seed in range(120)]
    assert 0.90 <= np.mean(held) <= 0.99


def _band_holds(rng, repeats=3, groups=60, size=3, truth=0.7):
    """Whether the band of one bin holds the accuracy in a world that is known."""
    of_group = rng.normal(0, 0.8, groups).repeat(size)
    of_row = rng.normal(0, 0.8, groups * size)
    ids = [f"test-{row:03}" for row in range(groups * size)]
    threshold = NormalDist(0, (0.8**2 + 0.8**2 + 1) ** 0.5).inv_cdf(truth)
    tables = []
    for repeat in range(repeats):
        right = of_group + of_row + rng.normal(0, 1, len(ids)) < threshold
        tables.append(rows(repeat, "test", "a" * len(ids), np.where(right, "a", "b"), 0.7).assign(text_id=ids))
    table = plots.reliability(
        pd.concat(tables, ignore_index=True), pd.Series(np.arange(groups).repeat(size).astype(str), index=ids), 0.95
    )
    return len(table) == 1 and table["low"][0] <= truth <= table["high"][0]
