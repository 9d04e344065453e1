"""The `tokenize` section of params.yaml."""

from pydantic import Field

from gapwise.base.validation import Section


class TokenizeParams(Section):
    """The `tokenize` section of params.yaml."""

    preset: str = Field(min_length=1)
    max_length: int = Field(ge=3)
