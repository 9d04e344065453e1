"""The figures of a comparison in plain words: amounts with their units, and a sentence for each verdict."""

from collections.abc import Iterable

from gapwise.base.wording import in_yaml
from gapwise.comparing.figures import Comparison, Contrast, Estimate, Selection, Setting
from gapwise.statistics.metrics import METRICS

MINUS = "\u2212"


def number(value: float, decimals: int, signed: bool = False) -> str:
    """Writes a number with a real minus sign, and zero without any.

    Example:
        >>> number(-0.04, 1), number(1.25, 1, signed=True)
        ('0.0', '+1.2')
    """
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def printable(line: str) -> str:
    """Replaces what could move a terminal's cursor or change its colors: a param may come from a colleague."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)


def difference(metric: str, estimate: Estimate) -> str:
    """Writes a difference with its interval, in the unit of the metric: "+1.2 (0.3 to 2.1)"."""
    unit = METRICS[metric]
    value, low, high = (unit.factor * end for end in (estimate.value, estimate.low, estimate.high))
    ends = f"({number(low, unit.decimals)} to {number(high, unit.decimals)})"
    return f"{number(value, unit.decimals, signed=True)} {ends}"


def amount(metric: str, value: float) -> str:
    """Writes an amount without sign, in the unit of the metric: "0.5 points of accuracy"."""
    unit = METRICS[metric]
    return f"{number(abs(unit.factor * value), unit.decimals)} {unit.unit}"


def estimate(value: Estimate) -> str:
    """Writes a score with its interval: "0.802 (0.773 to 0.827)"."""
    return f"{number(value.value, 3)} ({number(value.low, 3)} to {number(value.high, 3)})"


def score(value: float | None) -> str:
    """Writes a score: "0.802"; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def probability(value: float) -> str:
    """Writes a probability, never as a certainty."""
    return ">0.99" if value > 0.99 else "<0.01" if value < 0.01 else f"{value:.2f}"


def percent(share: float) -> str:
    """Writes a share: "95 %"."""
    return f"{100 * share:g} %"


def duration(seconds: float | None) -> str:
    """Writes how long something took: "48 s", "3 min 5 s", "2 h 10 min"; a dash where it is not known."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def verdict_sentence(contrast: Contrast, comparison: Comparison) -> str:
    """Tells the verdict on one setting, with the figures behind it and, where it is open, what would decide it."""
    metric, baseline = comparison.metric, comparison.baseline
    unit = METRICS[metric]
    figures = difference(metric, contrast.difference).replace(" (", f" {unit.unit} (", 1)
    match contrast.verdict:
        case "better" | "worse":
            return f"{contrast.name} is {contrast.verdict} than {baseline}: {figures}."
        case "equivalent":
            within = amount(metric, comparison.margin)
            return f"{contrast.name} is equivalent to {baseline}: {figures}, all within {within}."
    open_end = f"{contrast.name} against {baseline} is undecided: {figures}."
    if contrast.difference.low > 0 or contrast.difference.high < 0:
        open_end += f" Its interval leaves out 0, but one of {len(comparison.contrasts)} settings may do so by chance."
    decides = _what_decides(contrast, comparison) if contrast.difference.value else "No number of rows shows it."
    return f"{open_end} {decides}"


def _what_decides(contrast: Contrast, comparison: Comparison) -> str:
    if contrast.needed_repeats == comparison.repeats or contrast.needed_test_rows == comparison.test_rows:
        return "It is on the edge: a difference of this size is decided in 4 of 5 such comparisons."
    more = instead(contrast.needed_repeats, comparison.repeats, contrast.needed_test_rows, comparison.test_rows)
    if not more:
        return "Neither more repeats nor more test rows alone would decide a difference of this size."
    return f"If it is of this size, {more} would decide it, in 4 of 5 cases."


def instead(needed_repeats: int | None, repeats: int, needed_test_rows: int | None, test_rows: int) -> str:
    """Says what it takes instead of what there is; empty where no number of either is enough."""
    ways = [
        f"{count:,} {what} instead of {now:,}"
        for count, what, now in (
            (needed_repeats, "repeats", repeats),
            (needed_test_rows, "test rows", test_rows),
        )
        if count is not None
    ]
    return " or ".join(ways)


def selection_sentences(selection: Selection, comparison: Comparison) -> list[str]:
    """Tells which setting to take, and what a choice by the test set would have been worth."""
    name = METRICS[comparison.metric].label
    chosen = f"Chosen by validation: {selection.name}, with a test {name} of {estimate(selection.test)}."
    by_test = (
        "The test set would have chosen the same"
        if selection.best_on_test == selection.name
        else f"The test set would have chosen {selection.best_on_test}"
    )
    optimism = (
        f"{by_test}; picking by test score would overstate it by {amount(comparison.metric, selection.optimism)}."
    )
    return [chosen, optimism]


def basis(comparison: Comparison) -> str:
    """Tells in a line what was compared, and on what."""
    rows = f"{comparison.test_rows:,} test rows"
    if comparison.test_groups != comparison.test_rows:
        rows += f" in {comparison.test_groups:,} groups"
    repeats = f"{comparison.repeats} shared repeats"
    if comparison.rotations > 1:
        repeats += f" in each of {comparison.rotations} rotations"
    corrected = f", Holm's correction for {len(comparison.contrasts)} settings" if len(comparison.contrasts) > 1 else ""
    return (
        f"{METRICS[comparison.metric].label} on {rows}, {repeats}; "
        f"{percent(comparison.confidence)} intervals{corrected}"
    )


def params_line(setting: Setting, baseline: Setting) -> str:
    """Names what a setting does otherwise than the baseline: "finetune.l2 0.1 (was 0.01)"."""
    changed = [
        f"{key} {in_yaml(value)} (was {in_yaml(baseline.params.get(key))})"
        for key, value in setting.params.items()
        if value != baseline.params.get(key)
    ]
    return ", ".join(changed) if changed else "the same params"


def directions(metric: str) -> tuple[str, str]:
    """Names what lies left and right of zero on an axis of differences."""
    return ("better", "worse") if METRICS[metric].direction < 0 else ("worse", "better")


def changed_params(settings: Iterable[Setting]) -> list[str]:
    """Names the params that differ between any two settings, in the order of params.yaml."""
    return list(dict.fromkeys(key for setting in settings for key in setting.params))
