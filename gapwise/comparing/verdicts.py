"""Compares settings that saw the same repeats and the same test rows, pair by pair, and judges each difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gapwise.base.tables import rows_per_class
from gapwise.comparing.figures import Comparison, Contrast, Estimate, Selection, Setting, Verdict
from gapwise.comparing.scored import Candidate, Scored, score
from gapwise.comparing.selection import optimism
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.multiplicity import holm
from gapwise.statistics.planning import needed
from gapwise.statistics.uncertainty import Integers, Uncertainty, score_interval


@dataclass(frozen=True)
class Question:
    """What a comparison asks.

    Attributes:
        metric: What is compared.
        margin: A difference whose interval lies within it, on both sides, is none; 0 or more.
        confidence: Of every interval, above 0 and below 1.
        groups: Number of each test row's group from 0; rows of one group count as drawn together.
    """

    metric: str
    margin: float
    confidence: float
    groups: Integers

    def estimate(self, uncertainty: Uncertainty) -> Estimate:
        """Reports a difference or a gap."""
        low, high = uncertainty.interval(self.confidence)
        return Estimate(value=uncertainty.value, low=low, high=high)

    def score(self, one: Scored, metric: str) -> Estimate:
        """Reports a setting's own score on the test rows; chance may have lifted it to the end of its interval."""
        value = one.mean(metric, "test")
        low, high = score_interval(one.on_test(metric, self.groups), metric, self.confidence)
        return Estimate(value=value, low=low, high=max(high, value))


def compare(
    candidates: Sequence[Candidate], groups: "pd.Series[str]", metric: str, margin: float, confidence: float
) -> Comparison:
    """Compares every setting with the first.

    Args:
        candidates: The baseline, then one setting or more; all with predictions of the same test texts and of at least
            one repeat in common, drawn alike. Names may repeat.
        groups: Group of each test text, by `text_id`. Its order has no influence.
        metric: See `Question`.
        margin: See `Question`.
        confidence: See `Question`.
    """
    groups = groups.sort_index()
    question = Question(metric, margin, confidence, pd.factorize(groups)[0])
    repeats = sorted(set.intersection(*(one.repeats for one in candidates)))
    names = [one.name for one in candidates]
    scored = [score(one, repeats, list(groups.index)) for one in candidates]
    return Comparison(
        metric=metric,
        margin=margin,
        confidence=confidence,
        baseline=names[0],
        repeats=scored[0].repeats,
        rotations=scored[0].rotations,
        test_rows=len(groups),
        test_groups=int(groups.nunique()),
        notes=_notes(candidates, scored[0], int(groups.nunique())),
        settings=[
            _setting(one, its_score, params, question)
            for one, its_score, params in zip(
                candidates, scored, differing([one.params for one in candidates]), strict=True
            )
        ],
        contrasts=_contrasts(names[1:], [one.minus(scored[0]) for one in scored[1:]], question),
        selection=_selection(names, scored, question) if len(scored) > 2 and scored[0].is_validated else None,
    )


def verdict(difference: Uncertainty, p_adjusted: float, question: Question) -> Verdict:
    """Judges a difference: within the margin, on one side of 0 after Holm's correction, or neither."""
    low, high = difference.interval(question.confidence)
    if -question.margin <= low and high <= question.margin:
        return "equivalent"
    if p_adjusted >= 1 - question.confidence:
        return "undecided"
    return "better" if difference.value * METRICS[question.metric].direction > 0 else "worse"


