"""Re-initialization: the top layers, which suit the pre-training task most, start from random weights.

Zhang et al. 2021 (Revisiting Few-sample BERT Fine-tuning).
"""

from gapwise.base.seeds import derive
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import blocks

SPREAD = 0.02  # the standard deviation of BERT's own start, whose descendants all kept it


def reinitialize(network: keras.Model, layers: int, seed: int) -> None:
    """Puts new random weights into the top layers.

    Args:
        network: From `network.build`.
        layers: How many, at most those that are trained; 0 for none.
        seed: Of the new weights.
    """
    for variable in (variable for block in blocks(network)[1 : layers + 1] for variable in block):
        if variable.name == "kernel":
            draw = keras.initializers.TruncatedNormal(stddev=SPREAD, seed=derive(seed, "reinit", variable.path))
            variable.assign(draw(variable.shape))
        else:  # scales of normalization begin at 1; their shifts and all biases at 0
            variable.assign(keras.ops.full(variable.shape, 1.0 if variable.name == "gamma" else 0.0))
