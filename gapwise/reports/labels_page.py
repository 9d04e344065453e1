"""A label report as one page of its own: every row to look at, no script, and nothing from the network."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from gapwise.inspecting.figures import LabelReport
from gapwise.reports.labels import NO_TEST, basis, by_status, sentences


def page(report: LabelReport) -> str:
    """Writes the page; every text that comes from data is escaped, and it forbids itself scripts and any address."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    folder = files("gapwise.reports")
    environment.globals["style"] = folder.joinpath("texts.css").read_text(encoding="utf-8")
    template = environment.from_string(folder.joinpath("labels.html").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        basis=basis(report),
        development=by_status(report.development),
        test=by_status(report.test),
        no_test=NO_TEST,
        notes=[note for note in sentences(report) if note != NO_TEST],
    )
