"""A comparison as Markdown, as a comment on a pull request needs it: the verdicts first, the rest folded away."""

import re
from collections.abc import Sequence

from gapwise.base.wording import in_yaml
from gapwise.comparing.figures import Comparison, Verdict
from gapwise.reports.words import (
    basis,
    changed_params,
    difference,
    duration,
    estimate,
    printable,
    probability,
    score,
    selection_sentences,
    verdict_sentence,
)
from gapwise.statistics.metrics import METRICS

SIGNS: dict[Verdict, str] = {"better": "🟢", "worse": "🔴", "equivalent": "🔵", "undecided": "⚪"}
# All that Markdown or HTML could take for more than a character, in a text that comes from data.
PLAIN = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>@#"} | {sign: f"\\{sign}" for sign in "\\`*_{}[]|~"})


def markdown(comparison: Comparison) -> str:
    """Writes the whole comparison; names from data cannot break out of their cells."""
    unit = METRICS[comparison.metric].unit.split(" of ")[0]
    verdicts = [
        [
            escape(one.name),
            f"{SIGNS[one.verdict]} {one.verdict}",
            difference(comparison.metric, one.difference),
            escape(probability(one.probability_better)),
            difference(comparison.metric, one.gap_difference),
        ]
        for one in comparison.contrasts
    ]
    baseline = escape(comparison.baseline)
    parts = [
        f"### Against {baseline}: {METRICS[comparison.metric].label}",
        table(["", "verdict", f"difference in {unit}", "P(better)", "change of gap"], verdicts),
        "\n".join(f"- {escape(verdict_sentence(one, comparison))}" for one in comparison.contrasts),
    ]
    if comparison.selection is not None:
        parts.append(escape(" ".join(selection_sentences(comparison.selection, comparison))))
    parts.append(
        f"<details><summary>Scores, params and notes</summary>\n\n{_scores(comparison)}\n\n{_params(comparison)}"
    )
    parts += ["\n".join(f"- {escape(note)}" for note in comparison.notes)] if comparison.notes else []
    parts += ["</details>", f"<sub>{escape(basis(comparison))}</sub>"]
    return "\n\n".join(parts)


def escape(text: str) -> str:
    """Makes a text from data plain in Markdown: no markup, no link, no mention of anybody, no line of its own."""
    line = printable(" ".join(text.split())).translate(PLAIN)
    # At its start it could open a list; an address anywhere becomes a link by itself.
    line = re.sub(r"^([-+]|\d+[.)])(?=\s)", r"&#8203;\1", line)
    return line.replace("://", "&#58;//").replace("www.", "www&#46;")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Writes a table whose first column is aligned left and all others right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _scores(comparison: Comparison) -> str:
    metric = comparison.metric
    rows = [
        [
            escape(one.name),
            estimate(one.test[metric]),
            score(one.validation[metric]),
            f"{one.train[metric]:.3f}",
            estimate(one.gap),
            estimate(one.test["calibration_error"]),
            "–" if one.epochs is None else str(one.epochs),
            duration(one.seconds),
        ]
        for one in comparison.settings
    ]
    return table(["", "test", "validation", "train", "gap", "calibration error", "epochs", "time"], rows)


def _params(comparison: Comparison) -> str:
    keys = changed_params(comparison.settings)
    if not keys:
        return "All settings have the same params."
    names = [escape(one.name) for one in comparison.settings]
    rows = [[escape(key), *(escape(in_yaml(one.params.get(key))) for one in comparison.settings)] for key in keys]
    return table(["", *names], rows)
