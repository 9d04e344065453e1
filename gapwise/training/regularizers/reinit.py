"""Re-initialization: the top layers, which suit the pre-training task most, start from random weights.

Zhang et al. 2021 (Revisiting Few-sample BERT Fine-tuning).
"""

from typing import Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.seeds import derive
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer

SPREAD = 0.02  # the standard deviation of BERT's own start, whose descendants all kept it
EXCLUDED = {"lora_rank": "LoRA would leave the new layers random", "head_init": "the probe would see random layers"}


class Reinit(Regularizer):
    """Starts each repeat from new random weights in the top layers."""

    class Keys(Section):
        """Its key."""

        reinit_layers: Annotated[int, Field(ge=0), Rule(off=0, on_trained_layers=True, excludes=EXCLUDED, tried=1)]

    @classmethod
    def problems(cls, recipe: Any, all_frozen: bool, trained_layers: int | None) -> list[str]:
        """Refuses more layers than are trained."""
        if not trained_layers or recipe.reinit_layers <= trained_layers:
            return []
        return [
            f"reinit_layers ({recipe.reinit_layers}) is more than the {trained_layers} layers that are trained; freeze "
            "less, or lower it"
        ]

    def start(self, seed: int) -> None:
        """Draws the weights of the top layers."""
        keras = runtime.keras
        layers = self.trainee.blocks[1 : self.keys.reinit_layers + 1]
        for variable in (variable for layer in layers for variable in layer):
            if variable.name == "kernel":
                draw = keras.initializers.TruncatedNormal(stddev=SPREAD, seed=derive(seed, "reinit", variable.path))
                variable.assign(draw(variable.shape))
            else:  # scales of normalization begin at 1; their shifts and all biases at 0
                variable.assign(keras.ops.full(variable.shape, 1.0 if variable.name == "gamma" else 0.0))
