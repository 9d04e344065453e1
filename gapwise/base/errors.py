"""The one exception that is a message to the user."""

from collections.abc import Sequence


class UserError(Exception):
    """A mistake that the user can mend, with every problem found and not the first only.

    Args:
        headline: What could not be done, and where.
        problems: One line each: where, what is allowed, what was found, what to do next.
    """

    def __init__(self, headline: str, problems: Sequence[str] = ()) -> None:
        super().__init__(headline)
        self.headline = headline
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  - {problem}" for problem in self.problems)])
