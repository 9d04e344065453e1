"""What a trained network is: all that is needed to build it again beside its weights, and nothing of its training."""

import json
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from gapwise.encoding import presets
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import Cut, cut
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.presets import Pooling
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import build
from gapwise.network.params import NetworkParams


class Description(BaseModel):
    """models/model.json. A new key of the recipe leaves it as it is, so that older models stay readable.

    Attributes:
        version: Of this layout.
        preset: `tokenize.preset`, whose tokens and encoder the network starts from.
        max_length: `tokenize.max_length`.
        prefix: `tokenize.prefix`; models of before there were any have none.
        preset_sha256: SHA-256 of the preset's files by name; empty where the preset is a handle.
        freeze: `finetune.freeze`.
        unfrozen_layers: How many layers from the top gradual unfreezing has reached at most; None without it.
        pooling: `finetune.pooling`, or the encoder's own where that is null.
        lora_rank: `finetune.lora_rank`.
        dropout: `finetune.dropout`.
        encoder_dropout: `finetune.encoder_dropout`.
        precision: `finetune.precision`.
        classes: Their names, in the order of the logits.
        repeats: How many networks there are; the trained weights of each are in `repeat-<number>.safetensors`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[2] = 2
    preset: str
    max_length: int
    prefix: str | None = None
    preset_sha256: dict[str, str]
    freeze: int
    unfrozen_layers: int | None
    pooling: Pooling
    lora_rank: int
    dropout: float
    encoder_dropout: float | None
    precision: Literal["float32", "bfloat16"]
    classes: list[str]
    repeats: int

    @classmethod
    def of(
        cls,
        tokenize: TokenizeParams,
        params: NetworkParams,
        *,
        unfrozen_layers: int | None,
        classes: list[str],
        repeats: int,
    ) -> Self:
        """Describes the networks that a recipe trains.

        Args:
            tokenize: The `tokenize` section.
            params: The network's keys of the `finetune` section; others are left out.
            unfrozen_layers: See the attribute.
            classes: See the attribute.
            repeats: See the attribute.
        """
        own = {name: getattr(params, name) for name in NetworkParams.model_fields}
        return cls(
            **tokenize.model_dump(),
            **own | {"pooling": params.pooling or presets.pooling(tokenize.preset)},
            preset_sha256=presets.fingerprint(tokenize.preset),
            unfrozen_layers=unfrozen_layers,
            classes=classes,
            repeats=repeats,
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads model.json of this layout or of the one before, which held the whole recipe.

        Raises:
            ValueError: If it is neither.
        """
        document = json.loads(text)
        if isinstance(document, dict) and document.get("version") == 1:
            document = _of_version_1(document)
        return cls.model_validate(document)

    @property
    def tokenize(self) -> TokenizeParams:
        """How texts become what the network reads."""
        return TokenizeParams(preset=self.preset, prefix=self.prefix, max_length=self.max_length)

    def frozen_layers(self, layers: int) -> int:
        """Gives the number of layers at the bottom that are never trained, which may be more than `freeze` says.

        Args:
            layers: Of the whole encoder.
        """
        frozen = layers if self.freeze == -1 else self.freeze
        return frozen if self.unfrozen_layers is None else max(frozen, layers - self.unfrozen_layers)


def rebuild(description: Description) -> tuple[Cut, keras.Model]:
    """Loads the encoder, cuts it and builds the network, which then has pre-trained weights and a random head.

    Raises:
        UserError: If the encoder cannot be loaded, or has fewer layers than are to be frozen.
    """
    own = {} if description.encoder_dropout is None else {"dropout": description.encoder_dropout}
    encoder = load_encoder(description.preset, description.max_length, **own)
    depth = description.frozen_layers(len(encoder.transformer_layers))
    part = cut(encoder, depth, description.pooling)
    network = build(
        part,
        len(description.classes),
        dropout=description.dropout,
        lora_rank=description.lora_rank,
        precision=description.precision,
    )
    return part, network


def other_pooling(tokenize: TokenizeParams, params: NetworkParams) -> str | None:
    """Says that a recipe pools in another way than the encoder's folder says; None where it does not."""
    named = presets.named_pooling(tokenize.preset)
    if params.pooling is None or named in (None, params.pooling):
        return None
    return (
        f"finetune.pooling is {params.pooling}, and {tokenize.preset} was trained to pool by {named}, as the baseline "
        "`frozen` does; with null the networks do too"
    )


def _of_version_1(document: dict[str, Any]) -> dict[str, Any]:
    recipe, tokenize = document["finetune"], document["tokenize"]
    per_layer = recipe["gradual_unfreezing"]
    return {
        **{name: document[name] for name in ("preset_sha256", "classes", "repeats")},
        **{name: tokenize[name] for name in ("preset", "max_length")},
        **{name: recipe[name] for name in NetworkParams.model_fields if name in recipe},
        "precision": recipe.get("precision", "float32"),
        "unfrozen_layers": (recipe["epochs"] - 1) // per_layer if per_layer else None,
    }
