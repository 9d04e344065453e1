"""A learning curve as one page of its own: picture, table and notes; no script, and nothing from the network."""

from markupsafe import Markup

from gapwise.forecasting.figures import LearningCurve
from gapwise.reports.charts import draw
from gapwise.reports.curve import basis, cells, columns, sentence
from gapwise.reports.curve_chart import curve_plot
from gapwise.reports.template import render
from gapwise.reports.words import percent


def page(curve: LearningCurve) -> str:
    """Writes the page; every name that comes from data is escaped."""
    return render(
        "curve.html",
        headline=sentence(curve),
        basis=basis(curve),
        confidence=percent(curve.confidence),
        svg=Markup(draw(curve_plot(curve), "curve", "Score by rows trained on, and its forecast")),
        columns=columns(curve),
        rows=cells(curve),
        notes=curve.notes,
    )
