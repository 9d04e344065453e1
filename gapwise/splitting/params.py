"""The `split` section of params.yaml, apart from the drawing: every stage that draws anything reads its seed."""

from typing import Self

from pydantic import Field, model_validator

from gapwise.base.validation import Section


class SplitParams(Section):
    """Section `split` of params.yaml."""

    seed: int = Field(ge=0)
    test_fraction: float = Field(gt=0, lt=1)
    validation_fraction: float = Field(ge=0, lt=1)
    train_size: int | None = Field(ge=2)
    train_per_class: int | None = Field(ge=1)
    repeats: int = Field(ge=1)
    rotate: int | None = Field(ge=2)

    @model_validator(mode="after")
    def _one_way_to_subsample(self) -> Self:
        if self.train_size is not None and self.train_per_class is not None:
            found = f"train_size ({self.train_size}) and train_per_class ({self.train_per_class})"
            raise ValueError(f"{found} exclude each other; set one of them to null")
        return self
