"""The card of an export: that of the network, with how this format is loaded and how it was checked."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Template

from gapwise.delivery.card import LOADING


def write_card(network: Path, path: Path, to: str, lines: Sequence[str]) -> None:
    """Writes the card.

    Args:
        network: The card of the final network, up to how that is loaded; may be missing.
        path: Of the Markdown file.
        to: The format.
        lines: What a check has found.
    """
    text = network.read_text(encoding="utf-8").partition(LOADING)[0].rstrip() if network.is_file() else ""
    template = Template(files("gapwise.exporting").joinpath("card.md").read_text(encoding="utf-8"))
    own = template.render(loading=LOADING, to=to, lines=lines)
    path.write_text(f"{text}\n\n{own}\n".lstrip(), encoding="utf-8")
