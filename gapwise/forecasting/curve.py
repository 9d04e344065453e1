"""From the runs of several sizes to the learning curve, and what further rows will change."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapwise.comparing.figures import Estimate
from gapwise.comparing.scored import Candidate, Scored, score
from gapwise.comparing.verdicts import Question
from gapwise.forecasting.figures import Forecast, LearningCurve, Point
from gapwise.forecasting.mixture import Mixture
from gapwise.forecasting.observed import observe
from gapwise.forecasting.power_law import Law, fit
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import components

Floats = npt.NDArray[np.float64]

FEW_GROUPS = 30
FARTHEST = 2.0  # times the largest size: forecasts were measured no farther
STEPS = 25  # of each part of the course, seen and foretold, for a picture


def learning_curve(
    runs: Sequence[Candidate],
    groups: "pd.Series[str]",
    left: float,
    *,
    metric: str,
    confidence: float,
    ahead: float,
    notes: Sequence[str] = (),
) -> LearningCurve:
    """Works out the curve of one setting.

    Args:
        runs: At least 3, of the same repeats and test texts, with more rows from one to the next.
        groups: Group of each test text, by `text_id`. Its order has no influence.
        left: Rows that a repeat could train on, mean over repeats.
        metric: One of `METRICS`.
        confidence: Of every interval, above 0 and below 1.
        ahead: Rows more than the largest size to forecast, up to `FARTHEST` times that size in all.
        notes: What a reader must know of the runs, as sentences.
    """
    groups = groups.sort_index()
    if groups.nunique() < FEW_GROUPS:
        notes = [*notes, f"The test rows are only {groups.nunique()} independent groups; intervals are rough."]
    question = Question(metric, 0.0, confidence, pd.factorize(groups)[0])
    repeats = sorted(runs[0].repeats)
    scored = [score(one, repeats, list(groups.index)) for one in runs]
    rows = [_rows(one) for one in runs]
    if len(repeats) > 1 and len(scored[-1].train_sets) == 1:  # without validation rows, all rows leave nothing out
        told = (
            f"At {rows[-1]:,.0f} rows all repeats train on the same rows: its interval tells of other seeds and test "
        )
        notes = [*notes, f"{told}rows, and not of other rows to train on."]
    contributions = np.stack([one.test[metric] - one.by_chance["test", metric] for one in scored])
    law = fit(observe(rows, left, contributions, question.groups, metric))
    return LearningCurve(
        metric=metric,
        confidence=confidence,
        repeats=len(repeats),
        test_rows=len(groups),
        test_groups=int(groups.nunique()),
        rows_left=left,
        exponent=law.exponent,
        points=_points(runs, rows, scored, law, question),
        forecast=_forecast(law, rows[-1] + ahead, question),
        course=[_forecast(law, at, question) for at in _grid(rows[0], rows[-1], rows[-1] + ahead)],
        notes=[*notes],
    )


def _grid(first: float, last: float, then: float) -> list[float]:
    """Gives numbers of rows at even distances on a logarithmic axis, with the last size among them."""
    seen, foretold = (np.geomspace(low, high, STEPS).tolist() for low, high in ((first, last), (last, then)))
    return [first, *seen[1:-1], last, *foretold[1:-1], then]


def _rows(run: Candidate) -> float:
    """Rows that a run trained on, mean over repeats."""
    train = run.predictions[run.predictions["part"] == "train"]
    return len(train) / len(run.repeats)


def _points(
    runs: Sequence[Candidate], rows: Sequence[float], scored: Sequence[Scored], law: Law, question: Question
) -> list[Point]:
    metric = question.metric
    steps = [None, *(_step(before, after, question) for before, after in pairwise(scored))]
    return [
        Point(
            name=run.name,
            rows=count,
            score=question.score(one, metric),
            repeats=[float(value) for value in one.test[metric].mean(axis=1)],
            step=step,
            fitted=law.score(count).mean,
        )
        for run, count, one, step in zip(runs, rows, scored, steps, strict=True)
    ]


def _step(before: Scored, after: Scored, question: Question) -> Estimate:
    key = ("test", question.metric)
    change = after.test[question.metric] - before.test[question.metric]
    by_chance = after.by_chance[key] - before.by_chance[key]
    return question.estimate(components(change, question.groups, question.metric, by_chance).uncertainty())


def _forecast(law: Law, rows: float, question: Question) -> Forecast:
    gain, then = law.gain(law.observed.rows[-1], rows), law.score(rows)
    worse = gain.below(0.0)
    return Forecast(
        rows=rows,
        ahead=rows - law.observed.rows[-1],
        gain=_estimate(gain, question.confidence),
        score=_possible(_estimate(then, question.confidence), question.metric),
        probability_better=1 - worse if METRICS[question.metric].direction > 0 else worse,
    )


def _estimate(mixture: Mixture, confidence: float) -> Estimate:
    low, high = mixture.interval(confidence)
    return Estimate(value=mixture.mean, low=low, high=high)


def _possible(score: Estimate, metric: str) -> Estimate:
    """Cuts a score and its interval off where it cannot be: below 0, and a share of rows above 1."""
    most = 1.0 if METRICS[metric].is_share else np.inf
    return Estimate(**{name: float(np.clip(value, 0.0, most)) for name, value in score.model_dump().items()})
