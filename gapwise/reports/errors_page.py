"""An error report as one page of its own: every text, no script, and nothing from the network."""

from gapwise.inspecting.figures import ErrorReport, Errors, Wrong
from gapwise.reports.errors import (
    TITLES,
    basis,
    difference,
    mending_sentence,
    p_value,
    sealed,
    slice_sentences,
)
from gapwise.reports.template import render
from gapwise.reports.words import number, percent


def page(report: ErrorReport) -> str:
    """Writes the page; every text that comes from data is escaped, and it forbids itself scripts and any address."""
    parts = {"Validation rows": report.validation, "Test rows": report.test}
    return render(
        "errors.html",
        report=report,
        basis=basis(report),
        parts={title: by_kind(errors) for title, errors in parts.items() if errors.texts},
        sealed=sealed(report),
        slices=slice_sentences(report),
        mending=None if report.against is None else mending_sentence(report.against, report.revision),
        difference=difference,
        p_value=p_value,
        points=lambda share: number(100 * share, 1),
        confidence=percent(report.confidence),
    )


def by_kind(errors: Errors) -> dict[str, list[Wrong]]:
    """Gives the texts of each kind by its title, those lists that are not empty."""
    listed = {title: [row for row in errors.rows if row.kind == kind] for kind, title in TITLES.items()}
    return {title: rows for title, rows in listed.items() if rows}
