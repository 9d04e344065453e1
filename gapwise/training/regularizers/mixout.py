"""Mixout: in each step a random share of the trained weights is swapped for the pre-trained ones.

Lee et al. 2020 (Mixout: Effective Regularization to Finetune Large-scale Pretrained Language Models): as dropout pulls
weights to zero, this pulls them to where they started.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from gapwise.base.rules import Rule
from gapwise.base.seeds import derive
from gapwise.base.validation import Section
from gapwise.encoding import runtime
from gapwise.training.regularizer import Regularizer, Trainee

if TYPE_CHECKING:
    from gapwise.encoding.runtime import keras, tf

EXCLUDED = {
    "lora_rank": "with LoRA the pre-trained weights stay as they are",
    "reinit_layers": "one throws away the weights that the other mixes in",
}


class Mixout(Regularizer):
    """Encodes each training batch with a new mixture of trained and pre-trained weights."""

    class Keys(Section):
        """Its key."""

        mixout: Annotated[float, Field(ge=0, le=1), Rule(off=0.0, on_trained_layers=True, excludes=EXCLUDED, tried=0.5)]

    def __init__(self, keys: Any, trainee: Trainee) -> None:
        super().__init__(keys, trainee)
        self.pretrained = [runtime.tf.constant(variable.numpy()) for variable in trainee.encoder_variables]
        self.draws = runtime.keras.random.SeedGenerator(0)

    def start(self, seed: int) -> None:
        """Puts the draws where they start."""
        self.draws.state.assign([derive(seed, "mixout"), 0])

    def encode(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Computes the pooled vectors with mixed weights."""
        encoder = self.trainee.represent
        pairs = zip(self.trainee.encoder_variables, self.pretrained, strict=True)
        with runtime.keras.StatelessScope(
            [(variable, self._mix(variable, start)) for variable, start in pairs]
        ) as scope:
            output = encoder(inputs, training=True)
        for state in encoder.non_trainable_variables:  # of dropout, whose draws went on within the scope alone
            if (moved := scope.get_current_value(state)) is not None:
                state.assign(moved)
        return output

    def _mix(self, variable: keras.Variable, start: tf.Tensor) -> tf.Tensor:
        """Drops some of what was learnt, and scales up the rest as dropout does: the mean stays the trained weight."""
        learnt = variable.value - start
        if self.keys.mixout == 1:
            return start + 0 * learnt  # the gradient is zero, and not missing
        return start + runtime.keras.random.dropout(learnt, self.keys.mixout, seed=self.draws)
