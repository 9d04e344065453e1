"""A search as one page of its own: the race as lanes, the effect of each value, no script, nothing from the network."""

from typing import Any

from gapwise.reports import search
from gapwise.reports.scale import around, in_css
from gapwise.reports.template import render
from gapwise.reports.words import difference, number, percent
from gapwise.searching.figures import Entrant, Found
from gapwise.statistics.metrics import METRICS


def page(found: Found) -> str:
    """Writes the page as HTML, in which every name that comes from data is escaped."""
    last = found.looks[-1].repeats
    unit = METRICS[found.metric].unit
    effects, zero = _effects(found)
    return render(
        "search.html",
        headline=headline(found),
        basis=search.basis(found),
        sentences=[sentence.replace("`", "") for sentence in search.sentences(found)],
        unit=unit[0].upper() + unit[1:],
        confidence=percent(found.confidence),
        screened=found.screening is not None,
        rows=[_row(one, found) for one in found.entrants],
        looks=[{"left": in_css(look.repeats / last), "repeats": look.repeats} for look in found.looks],
        effects=effects,
        zero=zero,
    )


def headline(found: Found) -> str:
    """Says the most important in a line."""
    if found.winner == found.default:
        return f"None of {len(found.entrants) - 1} settings beats params.yaml"
    verdict = None if found.test is None else found.test.contrasts[0].verdict
    told = {"better": "is better than", "worse": "is worse than", "equivalent": "is as good as"}
    if verdict in told:
        return f"{found.winner} won, and {told[verdict]} params.yaml on the test"
    return f"{found.winner} won; no difference to params.yaml is shown on the test"


def _row(one: Entrant, found: Found) -> dict[str, Any]:
    kind = "won" if one.name == found.winner else one.reason or "stayed"
    return {
        "kind": kind,
        "name": search.name(one, found),
        "changes": search.changes(one),
        "repeats": one.repeats,
        "width": in_css(one.repeats / found.looks[-1].repeats),
        "why": search.why(one, found),
        "score": _score(one),
        "difference": None if one.difference is None else difference(found.metric, one.difference),
    }


def _score(one: Entrant) -> str:
    """Writes what a setting reached on the rows of the race, of the screening, or both."""
    raced = None if one.validation is None else number(one.validation, 3)
    if one.screening is None:
        return str(raced)
    screened = f"{number(one.screening, 3)} in the screening"
    return screened if raced is None else f"{raced} in the race, {screened}"


def _effects(found: Found) -> tuple[list[dict[str, Any]], str]:
    scale = around([end for one in found.effects for end in (one.difference.low, one.difference.high)])
    rows = []
    for one in found.effects:
        low, value, high = (
            scale.position(at) for at in (one.difference.low, one.difference.value, one.difference.high)
        )
        rows.append(
            {
                "key": one.key,
                "value": one.value,
                "settings": one.settings,
                "left": in_css(low),
                "width": in_css(high - low),
                "dot": in_css(value),
                "figures": search.effect(one, found.metric),
            }
        )
    return rows, in_css(scale.position(0))
