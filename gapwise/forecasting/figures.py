"""What a learning curve says: the figures that every report of it shows, and none that a report has to work out."""

from gapwise.comparing.figures import Estimate, Figure


class Point(Figure):
    """One size of the curve.

    Attributes:
        name: Of the run: an experiment, `workspace` or the current commit.
        rows: Trained on, mean over repeats.
        score: On the test rows, with its interval.
        repeats: The score of each repeat.
        step: Change of the score since the size before, with its interval; None for the first.
        fitted: The score by the fitted law, which has less luck in it.
    """

    name: str
    rows: float
    score: Estimate
    repeats: list[float]
    step: Estimate | None
    fitted: float


class Forecast(Figure):
    """What a number of further rows will change.

    Attributes:
        rows: Trained on then.
        ahead: More than the largest size.
        gain: Change of the score, with its interval.
        score: The score then by the fitted law, with its interval.
        probability_better: That the score is better then, from 0 to 1.
    """

    rows: float
    ahead: float
    gain: Estimate
    score: Estimate
    probability_better: float


class LearningCurve(Figure):
    """The whole answer.

    Attributes:
        metric: Of the scores.
        confidence: Of every interval.
        repeats: Shared by all sizes.
        test_rows: Shared by all sizes.
        test_groups: Groups among them; rows of one group count as one draw.
        rows_left: Rows that a repeat could train on, mean over repeats.
        exponent: Of the power law, mean of what is plausible.
        points: By size, the smallest first.
        forecast: Of the rows that were asked about.
        course: The fitted law on a grid of rows from the smallest size to what was asked about, for a picture.
        notes: What a reader must know, as sentences.
    """

    metric: str
    confidence: float
    repeats: int
    test_rows: int
    test_groups: int
    rows_left: float
    exponent: float
    points: list[Point]
    forecast: Forecast
    course: list[Forecast]
    notes: list[str]
