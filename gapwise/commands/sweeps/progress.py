"""What is seen of a sweep while it runs: a line for each experiment, with the time that is left."""

import math
import statistics
import sys
import time


class Progress:
    """Prints to standard error.

    Args:
        total: Experiments to run, 1 or more.
        at_once: How many of them run at a time, 1 or more.
    """

    def __init__(self, total: int, at_once: int = 1) -> None:
        self.total, self.at_once, self.seconds, self.done = total, at_once, list[float](), 0
        self.began = dict[str, float]()

    def begins(self, name: str, where: str) -> None:
        """Says that an experiment begins, and where its log is."""
        self.began[name] = time.monotonic()
        print(f"{name}: running, see {where}", file=sys.stderr, flush=True)

    def ended(self, name: str, how: str = "done") -> None:
        """Says that an experiment has ended, and how long the others will take at the median pace so far."""
        took = time.monotonic() - self.began[name]
        self.seconds.append(took)
        self.done += 1
        left = self.left()
        print(f"{name}: {how} after {lasting(took)}; {self.done} of {self.total}{left}", file=sys.stderr, flush=True)

    def left(self) -> str:
        """Says how long it will take; nothing at the end."""
        rounds = math.ceil((self.total - self.done) / self.at_once)
        return f", about {lasting(rounds * statistics.median(self.seconds))} left" if rounds else ""


def lasting(seconds: float) -> str:
    """Writes a duration in whole seconds, minutes or hours.

    Example:
        >>> lasting(99.2), lasting(300), lasting(50000)
        ('100 s', '5 min', '14 h')
    """
    if seconds <= 100:
        return f"{math.ceil(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 36000 else f"{round(seconds / 3600)} h"
