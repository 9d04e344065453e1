"""The `augment` section of params.yaml."""

from collections import Counter
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from gapwise.augmenting.protection import compile_protect
from gapwise.base.validation import Section

Method = Literal["synonym", "spelling", "swap", "delete", "insert", "keyboard", "ocr", "split"]
METHODS: tuple[Method, ...] = get_args(Method)
PLACE = "{}"  # of the name of a class in a class sentence


def _distinct(methods: list[Method]) -> list[Method]:
    repeated = [method for method, times in Counter(methods).items() if times > 1]
    if repeated:
        raise ValueError(f"each method at most once; repeated: {', '.join(repeated)}")
    return methods


def _compiles(protect: list[str]) -> list[str]:
    compile_protect(protect)
    return protect


def _has_one_place(template: str | None) -> str | None:
    if template is not None and template.count(PLACE) != 1:
        raise ValueError(f'must have {PLACE} once, where the name of the class goes, such as "This text is {PLACE}."')
    return template


class AugmentParams(Section):
    """The `augment` section of params.yaml."""

    methods: Annotated[list[Method], AfterValidator(_distinct)]
    variants: int = Field(ge=1)
    strength: float = Field(gt=0, le=1)
    protect: Annotated[list[str], AfterValidator(_compiles)]
    class_sentence: Annotated[str | None, AfterValidator(_has_one_place)]
