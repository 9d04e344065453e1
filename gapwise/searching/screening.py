"""The screening: every setting is trained once and judged on many rows, and the best of them may race."""

from collections.abc import Mapping
from dataclasses import dataclass

from gapwise.searching.race import paired
from gapwise.statistics.uncertainty import Floats, Uncertainty


@dataclass(frozen=True)
class Screened:
    """What a screening found.

    Attributes:
        scores: By setting, what each validation row adds to the metric, more being better, shape (rows,).
        racing: Who may race: the default first, whatever it reached, then the best.
    """

    scores: Mapping[str, Floats]
    racing: list[str]

    @property
    def leader(self) -> str:
        """The best of all."""
        return max(self.scores, key=lambda name: float(self.scores[name].mean()))

    def behind(self, name: str, metric: str) -> Uncertainty:
        """Gives the difference of a setting to the leader."""
        return paired([self.scores[name]], [self.scores[self.leader]], metric)


def screen(scores: Mapping[str, Floats], default: str, most: int) -> Screened:
    """Chooses who may race.

    Args:
        scores: By setting, as in `Screened`.
        default: The setting that always races.
        most: That may race, the default among them.
    """
    others = sorted((name for name in scores if name != default), key=lambda name: -scores[name].mean())
    return Screened(scores, [default, *others[: most - 1]])
