"""What search.yaml may hold, and one message with every mistake in it."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from gapwise.base.errors import UserError
from gapwise.base.wording import in_yaml, nearest, show

Number = int | float
HEADLINE = "The search has mistakes, nothing was trained:"


class Part(BaseModel):
    """A part of search.yaml: exact types, no unknown keys. Descriptions complete the sentence "it must be"."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Domain(Part):
    """The values of one key."""

    choices: list[Any] | None = Field(default=None, min_length=1, description="a list of values, not empty")
    range: list[Number] | None = Field(
        default=None, min_length=2, max_length=2, description="two numbers, [low, high]; whole ones for whole numbers"
    )
    log_range: list[Number] | None = Field(
        default=None, min_length=2, max_length=2, description="two numbers above 0, [low, high]"
    )
    when: dict[str, list[Any]] = Field(
        default_factory=dict, description="other keys of this file, each with a list of values"
    )

    @model_validator(mode="after")
    def _hold_one_kind_of_values(self) -> Self:
        given = [name for name in ("choices", "range", "log_range") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"must have one of choices, range and log_range; got {' and '.join(given) or 'none'}")
        problems = [*_twice(self.choices or []), *_ends(self.range), *_ends(self.log_range, above=0)]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _twice(values: list[Any]) -> list[str]:
    shown = [in_yaml(value) for value in values]
    return [f"choices has {value} twice" for value in sorted({one for one in shown if shown.count(one) > 1})]


def _ends(ends: list[Number] | None, above: float | None = None) -> list[str]:
    if ends is None:
        return []
    low, high = ends
    name = "range" if above is None else "log_range"
    problems = [] if low < high else [f"{name} must be [low, high] with low below high; got {in_yaml(ends)}"]
    if above is not None and low <= above:
        problems.append(f"log_range must be above 0; got {in_yaml(ends)}")
    return problems


class Budget(Part):
    """What a search may cost: one of the two."""

    repeats: int | None = Field(
        default=None, ge=1, description="a whole number of trainings in all, 1 or more, or null"
    )
    minutes: Number | None = Field(default=None, gt=0, description="a number of minutes above 0, or null")

    @model_validator(mode="after")
    def _hold_one(self) -> Self:
        if (self.repeats is None) == (self.minutes is None):
            raise ValueError("must have one of repeats and minutes")
        return self


class Search(Part):
    """The whole of search.yaml.

    Attributes:
        seed: Of the candidates.
        settings: How many are screened, the setting of params.yaml among them.
        repeats: Trained of the settings that last to the end.
        metric: That validation is judged by.
        budget: Of the whole search.
        keys: Of params.yaml, by dotted name.
    """

    seed: int = Field(ge=0, description="a whole number, 0 or more")
    settings: int = Field(ge=2, description="a whole number, 2 or more")
    repeats: int = Field(ge=2, description="a whole number, 2 or more")
    metric: Literal["accuracy", "macro_f1", "log_loss"] = Field(description="one of accuracy, macro_f1, log_loss")
    budget: Budget = Field(description="repeats or minutes")
    keys: dict[str, Domain] = Field(min_length=1, description="keys of params.yaml, each with its values")


def read_search(document: Any) -> Search:
    """Validates the shape of search.yaml.

    Args:
        document: What the file holds, as plain dicts, lists and scalars.

    Raises:
        UserError: With every mistake by its dotted path.
    """
    if not isinstance(document, dict):
        found = "nothing" if document is None else show(document)
        raise UserError(f"A search must hold {', '.join(Search.model_fields)}; it holds {found}.")
    try:
        return Search.model_validate(document)
    except ValidationError as error:
        problems = [line for problem in error.errors(include_url=False) for line in _explain(problem)]
        raise UserError(HEADLINE, list(dict.fromkeys(problems))) from error


def _explain(problem: ErrorDetails) -> list[str]:
    place, field, siblings = _where(problem["loc"])
    match problem["type"]:
        case "missing":
            return [f"{place}: this key is missing; it must be {field}"]
        case "extra_forbidden":
            near = nearest(str(problem["loc"][-1]), siblings)
            return [
                f"{place}: unknown key; " + (f"did you mean {near}?" if near else f"known are {', '.join(siblings)}")
            ]
        case "value_error":
            return [f"{place}: {line}" for line in problem["msg"].removeprefix("Value error, ").splitlines()]
        case _:
            return [f"{place}: must be {field}; got {_found(problem['input'])}"]


def _where(steps: tuple[int | str, ...]) -> tuple[str, str, list[str]]:
    """Gives the dotted place, what must be there, and which keys are known beside it."""
    model: type[BaseModel] = Search
    names: list[str] = []
    described, siblings = "keys and values, as docs/search.md shows", list(Search.model_fields)
    for step in steps:
        if model is Search and names == ["keys"]:
            model, described = Domain, "one of choices, range and log_range, with its values"
            siblings = list(Domain.model_fields)
        elif str(step) in model.model_fields:
            field = model.model_fields[str(step)]
            described, siblings = field.description or "", list(model.model_fields)
            model = Budget if step == "budget" else model
        elif names and names[-1] in ("range", "log_range", "choices", "when"):
            break
        names.append(str(step))
        if names == ["budget"]:
            siblings = list(Budget.model_fields)
    return ".".join(names), described, siblings


def _found(value: Any) -> str:
    return in_yaml(value) if value is None or isinstance(value, bool | list) else show(value)
