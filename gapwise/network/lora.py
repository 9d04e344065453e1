"""LoRA: the trained layers stay as they were pre-trained, and learn an addition of low rank to query and value.

Hu et al. 2022 (LoRA: Low-Rank Adaptation of Large Language Models), through Keras's own support. Keras adds to a kernel
of shape (width, heads, width per head) the product of one of (width, heads, rank) with one of (rank, width per head).
"""

from gapwise.base.seeds import derive
from gapwise.encoding.keras_internals import all_layers
from gapwise.encoding.packed import PackedEncoder
from gapwise.encoding.runtime import keras

# What keras-hub's layers call query and value, as `keras_hub.models.Backbone.default_lora_layer_names` has them.
ADAPTED = {"query", "value", "query_dense", "value_dense"}


def adapt(encoder: PackedEncoder, rank: int) -> None:
    """Freezes the encoder's weights and adds LoRA's, which are zero in effect until they are trained.

    Args:
        encoder: What is above the cut.
        rank: 1 or more.
    """
    for layer in all_layers(encoder):
        layer.trainable = False
    for layer in [layer for layer in all_layers(encoder) if layer.name in ADAPTED and layer.weights]:
        layer.trainable = True  # its bias is learnt too
        layer.enable_lora(rank)


def restart(network: keras.Model, seed: int) -> None:
    """Puts LoRA's weights where training starts: the first factor random, the second zero.

    Args:
        network: From `classifier.build`.
        seed: Of the first factors.
    """
    for variable in network.trainable_variables:
        if variable.name == "lora_kernel_a":
            draw = keras.initializers.HeUniform(seed=derive(seed, "lora", variable.path))
            variable.assign(draw(variable.shape))
        elif variable.name == "lora_kernel_b":
            variable.assign(keras.ops.zeros_like(variable))
