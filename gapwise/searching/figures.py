"""What a search found: the figures that every report shows."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from gapwise.comparing.figures import Comparison, Estimate, Figure
from gapwise.searching.correction import Corrected
from gapwise.searching.plan import Plan
from gapwise.searching.race import Race, mean, paired
from gapwise.searching.screening import Screened
from gapwise.searching.space import Candidate
from gapwise.statistics.metrics import METRICS
from gapwise.statistics.uncertainty import Uncertainty


class Halt(Figure):
    """A look of the race.

    Attributes:
        repeats: Of each setting in it.
        settings: That were in it.
    """

    repeats: int
    settings: int


class Screen(Figure):
    """The screening of all settings.

    Attributes:
        fraction: `split.validation_fraction` of it; None where it was the first repeat of the race.
        rows: That it validated on.
        price: Of one setting, in trainings.
    """

    fraction: float | None
    rows: int
    price: float


class Entrant(Figure):
    """One setting of the search.

    Attributes:
        name: Of its experiment.
        changes: Of params.yaml, by dotted key.
        screening: Mean of the metric on the rows of the screening; None if there was none.
        repeats: That it was trained in the race; 0 if it was not let in.
        validation: Mean of the metric over these; None if there are none.
        difference: To the leader at its last look, on the repeats that both have, or to that of the screening if it
            was not let in; None for the winner.
        fell: The repeats at which it left the race, 0 if it was not let in; None for those that stayed to the end.
        reason: `screening` if it was not let in, `worse` if it will not win, `budget` if there was none left for it;
            None for those that stayed.
        rival: The leader when it left; None for those that stayed.
        p_value: One-sided, of its being as good as the leader; None for the winner.
    """

    name: str
    changes: dict[str, Any]
    screening: float | None
    repeats: int
    validation: float | None
    difference: Estimate | None
    fell: int | None
    reason: Literal["screening", "worse", "budget"] | None
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
        screening: Before the race; None if the budget paid for racing all settings to the end.
        looks: Of the race.
        trainings: Repeats that were trained for the race.
        work: Of screening and race, in trainings.
        grid: Repeats that training all settings to the end would have taken.
        default: Name of the setting of params.yaml.
        winner: Name of the winner, which may be the default.
        entrants: The best first: those that stayed, then those that left last, then those that were not let in.
        worth: Of the winner on validation.
        effects: By key and value.
        test: The winner against the default on the test rows; None if the default won, or before the test is opened.
    """

    metric: str
    confidence: float
    screening: Screen | None
    looks: list[Halt]
    trainings: int
    work: float
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
    plan: Plan,
    screened: Screened | None,
    metric: str,
    confidence: float,
) -> Found:
    """Puts a search into figures.

    Args:
        race: That was run.
        drawn: All settings.
        worth: Of the winner.
        effects: From `effects.effects`.
        plan: That was followed.
        screened: What its screening found; None if it has none.
        metric: That the scores are of.
        confidence: Of the intervals.
    """
    sign = METRICS[metric].direction
    entrants = [_entrant(one, race, screened, metric, confidence) for one in drawn]
    low, high = sorted([sign * worth.low, sign * worth.high])
    return Found(
        metric=metric,
        confidence=confidence,
        screening=_screen(plan, screened),
        looks=[
            Halt(repeats=look.repeats, settings=sum(len(own) >= look.repeats for own in race.scores.values()))
            for look in race.looks
        ],
        trainings=race.trained,
        work=plan.screening_cost + race.trained - plan.taken_over * len(race.scores),
        grid=len(drawn) * race.looks[-1].repeats,
        default=race.default,
        winner=race.winner,
        entrants=sorted(entrants, key=lambda one: _place(one, race.winner, sign)),
        worth=Worth(
            seen=sign * worth.seen,
            optimism=worth.optimism,
            corrected=Estimate(value=sign * worth.value, low=low, high=high),
            groups=worth.groups,
        ),
        effects=list(effects),
        test=None,
    )


def _screen(plan: Plan, screened: Screened | None) -> Screen | None:
    if plan.screening is None or screened is None:
        return None
    rows = len(screened.scores[screened.leader])
    return Screen(fraction=plan.screening.fraction, rows=rows, price=plan.screening.price)


def _place(one: Entrant, winner: str, sign: int) -> tuple[bool, int, float]:
    score = one.screening if one.validation is None else one.validation
    return one.name != winner, -one.repeats, -sign * (score or 0.0)


def _entrant(candidate: Candidate, race: Race, screened: Screened | None, metric: str, confidence: float) -> Entrant:
    name, sign = candidate.name, METRICS[metric].direction
    scores = race.scores.get(name, ())
    end = _end(name, race, screened, metric)
    return Entrant(
        name=name,
        changes=dict(candidate.changes),
        screening=None if screened is None else sign * float(screened.scores[name].mean()),
        repeats=len(scores),
        validation=sign * mean(scores) if scores else None,
        difference=None if end.difference is None else _estimate(end.difference, sign, confidence),
        fell=end.fell,
        reason=end.reason,
        rival=end.rival,
        p_value=None if end.difference is None else end.difference.probability_above(0.0),
    )


class _End(NamedTuple):
    """When and why a setting left, and its difference to the leader of then; to the winner, if it did not leave."""

    fell: int | None
    reason: Literal["worse", "budget", "screening"] | None
    rival: str | None
    difference: Uncertainty | None


def _end(name: str, race: Race, screened: Screened | None, metric: str) -> _End:
    if screened is not None and name not in race.scores:
        return _End(0, "screening", screened.leader, screened.behind(name, metric))
    fall = race.falls.get(name)
    if fall is not None:
        return _End(race.looks[fall.look].repeats, fall.reason, fall.rival, fall.difference)
    won = name == race.winner
    return _End(None, None, None, None if won else paired(race.scores[name], race.scores[race.winner], metric))


def _estimate(difference: Uncertainty, sign: int, confidence: float) -> Estimate:
    low, high = sorted(sign * end for end in difference.interval(confidence))
    return Estimate(value=sign * difference.value, low=low, high=high)
