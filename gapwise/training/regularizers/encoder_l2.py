"""L2 of the encoder: trained kernels are pulled to zero.

It spares biases and normalization, because a bias or a scale near zero does not make a simpler function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf

FROZEN_BY_LORA = "with LoRA the pre-trained weights stay as they are"


class EncoderL2(Regularizer):
    """Adds `encoder_l2` times the sum of squares of the trained kernels, and of trained embeddings."""

    class Keys(Section):
        """Its key."""

        encoder_l2: Annotated[
            float,
            Field(ge=0),
            Rule(off=0.0, on_trained_layers=True, excludes={"lora_rank": FROZEN_BY_LORA}, tried=1e-4),
        ]

    def encoder_penalty(self, variable: keras.Variable) -> tf.Tensor | None:
        """Gives `encoder_l2` times the sum of squares of a kernel or an embedding; None for a bias or a norm."""
        if variable.name not in ("kernel", "embeddings"):
            return None
        return self.keys.encoder_l2 * runtime.keras.ops.sum(runtime.keras.ops.square(variable))
