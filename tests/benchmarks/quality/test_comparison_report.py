import numpy as np
import pandas as pd

from benchmarks.quality import comparison_report, trainings


def rows(*measured):
    return pd.DataFrame(
        [
            {
                "set": name,
                "size": size,
                "column": column,
                "repeat": repeat,
                "test_accuracy": accuracy,
                "cpu_seconds": 2.0,
            }
            for name, size, column, accuracies in measured
            for repeat, accuracy in enumerate(accuracies)
        ]
    )


def test_the_table_has_means_the_best_in_bold_and_seconds():
    measured = rows(
        ("tweets", "8 per class", "frozen", [0.5, 0.7]),
        ("tweets", "8 per class", "setfit", [0.9]),
        ("tweets", "8 per class", "gapwise", [0.75, 0.85]),
    )

    assert comparison_report.table(measured).splitlines()[:4] == [
        "| train rows | data set | majority | TF-IDF | frozen encoder | plain fine-tuning | SetFit "
        "| Gapwise, defaults | Gapwise, no class names | Gapwise, all class names | Gapwise |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        "| 8 per class | tweets |  |  | 0.600 |  | 0.900 (1 of 2) |  |  |  | **0.800** |",
        "| 8 per class | *CPU per repeat* |  |  | 2.0 s |  | 2.0 s |  |  |  | 2.0 s |",
    ]


def test_columns_that_are_alike_to_three_digits_are_both_bold():
    measured = rows(("tweets", "400 rows", "frozen", [0.8001]), ("tweets", "400 rows", "gapwise", [0.8004]))

    assert "| **0.800** |  |  |  |  |  | **0.800** |" in comparison_report.table(measured)


def test_sets_and_sizes_come_in_the_order_of_the_benchmark_and_no_size_is_empty():
    measured = rows(
        ("tweets", "400 rows", "frozen", [0.8]),
        ("nyt-editorials", "400 rows", "frozen", [0.8]),
        ("tweets", "8 per class", "frozen", [0.8]),
    )

    named = [line.split(" | ")[:2] for line in comparison_report.table(measured).splitlines()[2:]]

    assert named == [
        ["| 8 per class", "tweets"],
        ["| 8 per class", "*CPU per repeat*"],
        ["| 400 rows", "nyt-editorials"],
        ["| 400 rows", "tweets"],
        ["| 400 rows", "*CPU per repeat*"],
    ]


def test_a_column_whose_time_is_not_known_has_none():
    measured = rows(("tweets", "400 rows", "majority", [0.5]), ("tweets", "400 rows", "frozen", [0.8]))
    measured.loc[measured["column"] == "majority", "cpu_seconds"] = float("nan")

    line = comparison_report.table(measured).splitlines()[-1]
    assert line == "| 400 rows | *CPU per repeat* |  |  | 2.0 s |  |  |  |  |  |  |"


def test_gapwise_is_compared_with_the_best_of_the_others_text_by_text():
    right = {"frozen": [1, 1, 0, 0], "setfit": [1, 0, 1, 1], "defaults": [1, 1, 1, 1], "gapwise": [1, 1, 1, 1]}
    measured = pd.DataFrame(
        {
            "set": "tweets",
            "size": "400 rows",
            "column": column,
            "repeat": repeat,
            "test_accuracy": np.mean(bits),
            "test_log_loss": loss,
            "right": trainings._packed(np.array(bits, bool)),
        }
        for (column, bits), loss in zip(right.items(), [0.9, 0.8, 0.6, 0.5], strict=True)
        for repeat in range(2)
    )
    missing = measured[(measured["column"] != "frozen") | (measured["repeat"] == 0)]
    for given in (measured, missing):
        line = comparison_report.against_best(given, lambda name: np.arange(4)).splitlines()[-1]
        assert line.startswith("| 400 rows | tweets | SetFit | +0.250 (")
        assert line.endswith(" | -0.300 |")
