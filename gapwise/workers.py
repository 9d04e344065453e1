"""How many processes may work at once. No result depends on it."""

import os

from gapwise.errors import UserError

VARIABLE = "GAPWISE_WORKERS"


def count() -> int:
    """Gives the number of processes to work with.

    Returns:
        What the environment variable GAPWISE_WORKERS says; without it, the processors that this process may use.

    Raises:
        UserError: If the variable is not a whole number from 1.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not (given.isascii() and given.isdigit() and int(given) >= 1):
        raise UserError(
            f"{VARIABLE}: must be a whole number, 1 or more; got {given!r}. Unset it to use all processors."
        )
    return int(given)
