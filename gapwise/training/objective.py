"""What the loss of a training batch is.

    loss = (1 - c) * (error + head penalties) + c * term + encoder penalties

`error` is the mean cross-entropy of the texts, as `label_smoothing` and `class_weight` change it; with `mixup` that of
mixtures; with `r_drop` the mean of two passes and how far they are apart; with `dropout_samples` the mean of several
draws of the head's dropout. `c` is `contrastive`, and `term` the contrastive term, which does not reach the head. So
the share that goes to the term is taken from the error and from the head's penalties (`l2`, `l1`) alike: their balance
is the same with the term and without it. The encoder's penalties (`encoder_l2`, `l2_sp`) are weighed against the whole.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gapwise.encoding.runtime import keras, tf
from gapwise.training.regularizer import Batch, Regularizer, Trainee


class Objective(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A network in training, with what its regularizers make of the loss and of its gradient.

    Keras drives it. It has the network's weights and none of its own, so what is trained here is trained there.

    Args:
        trainee: The network, at its pre-trained weights.
        regularizers: Those that are on.
    """

    def __init__(self, trainee: Trainee, regularizers: Sequence[Regularizer]) -> None:
        super().__init__()
        self.represent, self.drop, self.head = trainee.represent, trainee.drop, trainee.head
        self.trainee, self.regularizers = trainee, tuple(regularizers)
        plain = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.cross_entropy = self._first(lambda one: one.loss()) or plain

    def call(self, inputs: Sequence[tf.Tensor], training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Maps `[mask, packed]` to the pooled vectors, shape (texts, width), and the logits, shape (texts, classes)."""
        pooled = self._first(lambda one: one.encode(inputs)) if training else None
        if pooled is None:
            pooled = self.represent(inputs, training=training)
        return pooled, self._classify(pooled, training)

    def train_step(self, data: Any) -> dict[str, Any]:
        """Takes one step down the gradient that the regularizers leave or make."""
        inputs, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        passes: list[tuple[Any, tf.Tensor]] = []

        def compute() -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                predicted = self(inputs, training=True)
                loss = self.compute_loss(inputs, labels, predicted, weights)
            passes.append((predicted, loss))
            gradient: list[tf.Tensor] = tape.gradient(loss, self.trainee.variables)
            return gradient

        gradient = self._first(lambda one: one.gradient(compute)) or compute()
        self.optimizer.apply(gradient, self.trainee.variables)
        predicted, loss = passes[0]
        for one in self.regularizers:
            one.learned(labels, predicted[0])
        next(metric for metric in self.metrics if metric.name == "loss").update_state(loss)
        return self.compute_metrics(inputs, labels, predicted, weights)

    def compute_loss(  # its arguments are Keras's
        self, x: Any, y: tf.Tensor, y_pred: Any, sample_weight: tf.Tensor | None = None, training: bool = True
    ) -> tf.Tensor:
        """Gives the loss of a batch; while validating, the plain error and the penalties."""
        pooled, logits = y_pred
        batch = Batch(
            labels=y,
            weights=sample_weight,
            pooled=pooled,
            logits=logits,
            cross_entropy=self.cross_entropy,
            classify=lambda vectors: self._classify(vectors, training=True),
            second_pass=lambda: self(x, training=True)[1],
        )
        error = self._first(lambda one: one.error(batch)) if training else None
        if error is None:
            error = self.cross_entropy(y, logits, sample_weight)
        terms = self._all(lambda one: one.term(batch)) if training else []
        shared = 1 - sum(share for share, _ in terms)
        loss = shared * sum(self._all(lambda one: one.head_penalty(self.head.kernel)), error)
        return sum([*(share * term for share, term in terms), *self._encoder_penalties()], loss)

    def compute_metrics(  # its arguments are Keras's
        self, x: Any, y: tf.Tensor, y_pred: Any, sample_weight: tf.Tensor | None = None
    ) -> dict[str, Any]:
        """Measures the logits, without any of the penalties."""
        _, logits = y_pred
        measured: dict[str, Any] = super().compute_metrics(x, y, logits, sample_weight)
        return measured

    def _classify(self, pooled: tf.Tensor, training: bool) -> tf.Tensor:
        return self.head(self.drop(pooled, training=training))

    def _encoder_penalties(self) -> list[tf.Tensor]:
        return [
            penalty
            for variable in self.trainee.encoder_variables
            for one in self.regularizers
            if (penalty := one.encoder_penalty(variable)) is not None
        ]

    def _all(self, hook: Callable[[Regularizer], Any]) -> list[Any]:
        """Asks every regularizer; those that do not define the hook give None."""
        return [given for one in self.regularizers if (given := hook(one)) is not None]

    def _first(self, hook: Callable[[Regularizer], Any]) -> Any:
        """Asks one regularizer after the other until one has an answer: what only one can do."""
        return next(iter(given for one in self.regularizers if (given := hook(one)) is not None), None)
