"""The fine-tuning recipe: what is frozen, what is penalized and dropped, how fast and how long it learns."""

from typing import Literal

from pydantic import Field

from gapwise.params import Section


class EarlyStopping(Section):
    """When to stop; the weights of the best epoch are restored in any case."""

    monitor: Literal["loss", "accuracy"]
    patience: int = Field(ge=1)
    min_delta: float = Field(ge=0)


class FinetuneParams(Section):
    """The `finetune` section of params.yaml."""

    freeze: int = Field(ge=-1)
    l2: float = Field(ge=0)
    dropout: float = Field(ge=0, lt=1)
    learning_rate: float = Field(gt=0, le=1)
    head_learning_rate: float = Field(gt=0, le=1)
    warmup: float = Field(ge=0, lt=1)
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    early_stopping: EarlyStopping
