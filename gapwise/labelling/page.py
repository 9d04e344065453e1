"""Explanations to look at: on the terminal, and as a page that needs no network."""

from collections.abc import Sequence
from pathlib import Path

import jinja2
from rich.console import Console
from rich.text import Text

from gapwise.base.errors import UserError
from gapwise.disk.atomic import atomic
from gapwise.labelling.explaining import Explanation

FAINT = 0.01  # a change of probability that is not worth a colour
STRONG = 0.2  # one that gets the whole colour


def to_terminal(console: Console, explanations: Sequence[Explanation]) -> None:
    """Prints explanations: what carries the label is underlined, what speaks against it struck through.

    Args:
        console: To print on.
        explanations: To print.
    """
    for one in explanations:
        line = Text(f"{one.label} {one.probability:.3f}  ", style="bold")
        for part, weight in zip(one.parts, one.weights, strict=True):
            line.append(part, style=_style(weight))
            line.append(f"({weight:+.2f}) " if abs(weight) >= FAINT else " ", style="not bold dim")
        console.print(line, soft_wrap=True)


def _style(weight: float) -> str:
    if abs(weight) < FAINT:
        return "not bold"
    return "not bold blue underline" if weight > 0 else "not bold red strike"


def write_page(path: Path, explanations: Sequence[Explanation]) -> None:
    """Writes a page of explanations.

    Args:
        path: Of the HTML file.
        explanations: At least one.

    Raises:
        UserError: If it cannot be written.
    """
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = environment.get_template("explanations.html").render(explanations=explanations, shade=_shade)
    try:
        with atomic(path) as temporary:
            temporary.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def _shade(weight: float) -> float:
    """Gives the opacity of a part's colour, from 0 to 1."""
    return 0.0 if abs(weight) < FAINT else round(min(abs(weight) / STRONG, 1.0), 2)
