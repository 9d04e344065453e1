"""The `evaluate` section of params.yaml."""

from pydantic import Field

from gapwise.base.validation import Section


class EvaluateParams(Section):
    """Section `evaluate` of params.yaml."""

    confidence: float = Field(gt=0, lt=1)
    temperature_scaling: bool | None
