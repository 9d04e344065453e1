"""A label report as one page of its own: every row to look at, no script, and nothing from the network."""

from gapwise.inspecting.figures import LabelReport
from gapwise.reports.labels import NO_TEST, basis, by_status, sentences
from gapwise.reports.template import render


def page(report: LabelReport) -> str:
    """Writes the page; every text that comes from data is escaped, and it forbids itself scripts and any address."""
    return render(
        "labels.html",
        report=report,
        basis=basis(report),
        development=by_status(report.development),
        test=by_status(report.test),
        no_test=NO_TEST,
        notes=[note for note in sentences(report) if note != NO_TEST],
    )
