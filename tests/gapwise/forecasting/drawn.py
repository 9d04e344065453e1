"""Scores of a few sizes, drawn from a curve with known parameters: right and wrong answers on texts, by repeat."""

import numpy as np

from gapwise.forecasting.power_law import bend

ROWS = np.array([50.0, 100.0, 200.0, 400.0])


def course(exponent, rows, level=0.6, change=0.15):
    """The true score at some numbers of rows: from the level at 50 rows to the level and the change at 400."""
    return np.array([level + change * bend(at, np.array([exponent]), ROWS[0], ROWS[-1])[0] for at in rows])


def answers(scores, repeats, texts, rng):
    """Contributions of accuracy, shape (sizes, repeats, texts): most answers depend on the text alone."""
    by_text = rng.random((repeats, texts)) < 0.75
    mark = np.where(by_text, rng.random(texts), rng.random((len(scores), repeats, texts)))
    return (mark < scores[:, None, None]).astype(float)
