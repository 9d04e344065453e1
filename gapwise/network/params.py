"""The keys of the section `finetune` that say what the network is, as against how it is trained."""

from typing import Annotated, Literal

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding.presets import Pooling

Share = Annotated[float, Field(ge=0, lt=1)]


class NetworkParams(Section):
    """The network: its frozen and its trained layers, pooling, dropout, and the width of its numbers."""

    freeze: int = Field(ge=-1)
    pooling: Pooling | None
    lora_rank: Annotated[int, Field(ge=0), Rule(off=0, on_trained_layers=True, tried=8)]
    dropout: Annotated[Share, Rule(off=0.0, tried=0.5)]
    encoder_dropout: Annotated[Share | None, Rule(off=None, on_trained_layers=True, tried=0.0)]
    precision: Annotated[Literal["float32", "bfloat16"], Rule(off="float32", on_trained_layers=True)]
