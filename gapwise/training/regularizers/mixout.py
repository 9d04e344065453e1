"""Mixout: in each step a random part of the trained weights is swapped for the pre-trained ones.

Lee et al. 2020 (Mixout: Effective Regularization to Finetune Large-scale Pretrained Language Models): as dropout pulls
weights to zero, this pulls them to where they started.
"""

from collections.abc import Sequence

from gapwise.encoding.runtime import keras, tf


class Mixout:
    """Runs the encoder with mixed weights.

    Args:
        encoder: Runs with these weights; it may draw, as for dropout.
        variables: What is mixed, at its pre-trained values.
        probability: Of each single weight to be swapped, in [0, 1].
    """

    def __init__(self, encoder: keras.Model, variables: Sequence[keras.Variable], probability: float) -> None:
        self.encoder, self.variables, self.probability = encoder, list(variables), probability
        self.pretrained = [tf.constant(variable.numpy()) for variable in variables]
        self.draws = keras.random.SeedGenerator(0)

    def __call__(self, inputs: Sequence[tf.Tensor], training: bool) -> tf.Tensor:
        """Gives what the encoder makes of inputs, with a new mixture of weights."""
        pairs = zip(self.variables, self.pretrained, strict=True)
        with keras.StatelessScope([(variable, self._mix(variable, start)) for variable, start in pairs]) as scope:
            output = self.encoder(inputs, training=training)
        for state in self.encoder.non_trainable_variables:  # of dropout, whose draws went on within the scope alone
            if (moved := scope.get_current_value(state)) is not None:
                state.assign(moved)
        return output

    def _mix(self, variable: keras.Variable, start: tf.Tensor) -> tf.Tensor:
        """Drops some of what was learnt, and scales up the rest as dropout does: the mean stays the trained weight."""
        learnt = variable.value - start
        if self.probability == 1:
            return start + 0 * learnt  # the gradient is zero, and not missing
        return start + keras.random.dropout(learnt, self.probability, seed=self.draws)
