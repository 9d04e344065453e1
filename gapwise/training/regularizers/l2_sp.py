"""L2-SP: trained weights are pulled to where they started.

Li et al. 2018 (Explicit Inductive Bias for Transfer Learning with Convolutional Networks). Their alpha is twice the
strength here, which is that of `keras.regularizers.L2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer, Trainee

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf

EXCLUDED = {
    "lora_rank": "with LoRA the pre-trained weights stay as they are",
    "reinit_layers": "one throws away the weights that the other pulls to",
}


class L2SP(Regularizer):
    """Adds `l2_sp` times the squared distance of all trained encoder weights from the pre-trained ones."""

    class Keys(Section):
        """Its key."""

        l2_sp: Annotated[float, Field(ge=0), Rule(off=0.0, on_trained_layers=True, excludes=EXCLUDED, tried=0.01)]

    def __init__(self, keys: Any, trainee: Trainee) -> None:
        super().__init__(keys, trainee)
        variables = trainee.encoder_variables
        self.pretrained = {variable.path: runtime.tf.constant(variable.numpy()) for variable in variables}

    def encoder_penalty(self, variable: keras.Variable) -> tf.Tensor:
        """Penalizes the distance of a variable from its start."""
        distance = variable - self.pretrained[variable.path]
        return self.keys.l2_sp * runtime.keras.ops.sum(runtime.keras.ops.square(distance))
