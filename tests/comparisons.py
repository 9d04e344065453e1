"""A comparison as a baseline, a setting that helps, one that hurts, one that is alike and one that is noise give it."""

from gapwise.comparing.figures import Comparison, Contrast, Estimate, Selection, Setting


def estimate(value, half):
    return Estimate(value=value, low=value - half, high=value + half)


def setting(name, accuracy, params, **changed):
    scores = {"accuracy": accuracy, "macro_f1": accuracy - 0.01, "log_loss": 1.2 - accuracy, "calibration_error": 0.04}
    values = {
        "name": name,
        "params": params,
        "repeats": 5,
        "test": {metric: estimate(value, 0.02) for metric, value in scores.items()},
        "validation": scores,
        "train": scores | {"accuracy": 0.95},
        "gap": estimate(0.95 - accuracy, 0.02),
        "epochs": 31,
        "seconds": 127.4,
    }
    return Setting(**values | changed)


def contrast(name, verdict, value, half, **changed):
    values = {
        "name": name,
        "verdict": verdict,
        "difference": estimate(value, half),
        "standard_error": half / 2.1,
        "freedom": 11.5,
        "probability_better": 0.5 if value == 0 else 0.97 if value > 0 else 0.02,
        "p_value": 0.03,
        "p_adjusted": 0.09,
        "needed_repeats": None,
        "needed_test_rows": None,
        "differences": {
            "accuracy": estimate(value, half),
            "macro_f1": estimate(value, half),
            "log_loss": estimate(-value, half),
            "calibration_error": estimate(0.0, half),
        },
        "gap_difference": estimate(-2 * value, half),
    }
    return Contrast(**values | changed)


def comparison(**changed):
    plain = {"finetune.l2": 0.01, "finetune.dropout": 0.1}
    values = {
        "metric": "accuracy",
        "margin": 0.005,
        "confidence": 0.95,
        "baseline": "main",
        "repeats": 5,
        "test_rows": 879,
        "test_groups": 300,
        "notes": ["Compared on the 5 repeats that all settings share: more has 10."],
        "settings": [
            setting("main", 0.80, plain),
            setting("strong-l2", 0.812, plain | {"finetune.l2": 0.1}, seconds=None),
            setting("all-frozen", 0.74, plain | {"finetune.dropout": 0.0}),
            setting("no-l2", 0.80, plain | {"finetune.l2": 0.0}),
            setting("noise", 0.804, plain | {"finetune.dropout": 0.2}, epochs=None),
        ],
        "contrasts": [
            contrast("strong-l2", "better", 0.012, 0.009, probability_better=0.996),
            contrast("all-frozen", "worse", -0.06, 0.015, probability_better=0.0001),
            contrast("no-l2", "equivalent", 0.0, 0.004),
            contrast("noise", "undecided", 0.004, 0.011, needed_repeats=23, needed_test_rows=12400),
        ],
        "selection": Selection(name="noise", test=estimate(0.804, 0.02), best_on_test="strong-l2", optimism=0.004),
    }
    return Comparison(**values | changed)
