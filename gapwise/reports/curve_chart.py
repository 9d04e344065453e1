"""The picture of a learning curve: repeats, their means, the fitted law in its band, and dashed what it foretells."""

from typing import Any

import altair as alt
import pandas as pd

from gapwise.forecasting.figures import LearningCurve
from gapwise.reports.charts import BASELINE, CONFIG, HEIGHT, SETTING, WIDTH, span
from gapwise.statistics.metrics import METRICS

ROOM = 1.25  # times the size of the plots of a comparison, of which there are many


def curve_plot(curve: LearningCurve) -> dict[str, Any]:
    """Draws a learning curve as Vega-Lite, up to the rows that were asked about; rows are on a logarithmic axis."""
    course, repeats, means = course_of(curve), repeats_of(curve), means_of(curve)
    seen, foretold = (course[course["part"] == part] for part in ("seen", "foretold"))
    low, high = span(
        [course[["low", "high"]], repeats[["score", "score"]].set_axis(["low", "high"], axis=1)], ["low", "high"]
    )
    x = alt.X(
        "rows:Q",
        title="rows trained on",
        scale=alt.Scale(type="log", domain=[course["rows"].min() / 1.06, course["rows"].max() * 1.06]),
        axis=alt.Axis(values=[round(rows) for rows in [*means["rows"], curve.forecast.rows]], format=",d", grid=False),
    )

    def y(field: str) -> alt.Y:
        title = f"test {METRICS[curve.metric].label}"
        return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(domain=[low, high], zero=False, nice=False)).axis(
            tickCount=5
        )

    chart = alt.layer(
        alt.Chart(course).mark_area(opacity=0.14, color=SETTING).encode(x, y("low"), alt.Y2("high:Q")),
        alt.Chart(seen).mark_line(color=SETTING, strokeWidth=2).encode(x, y("score")),
        alt.Chart(foretold).mark_line(color=SETTING, strokeWidth=2, strokeDash=[6, 4]).encode(x, y("score")),
        _dots(repeats, BASELINE, 26).encode(x, y("score"), tooltip=_tooltip("repeat")),
        _dots(means, SETTING, 80).encode(x, y("score"), tooltip=_tooltip("run")),
    ).properties(width=ROOM * WIDTH, height=ROOM * HEIGHT)
    return chart.to_dict() | {"config": CONFIG, "autosize": {"type": "fit", "contains": "padding"}}


def course_of(curve: LearningCurve) -> pd.DataFrame:
    """Gives the fitted law on a grid of rows: `rows`, `score`, `low`, `high`, and `part`, seen or foretold.

    The largest size is in both parts, so that their lines meet.
    """
    last, then = curve.points[-1].rows, curve.forecast.rows
    rows = [
        {"rows": at.rows, "score": at.score.value, "low": at.score.low, "high": at.score.high, "part": part}
        for at in curve.course
        for part, from_, to in (("seen", 0.0, last), ("foretold", last, then))
        if from_ <= at.rows <= to
    ]
    return pd.DataFrame(rows)


def repeats_of(curve: LearningCurve) -> pd.DataFrame:
    """Gives each repeat's score: `rows`, `repeat`, `score`."""
    return pd.DataFrame(
        {"rows": point.rows, "repeat": number, "score": score}
        for point in curve.points
        for number, score in enumerate(point.repeats)
    )


def means_of(curve: LearningCurve) -> pd.DataFrame:
    """Gives each size's mean score: `rows`, `run`, `score`."""
    return pd.DataFrame({"rows": one.rows, "run": one.name, "score": one.score.value} for one in curve.points)


def _dots(table: pd.DataFrame, color: str, size: int) -> alt.Chart:
    chart: alt.Chart = alt.Chart(table).mark_point(filled=True, size=size, color=color, opacity=1)
    return chart


def _tooltip(name: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N"), alt.Tooltip("rows:Q", format=",.0f"), alt.Tooltip("score:Q", format=".3f")]
