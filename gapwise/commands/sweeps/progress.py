"""What is seen of a sweep while it runs: a line for each experiment, with the time that is left."""

import math
import sys
import time


class Progress:
    """Prints to standard error.

    Args:
        total: Experiments to run.
    """

    def __init__(self, total: int) -> None:
        self.total, self.ended, self.began = total, 0, time.monotonic()

    def begins(self, name: str, log: str) -> None:
        """Says that an experiment begins, and where its log is."""
        self._say(f"{name}: running, see {log}")

    def ends(self, name: str, how: str = "done") -> None:
        """Says that an experiment has ended, and how long the others will take at the pace so far."""
        self.ended += 1
        took = time.monotonic() - self.began
        left = took / self.ended * (self.total - self.ended)
        later = f", about {lasting(left)} left" if self.ended < self.total else f" in {lasting(took)}"
        self._say(f"{name}: {how}; {self.ended} of {self.total}{later}")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def last_words(said: str) -> str:
    r"""Gives the last line of what a failed command said, but for DVC's own, which says no more than that it failed.

    Example:
        >>> last_words("ValueError: no such layer\nERROR: failed to reproduce 'finetune': exited with 1")
        'ValueError: no such layer'
    """
    lines = [line for line in said.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith("ERROR: failed to reproduce")]
    return (own or lines or ["it says nothing"])[-1].strip()


def lasting(seconds: float) -> str:
    """Writes a duration in whole seconds, minutes or hours.

    Example:
        >>> lasting(99.2), lasting(300), lasting(50000)
        ('100 s', '5 min', '14 h')
    """
    if seconds <= 100:
        return f"{math.ceil(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 36000 else f"{round(seconds / 3600)} h"
