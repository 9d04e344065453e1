"""Adam as one operation per variable."""

from gapwise.encoding.keras_internals import moments
from gapwise.encoding.runtime import keras, tf


class Adam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras has no types
    """Keras's Adam (Kingma and Ba 2015), with each variable updated by one fused operation instead of a dozen.

    A dozen operations write and read every weight and both its moments again and again. With nothing frozen that is
    most of what a small batch costs after the matrix products. Keras also squares the parts of a sparse gradient before
    it adds them, so that a token's second moment depends on how often a batch has it; here the sum is squared.
    """

    def update_step(self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor) -> None:
        """Updates one variable and its moments in place."""
        first, second = moments(self, variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        betas = [tf.constant(beta, variable.dtype) for beta in (self.beta_1, self.beta_2)]
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=first.value.handle,
            v=second.value.handle,
            beta1_power=betas[0] ** step,
            beta2_power=betas[1] ** step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=betas[0],
            beta2=betas[1],
            epsilon=tf.constant(self.epsilon, variable.dtype),
            grad=tf.convert_to_tensor(gradient),
        )
