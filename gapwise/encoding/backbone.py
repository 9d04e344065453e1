"""The pre-trained encoder: any keras-hub backbone that is a stack of transformer layers."""

import json
from pathlib import Path
from typing import Any

from gapwise.base.errors import UserError
from gapwise.encoding.keras_internals import calls, transformer
from gapwise.encoding.presets import locate, not_loadable
from gapwise.encoding.runtime import keras, keras_hub


def _gelu_approximate(x: keras.KerasTensor) -> keras.KerasTensor:
    return keras.activations.gelu(x, approximate=True)


# What Hugging Face configs call activations, as Keras functions. keras-hub's BERT always takes the approximate GELU.
ACTIVATIONS = {
    "gelu": keras.activations.gelu,
    "gelu_new": _gelu_approximate,
    "gelu_pytorch_tanh": _gelu_approximate,
    "relu": keras.activations.relu,
}


def load_encoder(preset: str, max_length: int, **settings: Any) -> keras_hub.models.Backbone:
    """Loads a pre-trained encoder.

    Args:
        preset: See `presets.locate`.
        max_length: Tokens that it will be given at most.
        settings: Of the backbone, in place of the preset's, for example `dropout`.

    Returns:
        A backbone with `transformer_layers`, whose activation is the one that its config names.

    Raises:
        UserError: If it cannot be loaded, is not a stack of transformer layers, or cannot read that many tokens.
    """
    location = locate(preset)
    try:
        backbone = keras_hub.models.Backbone.from_preset(location, **settings)
    except Exception as error:  # whatever keras-hub, a hub client or a file format raises means: not loadable
        raise not_loadable(preset, "encoder", error) from error
    problems = _unfit(backbone, max_length)
    if problems:
        raise UserError(f"tokenize.preset: {preset!r} cannot be used here:", problems)
    _set_activation(backbone, location)
    return backbone


def _unfit(backbone: Any, max_length: int) -> list[str]:
    layers = getattr(backbone, "transformer_layers", None)
    name, problems = type(backbone).__name__, []
    if not layers or not {"token_ids", "padding_mask"} <= set(backbone.input):
        problems.append(f"{name} is not an encoder with transformer layers, as BERT or RoBERTa are")
    elif any(not isinstance(layer, keras.layers.Layer) or calls(layer) != 1 for layer in layers):
        problems.append(f"{name} shares one layer's weights between depths, so none can be frozen")
    elif any(type(layer) is not keras_hub.layers.TransformerEncoder for layer in layers):
        # The trained layers are called without a causal mask and without relative positions.
        kind = type(layers[0]).__name__
        problems.append(f"{name} has layers of another kind ({kind}) than BERT or RoBERTa, which read a text both ways")
    elif layers[-1].output is not _hidden_states(backbone):
        problems.append(f"{name} changes what its last layer gives, which would be lost here")
    longest = getattr(backbone, "max_sequence_length", None)
    if longest and max_length > longest:
        problems.append(f"tokenize.max_length: at most {longest} with this encoder; got {max_length}")
    return problems


def _hidden_states(backbone: Any) -> Any:
    return backbone.output["sequence_output"] if isinstance(backbone.output, dict) else backbone.output


def _set_activation(backbone: keras_hub.models.Backbone, location: str) -> None:
    config = Path(location) / "config.json"
    settings = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
    name = settings.get("hidden_act", settings.get("activation"))  # keras-hub's own configs name neither
    if name is None:
        return
    if name not in ACTIVATIONS:
        raise UserError(
            f"tokenize.preset: the encoder's config names the activation {name!r}; known are {', '.join(ACTIVATIONS)}."
        )
    for layer in backbone.transformer_layers:
        transformer(layer).intermediate.activation = ACTIVATIONS[name]
