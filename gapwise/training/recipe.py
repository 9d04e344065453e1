"""The `finetune` section of params.yaml: what is trained, how fast and how long, and the keys of every regularizer.

docs/regularization.md has the source of each key, when it helps, and what it costs.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, create_model, model_validator

from gapwise.base.rules import Rule, broken
from gapwise.base.validation import Section
from gapwise.network.params import NetworkParams, Share
from gapwise.training.catalogue import CATALOGUE

Rate = Annotated[float, Field(gt=0, le=1)]
Strength = Annotated[float, Field(ge=0)]


class EarlyStopping(Section):
    """When to stop; the weights of the best epoch are restored in any case."""

    monitor: Literal["loss", "accuracy", "macro_f1"]
    patience: int = Field(ge=1)
    min_delta: float = Field(ge=0)
    min_epochs: int = Field(ge=1)


class Recipe(NetworkParams):
    """The keys that every training has, whatever regularizes it."""

    gradual_unfreezing: Annotated[int, Field(ge=0), Rule(off=0, on_trained_layers=True, tried=1)]
    weight_decay: Annotated[Strength, Rule(off=0.0, tried=0.01)]
    learning_rate: Rate
    head_learning_rate: Rate
    layer_decay: Annotated[Rate, Rule(off=1.0, on_trained_layers=True, tried=0.8)]
    warmup: Share
    schedule: Literal["linear", "cosine", "constant"]
    clip_norm: Annotated[Strength, Rule(off=0.0, tried=1.0)]
    ema: Annotated[Share, Rule(off=0.0, tried=0.95)]
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    early_stopping: EarlyStopping

    @model_validator(mode="after")
    def _make_sense_together(self) -> Self:
        problems = conflicts(self)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def unfrozen_layers(self) -> int | None:
        """How many layers from the top gradual unfreezing reaches; None without it."""
        return (self.epochs - 1) // self.gradual_unfreezing if self.gradual_unfreezing else None


if TYPE_CHECKING:
    FinetuneParams = Recipe
else:
    keys = [kind.Keys for kind in CATALOGUE]
    FinetuneParams = create_model(
        "FinetuneParams",
        __base__=(Recipe, *keys),
        __doc__="The whole section `finetune`.",
    )


def conflicts(recipe: Any, trained_layers: int | None = None) -> list[str]:
    """Names what in a recipe cannot have an effect, or works against itself.

    Args:
        recipe: With the keys of every regularizer.
        trained_layers: How many layers of the encoder are trained at some time; None before the encoder is loaded.

    Returns:
        One message each, about keys of the section `finetune`; none if all is well.
    """
    all_frozen = recipe.freeze == -1 or trained_layers == 0
    problems = broken(recipe, all_frozen)
    if recipe.gradual_unfreezing >= recipe.epochs and not all_frozen:
        problems.append(
            f"gradual_unfreezing ({recipe.gradual_unfreezing}) trains the head alone for that many epochs, and there "
            f"are only {recipe.epochs} (epochs); raise epochs, or lower it"
        )
    if recipe.early_stopping.min_epochs > recipe.epochs:
        problems.append(
            f"early_stopping.min_epochs ({recipe.early_stopping.min_epochs}) is more than epochs ({recipe.epochs}); "
            "lower it"
        )
    return problems + [problem for kind in CATALOGUE for problem in kind.problems(recipe, all_frozen, trained_layers)]


def notes(recipe: Any) -> list[str]:
    """Says what a user must know of a recipe while it is trained."""
    return [note for kind in CATALOGUE for note in kind.notes(recipe)]


def misfits(recipe: Any, classes: list[str]) -> list[str]:
    """Names what in a recipe does not fit the classes of the data, as `conflicts` does."""
    return [problem for kind in CATALOGUE for problem in kind.misfits(recipe, classes)]
