"""The `finetune` section of params.yaml: what is trained, how fast and how long, and the keys of every regularizer.

docs/regularization.md has the source of each key, when it helps, and what it costs.
"""

import math
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
    min_epochs: int | None = Field(ge=1)


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
    epochs: int | None = Field(ge=1)
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
        return (self.last_epoch - 1) // self.gradual_unfreezing if self.gradual_unfreezing else None

    @property
    def last_epoch(self) -> int:
        """`epochs`, where it is given or `for_rows` has filled it in."""
        if self.epochs is None:
            raise ValueError("epochs is null: ask for_rows first")
        return self.epochs

    @property
    def earliest_epoch(self) -> int:
        """The first epoch that may be kept: the last one where nothing stops training early."""
        return self.early_stopping.min_epochs or self.last_epoch

    def for_rows(self, per_class: float) -> Self:
        """Fills in `epochs`, where it is null.

        The three sizes that docs/what-helps.md has measured take 20 epochs (8 rows per class), 5 (64) and 3 (some 200).
        One curve joins them: the epochs fall with the power of two thirds of the rows, and end at 3.

        Args:
            per_class: Rows to train on, divided by the number of classes.
        """
        return self if self.epochs is not None else self.model_copy(update={"epochs": epochs_for(per_class)})


def epochs_for(per_class: float) -> int:
    """Gives the epochs that `epochs: null` stands for, see `Recipe.for_rows`."""
    return max(3, round(80 / math.pow(per_class, 2 / 3)))


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
    known = recipe.epochs is not None
    if known and recipe.gradual_unfreezing >= recipe.epochs and not all_frozen:
        problems.append(
            f"gradual_unfreezing ({recipe.gradual_unfreezing}) trains the head alone for that many epochs, and there "
            f"are only {recipe.epochs} (epochs); raise epochs, or lower it"
        )
    if known and recipe.earliest_epoch > recipe.epochs:
        problems.append(
            f"early_stopping.min_epochs ({recipe.early_stopping.min_epochs}) is more than epochs ({recipe.epochs}); "
            "lower it"
        )
    return problems + [problem for kind in CATALOGUE for problem in kind.problems(recipe, all_frozen, trained_layers)]


def chosen(recipe: Recipe, per_class: float) -> str | None:
    """Says what `Recipe.for_rows` fills in, and why; None where nothing is left to it."""
    if recipe.epochs is not None:
        return None
    found = recipe.for_rows(per_class).epochs
    return f"finetune.epochs is null: {found} epochs, for {per_class:.0f} rows per class to train on"


def notes(recipe: Any, classes: list[str]) -> list[str]:
    """Says what a user must know of a recipe while it is trained."""
    return [note for kind in CATALOGUE for note in kind.notes(recipe, classes)]


def misfits(recipe: Any, classes: list[str]) -> list[str]:
    """Names what in a recipe does not fit the classes of the data, as `conflicts` does."""
    return [problem for kind in CATALOGUE for problem in kind.misfits(recipe, classes)]
