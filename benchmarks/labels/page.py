"""The table of benchmarks/labels in docs/labels.md, between two comments."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.pipeline import PROJECT
from benchmarks.predict.page import markdown

RESULTS = Path(__file__).parent / "results"
PAGE = PROJECT / "docs/labels.md"
PLACE = re.compile(r"(<!-- planted -->\n).*?(<!-- end of planted -->)", re.DOTALL)


def render(page: str, table: pd.DataFrame) -> str:
    """Puts the table in its place.

    Args:
        page: Markdown with `<!-- planted -->` and `<!-- end of planted -->` around it.
        table: From `planted.measure`.
    """
    text, found = PLACE.subn(lambda match: f"{match[1]}\n{planted(table)}\n\n{match[2]}", page)
    assert found == 1
    return text


def write() -> None:
    """Renders docs/labels.md in place."""
    table = pd.read_csv(RESULTS / "planted.csv")
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


def planted(table: pd.DataFrame) -> str:
    """Shows, for each set and share, precision at k and recall at 2 k of both ways, and the paired difference."""
    rows = [
        [name, f"{100 * share:g} %", f"{one['planted'].iloc[0]}", *_figures(one)]
        for (name, share), one in table.groupby(["set", "share"], sort=False)
    ]
    heads = [
        "set",
        "planted",
        "k",
        "at k: Gapwise",
        "cleanlab",
        "difference",
        "recall at 2 k: Gapwise",
        "cleanlab",
        "difference",
    ]
    return markdown(heads, rows)


def _figures(one: pd.DataFrame) -> list[str]:
    shown = []
    for column in ("found", "found_twice"):
        shares = (one[column] / one["planted"]).groupby([one["way"], one["world"]]).first().unstack("way")  # noqa: PD010
        difference = shares["Gapwise"] - shares["cleanlab"]
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        shown += [f"{shares[way].mean():.3f}" for way in ("Gapwise", "cleanlab")]
        shown.append(f"{difference.mean():+.3f} ± {2 * error:.3f}")
    return shown