def differing(params: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keeps of each setting's params those that are not the same in all settings, by dotted key."""
    flat = [flatten(one) for one in params]
    keys = dict.fromkeys(key for one in flat for key in one)
    different = [key for key in keys if any(one.get(key) != flat[0].get(key) for one in flat)]
    return [{key: one.get(key) for key in different} for one in flat]


def flatten(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Gives every value of nested mappings by its dotted key."""
    flat: dict[str, Any] = {}
    for key, value in params.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _setting(candidate: Candidate, scored: Scored, params: dict[str, Any], question: Question) -> Setting:
    return Setting(
        name=candidate.name,
        params=params,
        repeats=len(candidate.repeats) // scored.rotations,
        test={metric: question.score(scored, metric) for metric in METRICS},
        validation={metric: scored.mean(metric, "validation") if scored.is_validated else None for metric in METRICS},
        train={metric: scored.mean(metric, "train") for metric in METRICS},
        gap=question.estimate(scored.gap(question.metric, question.groups)),
        epochs=candidate.epochs,
        seconds=candidate.seconds,
    )


def _contrasts(names: Sequence[str], differences: Sequence[Scored], question: Question) -> list[Contrast]:
    p_values = [one.on_test(question.metric, question.groups).p_value() for one in differences]
    return [
        _contrast(name, one, p_adjusted, len(names), question)
        for name, one, p_adjusted in zip(names, differences, holm(p_values), strict=True)
    ]


def _contrast(name: str, difference: Scored, p_adjusted: float, settings: int, question: Question) -> Contrast:
    metric, groups = question.metric, question.groups
    parts = difference.components(metric, groups)
    main = parts.uncertainty()
    judged = verdict(main, p_adjusted, question)
    above = main.probability_above(0.0)
    # Holm asks most of the clearest difference; each is planned for as if it were that one.
    strict = 1 - (1 - question.confidence) / settings
    open_ends = {
        what: needed(what, parts, question.margin, strict) if judged == "undecided" else None
        for what in ("repeats", "rows")
    }
    return Contrast(
        name=name,
        verdict=judged,
        difference=question.estimate(main),
        standard_error=main.standard_error,
        freedom=main.freedom,
        probability_better=above if METRICS[metric].direction > 0 else 1 - above,
        p_value=main.p_value(),
        p_adjusted=p_adjusted,
        needed_repeats=open_ends["repeats"],
        needed_test_rows=open_ends["rows"],
        differences={other: question.estimate(difference.on_test(other, groups)) for other in METRICS},
        gap_difference=question.estimate(difference.gap(metric, groups)),
    )


def _selection(names: Sequence[str], scored: Sequence[Scored], question: Question) -> Selection:
    metric, sign = question.metric, METRICS[question.metric].direction
    picked, tempting = (
        max(range(len(scored)), key=lambda number: sign * scored[number].mean(metric, part))
        for part in ("validation", "test")
    )
    return Selection(
        name=names[picked],
        test=question.score(scored[picked], metric),
        best_on_test=names[tempting],
        optimism=optimism([sign * one.test[metric] for one in scored], question.groups, metric, scored[0].rotations),
    )


def _epochs_left_to_rows(candidate: Candidate) -> str | None:
    if candidate.epochs is None or candidate.params.get("finetune", {}).get("epochs", "given") is not None:
        return None
    per_class = rows_per_class(candidate.predictions, candidate.predictions)
    return (
        f"{candidate.name} leaves its epochs to the number of rows (finetune.epochs is null): with {per_class:.0f} per "
        f"class to train on, a repeat took {candidate.epochs / len(candidate.repeats):.3g}."
    )


def _notes(candidates: Sequence[Candidate], scored: Scored, groups: int) -> list[str]:
    notes = []
    counts = [len(one.repeats) // scored.rotations for one in candidates]
    if any(count != scored.repeats for count in counts):
        listed = ", ".join(f"{one.name} {count}" for one, count in zip(candidates, counts, strict=True))
        notes.append(
            f"Settings have different numbers of repeats ({listed}); the {scored.repeats} that all share are compared."
        )
    if scored.repeats == 1 and scored.rotations == 1:
        notes.append("With one repeat, luck in training is judged by what is usual, not by these runs.")
    if len(scored.train_sets) == scored.rotations and scored.repeats > 1:
        notes.append(
            "All repeats train on the same rows: intervals tell of other seeds and test rows, and not of other rows to "
            "train on."
        )
    notes += [note for one in candidates if (note := _epochs_left_to_rows(one)) is not None]
    if len(candidates) > 2 and not scored.is_validated:
        notes.append("Without validation rows no setting can be chosen without a look at the test set.")
    if groups < 30:
        notes.append(f"The test rows are only {groups} independent groups; intervals are rough.")
    return notes
