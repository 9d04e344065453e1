"""The private attributes of Keras and keras-hub that this project cannot do without, in one place for an upgrade.

Neither library has a public way to what is here. Tests compare each use with the library's own result, so that a
release that renames or changes one of them fails there.
"""

from dataclasses import dataclass
from typing import Any

from gapwise.encoding.runtime import keras, keras_hub


@dataclass(frozen=True)
class Attention:
    """The parts of a multi-head attention layer.

    Attributes:
        projections: The dense layers of query, key and value.
        output: The dense layer that joins the heads.
        dropout: Of the attention shares.
        heads: Their number.
        size: Width of one head.
    """

    projections: tuple[Any, Any, Any]
    output: Any
    dropout: Any
    heads: int
    size: int


@dataclass(frozen=True)
class Layer:
    """The parts of a transformer layer of keras-hub.

    Attributes:
        attention: The self-attention layer.
        attention_norm: Its normalization.
        attention_dropout: Of what it gives.
        intermediate: First dense layer of the feed-forward block, with its activation.
        output: Second dense layer of the feed-forward block.
        feedforward_norm: Its normalization.
        feedforward_dropout: Of what it gives.
    """

    attention: keras.layers.MultiHeadAttention
    attention_norm: Any
    attention_dropout: Any
    intermediate: Any
    output: Any
    feedforward_norm: Any
    feedforward_dropout: Any


def transformer(layer: keras_hub.layers.TransformerEncoder) -> Layer:
    """Takes a transformer layer apart."""
    return Layer(
        attention=layer._self_attention_layer,
        attention_norm=layer._self_attention_layer_norm,
        attention_dropout=layer._self_attention_dropout,
        intermediate=layer._feedforward_intermediate_dense,
        output=layer._feedforward_output_dense,
        feedforward_norm=layer._feedforward_layer_norm,
        feedforward_dropout=layer._feedforward_dropout,
    )


def attention(layer: keras.layers.MultiHeadAttention) -> Attention:
    """Takes an attention layer apart."""
    return Attention(
        projections=(layer._query_dense, layer._key_dense, layer._value_dense),
        output=layer._output_dense,
        dropout=layer._dropout_layer,
        heads=layer.num_heads,
        size=layer.key_dim,
    )


def calls(layer: keras.layers.Layer) -> int:
    """Counts how often a layer stands in the network that it was built for."""
    return len(layer._inbound_nodes)


def all_layers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Lists a layer with all layers in it, however deep."""
    return list(layer._flatten_layers())


def moments(optimizer: keras.optimizers.Adam, variable: keras.Variable) -> tuple[keras.Variable, keras.Variable]:
    """Gives Adam's two moments of a variable."""
    index = optimizer._get_variable_index(variable)
    return optimizer._momentums[index], optimizer._velocities[index]


def optimizer_of(optimizer: keras.optimizers.MultiOptimizer, variable: keras.Variable) -> keras.optimizers.Optimizer:
    """Gives the optimizer that a variable is trained by."""
    return optimizer._optimizer_map(variable)
