"""The `augment` section of params.yaml."""

from collections import Counter
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from gapwise.augmenting.protection import compile_protect
from gapwise.base.validation import Section

Method = Literal["synonym", "spelling", "swap", "delete", "insert", "keyboard", "ocr", "split"]
METHODS: tuple[Method, ...] = get_args(Method)


def _distinct(methods: list[Method]) -> list[Method]:
    repeated = [method for method, times in Counter(methods).items() if times > 1]
    if repeated:
        raise ValueError(f"each method at most once; repeated: {', '.join(repeated)}")
    return methods


def _compiles(protect: list[str]) -> list[str]:
    compile_protect(protect)
    return protect


class AugmentParams(Section):
    """The `augment` section of params.yaml."""

    methods: Annotated[list[Method], AfterValidator(_distinct)]
    variants: int = Field(ge=1)
    strength: float = Field(gt=0, le=1)
    protect: Annotated[list[str], AfterValidator(_compiles)]
