"""What a search found: the figures that every report shows."""

from collections.abc import Sequence
from typing import Any, Literal

from gapwise.comparing.figures import Comparison, Estimate, Figure
from gapwise.searching.correction import Corrected
from gapwise.searching.race import Fall, Race, mean, paired
from gapwise.searching.space import Candidate
from gapwise.statistics.metrics import METRICS


class Halt(Figure):
    """A look of the race.

    Attributes:
        repeats: Of each setting in it.
        settings: That were in it.
    """

    repeats: int
    settings: int


class Entrant(Figure):
    """One setting of the race.

    Attributes:
        name: Of its experiment.
        changes: Of params.yaml, by dotted key.
        repeats: That it was trained.
        validation: Mean of the metric over its repeats.
        difference: To the leader at its last look, on the repeats that both have; None for the winner.
        fell: The repeats at which it left the race; None for those that stayed to the end.
        reason: `worse` if it will not win, `budget` if there was none left for it; None for those that stayed.
        rival: The leader when it left; None for those that stayed.
        p_value: One-sided, of its being as good as the leader; None for the winner.
    """

    name: str
    changes: dict[str, Any]
    repeats: int
    validation: float
    difference: Estimate | None
    fell: int | None
    reason: Literal["worse", "budget"] | None
    rival: str | None
    p_value: float | None


class Worth(Figure):
    """What the winner's validation score is worth.

    Attributes:
        seen: Its validation score.
        optimism: What the choice has added; 0 or more towards the better side.
        corrected: The score less the optimism.
        groups: That it was validated on, in all repeats together.
    """

    seen: float
    optimism: float
    corrected: Estimate
    groups: int


class Effect(Figure):
    """What a value of a key does on validation.

    Attributes:
        key: Dotted.
        value: As params.yaml has it, or "above" the median of many.
        settings: That have it.
        difference: Mean of these settings less that of the others; above 0 is better, whatever the metric.
    """

    key: str
    value: str
    settings: int
    difference: Estimate


class Found(Figure):
    """The whole answer.

    Attributes:
        metric: That the race was judged by.
        confidence: Of every interval.
        looks: Of the race.
        trainings: Repeats that were trained for it.
        grid: Repeats that training all settings to the end would have taken.
        default: Name of the setting of params.yaml.
        winner: Name of the winner, which may be the default.
        entrants: The best first: those that stayed, then those that left last.
        worth: Of the winner on validation.
        effects: By key and value.
        test: The winner against the default on the test rows; None if the default won, or before the test is opened.
    """

    metric: str
    confidence: float
    looks: list[Halt]
    trainings: int
    grid: int
    default: str
    winner: str
    entrants: list[Entrant]
    worth: Worth
    effects: list[Effect]
    test: Comparison | None


def describe(
    race: Race,
    drawn: Sequence[Candidate],
    worth: Corrected,
    effects: Sequence[Effect],
    *,
    metric: str,
    confidence: float,
) -> Found:
    """Puts a race into figures.

    Args:
        race: That was run.
        drawn: All settings.
        worth: Of the winner.
        effects: From `effects.effects`.
        metric: That the scores are of.
        confidence: Of the intervals.
    """
    sign = METRICS[metric].direction
    entrants = [_entrant(one, race, metric, confidence) for one in drawn]
    low, high = sorted([sign * worth.low, sign * worth.high])
    return Found(
        metric=metric,
        confidence=confidence,
        looks=[
            Halt(repeats=look.repeats, settings=sum(len(own) >= look.repeats for own in race.scores.values()))
            for look in race.looks
        ],
        trainings=race.trained,
        grid=len(drawn) * race.looks[-1].repeats,
        default=race.default,
        winner=race.winner,
        entrants=sorted(entrants, key=lambda one: (one.name != race.winner, -one.repeats, -sign * one.validation)),
        worth=Worth(
            seen=sign * worth.seen,
            optimism=worth.optimism,
            corrected=Estimate(value=sign * worth.value, low=low, high=high),
            groups=worth.groups,
        ),
        effects=list(effects),
        test=None,
    )


def _entrant(candidate: Candidate, race: Race, metric: str, confidence: float) -> Entrant:
    scores, fall = race.scores[candidate.name], race.falls.get(candidate.name)
    sign = METRICS[metric].direction
    against = _against(candidate.name, race, fall, metric)
    difference = None
    if against is not None:
        low, high = sorted(sign * end for end in against.interval(confidence))
        difference = Estimate(value=sign * against.value, low=low, high=high)
    return Entrant(
        name=candidate.name,
        changes=dict(candidate.changes),
        repeats=len(scores),
        validation=sign * mean(scores),
        difference=difference,
        fell=None if fall is None else race.looks[fall.look].repeats,
        reason=None if fall is None else fall.reason,
        rival=None if fall is None else fall.rival,
        p_value=None if against is None else against.probability_above(0.0),
    )


def _against(name: str, race: Race, fall: Fall | None, metric: str) -> Any:
    if fall is not None:
        return fall.difference
    return None if name == race.winner else paired(race.scores[name], race.scores[race.winner], metric)
