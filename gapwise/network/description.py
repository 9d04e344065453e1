"""What a trained network is made of: its description, and how it is put together again."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import Cut, cut
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import build
from gapwise.network.depth import depth
from gapwise.network.recipe import FinetuneParams


class Model(BaseModel):
    """models/model.json: all that is needed to rebuild the networks, beside their weights.

    Attributes:
        version: Of this layout.
        tokenize: The preset and length that the token ids come from.
        preset_sha256: Of the preset's files by name; empty where the preset is a handle.
        finetune: The recipe.
        classes: Their names, in the order of the logits.
        repeats: How many networks there are; the trained weights of each are in `repeat-<number>.safetensors`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    tokenize: TokenizeParams
    preset_sha256: dict[str, str]
    finetune: FinetuneParams
    classes: list[str]
    repeats: int


def assemble(model: Model) -> tuple[Cut, keras.Model]:
    """Loads the encoder, cuts it and builds the network, which then has pre-trained weights and a random head.

    Raises:
        UserError: If the recipe does not fit the encoder.
    """
    params = model.finetune
    own = {} if params.encoder_dropout is None else {"dropout": params.encoder_dropout}
    encoder = load_encoder(model.tokenize.preset, model.tokenize.max_length, **own)
    part = cut(encoder, depth(params, len(encoder.transformer_layers)), params.pooling)
    return part, build(part, len(model.classes), params)
