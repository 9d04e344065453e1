import pandas as pd
import pytest

from benchmarks.predict.memory import measure as measure_memory
from benchmarks.predict.page import PAGE, RESULTS, TABLES, predictors, render
from benchmarks.predict.predictors import _scores as scores


def test_the_page_has_the_tables_that_were_measured():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in TABLES if not (RESULTS / f"{name}.csv").is_file()] == []
    assert render(page) == page


def test_a_predictor_is_shown_by_set_and_in_the_mean():
    table = pd.DataFrame(
        {
            "predictor": ["one", "all", "one", "all"],
            "set": ["a", "a", "b", "b"],
            "accuracy": [0.5, 0.75, 0.25, 0.5],
            "log_loss": [1.0, 0.5, 2.0, 0.25],
            "log_loss_scaled": [0.5, 0.5, 1.5, 0.125],
        }
    )
    assert predictors(table).splitlines() == [
        "| predictor | a | b | mean accuracy | mean log loss | scaled |",
        "| --- | --- | --- | --- | --- | --- |",
        "| one | 0.500 | 0.250 | 0.375 | 1.500 | 1.000 |",
        "| all | 0.750 | 0.500 | 0.625 | 0.375 | 0.312 |",
    ]


def test_a_score_is_that_of_the_probabilities():
    import numpy as np

    found = scores(np.array([[[0.9, 0.1], [0.6, 0.4]]]), np.array([0, 1]), temperature=2.0)
    assert found == {
        "accuracy": 0.5,
        "log_loss": pytest.approx(-(np.log(0.9) + np.log(0.4)) / 2),
        "log_loss_scaled": pytest.approx(-(np.log(3 / 4) + np.log(np.sqrt(0.4) / (np.sqrt(0.4) + np.sqrt(0.6)))) / 2),
    }


@pytest.mark.slow
def test_memory_is_measured_of_files_of_two_lengths(monkeypatch, request):
    fixture = request.config.rootpath / "tests/fixtures/export-onnx"
    monkeypatch.setattr("benchmarks.predict.memory.MODELS", {"tiny": (["--model", str(fixture)], 1)})
    found = measure_memory(100)
    assert found[["rows", "written"]].to_numpy().tolist() == [[10, 10], [100, 100]]
    assert (found["memory"] > 50).all()
