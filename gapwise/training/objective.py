"""The training objective: what the loss of a batch is, made of the parts that the recipe asks for."""

from collections.abc import Sequence
from typing import Any

from gapwise.base.seeds import derive
from gapwise.encoding.runtime import keras, tf
from gapwise.network.classifier import blocks
from gapwise.network.recipe import FinetuneParams
from gapwise.training.regularizers import contrastive, mixup, r_drop
from gapwise.training.regularizers.mixout import Mixout


class Learner(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A network in training: it sees the vectors below the head, and may look at a batch more than once.

    Keras drives it. It has the network's weights and none of its own, so what is trained here is trained there.

    Args:
        network: From `network.build`, at its pre-trained weights.
        params: The recipe.
    """

    def __init__(self, network: keras.Model, params: FinetuneParams) -> None:
        super().__init__()
        self.params = params
        self.represent = keras.Model(network.inputs, network.get_layer("pooled").output)
        self.drop, self.head = network.get_layer("dropout"), network.get_layer("head")
        self.error = cross_entropy(params.label_smoothing)
        trained = [variable for block in blocks(network)[1:] for variable in block]
        self.mixout = Mixout(self.represent, trained, params.mixout) if params.mixout else None
        self.draws = keras.random.SeedGenerator(0)

    def restart(self, seed: int) -> None:
        """Puts its own draws, of mixtures, where training starts."""
        self.draws.state.assign([derive(seed, "mixup"), 0])
        if self.mixout:
            self.mixout.draws.state.assign([derive(seed, "mixout"), 0])

    def call(self, inputs: Sequence[tf.Tensor], training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Maps `[mask, packed]` to the pooled vectors, (texts, width), and the logits, (texts, classes)."""
        encode = self.mixout if training and self.mixout else self.represent
        pooled = encode(inputs, training=training)
        return pooled, self.head(self.drop(pooled, training=training))

    def compute_loss(  # its arguments are Keras's
        self, x: Any, y: tf.Tensor, y_pred: Any, sample_weight: tf.Tensor | None = None, training: bool = True
    ) -> tf.Tensor:
        """Gives the loss of a batch: the error, what the recipe adds to it, and the penalties on weights."""
        pooled, logits = y_pred
        params = self.params
        mixed = training and params.mixup
        loss = self._mixed_error(pooled, y, sample_weight) if mixed else self.error(y, logits, sample_weight)
        if training and params.r_drop:
            _, again = self(x, training=True)
            loss = (loss + self.error(y, again, sample_weight)) / 2 + params.r_drop * r_drop.divergence(logits, again)
        if training and params.contrastive:
            apart = contrastive.error(pooled, y, params.contrastive_temperature)
            loss = (1 - params.contrastive) * loss + params.contrastive * apart
        return keras.ops.sum([loss, *self.losses])

    def _mixed_error(self, pooled: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
        vectors, partner, share = mixup.mixtures(pooled, self.params.mixup, self.draws)
        logits = self.head(self.drop(vectors, training=True))
        label, weight = (None if own is None else keras.ops.take(own, partner) for own in (labels, weights))
        return share * self.error(labels, logits, weights) + (1 - share) * self.error(label, logits, weight)

    def compute_metrics(  # its arguments are Keras's
        self, x: Any, y: tf.Tensor, y_pred: Any, sample_weight: tf.Tensor | None = None
    ) -> dict[str, Any]:
        """Measures the logits, without any of the penalties."""
        _, logits = y_pred
        measured: dict[str, Any] = super().compute_metrics(x, y, logits, sample_weight)
        return measured


def cross_entropy(label_smoothing: float) -> keras.losses.Loss:
    """Gives the cross-entropy of class numbers and logits.

    Args:
        label_smoothing: Share of each label that is spread evenly over all classes (Szegedy et al. 2016, Rethinking
            the Inception Architecture), in [0, 1).
    """
    if not label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return SmoothedCrossentropy(from_logits=True, label_smoothing=label_smoothing)


class SmoothedCrossentropy(keras.losses.CategoricalCrossentropy):  # type: ignore[misc]  # Keras has no types
    """Is Keras's, which smooths labels, but takes class numbers."""

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Gives the error of each text."""
        return super().call(keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1]), y_pred)
