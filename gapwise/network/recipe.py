"""The fine-tuning recipe: what is trained, what is penalized, dropped and mixed, how fast and how long it learns.

Each key is explained in params.yaml in a line, and in docs/regularization.md with its source.
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from gapwise.base.validation import Section

Rate = Annotated[float, Field(gt=0, le=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
Strength = Annotated[float, Field(ge=0)]
Weight = Annotated[float, Field(gt=0)]


def _shape(value: Any) -> str:
    return "weights" if isinstance(value, dict) else "null" if value is None else "name"


# Told apart by shape, so that a mistake is one message and not one for each thing that the value could have been.
ClassWeight = Annotated[
    Annotated[Literal["balanced"], Tag("name")]
    | Annotated[dict[str, Weight], Tag("weights")]
    | Annotated[None, Tag("null")],
    Discriminator(_shape),
]


class EarlyStopping(Section):
    """When to stop; the weights of the best epoch are restored in any case."""

    monitor: Literal["loss", "accuracy", "macro_f1"]
    patience: int = Field(ge=1)
    min_delta: float = Field(ge=0)
    min_epochs: int = Field(ge=1)


class FinetuneParams(Section):
    """The `finetune` section of params.yaml."""

    freeze: int = Field(ge=-1)
    gradual_unfreezing: int = Field(ge=0)
    reinit_layers: int = Field(ge=0)
    lora_rank: int = Field(ge=0)
    pooling: Literal["mean", "first"]
    head_init: Literal["random", "probe"]
    head_refit: bool
    l2: Strength
    l1: Strength
    encoder_l2: Strength
    weight_decay: Strength
    l2_sp: Strength
    mixout: float = Field(ge=0, le=1)
    dropout: Share
    encoder_dropout: Share | None
    label_smoothing: Share
    class_weight: ClassWeight
    mixup: Strength
    r_drop: Strength
    contrastive: Share
    contrastive_temperature: Weight
    learning_rate: Rate
    head_learning_rate: Rate
    layer_decay: Rate
    warmup: Share
    schedule: Literal["linear", "cosine", "constant"]
    clip_norm: Strength
    ema: Share
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    early_stopping: EarlyStopping
    precision: Literal["float32", "bfloat16"]
    temperature_scaling: bool

    @model_validator(mode="after")
    def _make_sense_together(self) -> "FinetuneParams":
        problems = conflicts(self, all_frozen=self.freeze == -1)
        if problems:
            raise ValueError("\n".join(problems))
        return self


def conflicts(params: FinetuneParams, all_frozen: bool) -> list[str]:
    """Names what in a recipe cannot have an effect, or works against itself.

    Args:
        params: The recipe.
        all_frozen: Whether the encoder has no layer above the cut; `freeze` alone tells only if it is -1.

    Returns:
        One message each, about keys of the section `finetune`; none if all is well.
    """
    return [*(_on_frozen_layers(params) if all_frozen else []), *_useless(params, all_frozen), *_opposed(params)]


def _on_frozen_layers(params: FinetuneParams) -> list[str]:
    neutral = {
        "gradual_unfreezing": 0,
        "reinit_layers": 0,
        "lora_rank": 0,
        "encoder_l2": 0,
        "l2_sp": 0,
        "mixout": 0,
        "encoder_dropout": None,
        "contrastive": 0,
        "layer_decay": 1,
        "precision": "float32",
    }
    return [
        f"{name} ({getattr(params, name)}) acts on the layers that are trained, and freeze ({params.freeze}) leaves "
        f"none; freeze less, or set {name} to {'null' if off is None else off}"
        for name, off in neutral.items()
        if getattr(params, name) != off
    ]


def _useless(params: FinetuneParams, all_frozen: bool) -> list[str]:
    """What would do nothing."""
    stopping, problems = params.early_stopping, []
    if params.gradual_unfreezing >= params.epochs and not all_frozen:
        problems.append(
            f"gradual_unfreezing ({params.gradual_unfreezing}) trains the head alone for that many epochs, and there "
            f"are only {params.epochs} (epochs); raise epochs, or lower it"
        )
    if params.r_drop and not params.dropout and (all_frozen or params.encoder_dropout == 0):
        problems.append(
            f"r_drop ({params.r_drop}) compares two passes that differ by dropout, and there is none; raise dropout"
            + ("" if all_frozen else " or encoder_dropout")
        )
    problems += [
        f"{name} ({getattr(params, name)}) needs other texts in the batch, and batch_size is 1; raise it"
        for name in ("mixup", "contrastive")
        if getattr(params, name) and params.batch_size == 1
    ]
    if stopping.min_epochs > params.epochs:
        problems.append(
            f"early_stopping.min_epochs ({stopping.min_epochs}) is more than epochs ({params.epochs}); lower it"
        )
    return problems


def _opposed(params: FinetuneParams) -> list[str]:
    """What works against something else."""
    reasons = {
        ("mixup", "r_drop"): "one trains on mixtures, the other on two passes of the same text",
        ("l2_sp", "lora_rank"): "with LoRA the pre-trained weights stay as they are",
        ("mixout", "lora_rank"): "with LoRA the pre-trained weights stay as they are",
        ("encoder_l2", "lora_rank"): "with LoRA the pre-trained weights stay as they are",
        ("reinit_layers", "lora_rank"): "LoRA would leave the new layers random",
        ("reinit_layers", "l2_sp"): "one throws away the weights that the other pulls to",
        ("reinit_layers", "mixout"): "one throws away the weights that the other mixes in",
    }
    problems = [
        f"{one} ({getattr(params, one)}) and {other} ({getattr(params, other)}) exclude each other: {reason}; "
        "set one of them to 0"
        for (one, other), reason in reasons.items()
        if getattr(params, one) and getattr(params, other)
    ]
    if params.reinit_layers and params.head_init == "probe":
        problems.append(
            f"reinit_layers ({params.reinit_layers}) and head_init (probe) exclude each other: the probe would be "
            "fitted to what random layers give; set reinit_layers to 0 or head_init to random"
        )
    return problems
