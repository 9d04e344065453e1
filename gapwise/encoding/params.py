"""The `tokenize` section of params.yaml."""

from typing import Annotated

from pydantic import Field

from gapwise.base.validation import Section


class TokenizeParams(Section):
    """The `tokenize` section of params.yaml."""

    preset: str = Field(min_length=1)
    prefix: Annotated[str, Field(min_length=1)] | None
    max_length: int = Field(ge=3)
