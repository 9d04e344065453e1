"""A small training to look at: a tiny encoder, random texts and labels, and a recipe."""

import numpy as np

from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import cut, frozen_output
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.ragged import Ragged
from gapwise.network.batches import Examples
from gapwise.network.classifier import build
from gapwise.network.description import Description
from gapwise.training.trainer import Trainer
from tests.recipes import recipe

ROWS, CLASSES = 24, ["no", "yes"]
LABELS = np.random.default_rng(2).integers(0, 2, ROWS)
TRAIN, VALIDATION = np.arange(16), np.arange(16, ROWS)


def random_tokens():
    rng = np.random.default_rng(1)
    return Ragged.of([rng.integers(5, 20, length).astype(np.int32) for length in rng.integers(3, 9, ROWS)])


class Setting:
    """A network cut from the encoder of a preset, its trainer, and one call to train it."""

    def __init__(self, preset, **changes):
        self.params = recipe(**changes)
        tokenize = TokenizeParams(preset=preset, prefix=None, max_length=16)
        unfrozen = self.params.unfrozen_layers
        self.description = Description.of(tokenize, self.params, unfrozen_layers=unfrozen, classes=CLASSES, repeats=1)
        own = {} if self.params.encoder_dropout is None else {"dropout": self.params.encoder_dropout}
        self.encoder = load_encoder(preset, 16, **own)
        depth = self.description.frozen_layers(len(self.encoder.transformer_layers))
        self.part = cut(self.encoder, depth, self.description.pooling)
        self.network = build(
            self.part,
            len(CLASSES),
            dropout=self.params.dropout,
            lora_rank=self.params.lora_rank,
            precision=self.params.precision,
        )
        self.features = frozen_output(self.part, random_tokens())
        self.trainer = Trainer(self.network, self.params, CLASSES)

    def train(self, seed=0, train=TRAIN, labels=LABELS, callbacks=()):
        examples = (self.examples(rows, labels) for rows in (train, VALIDATION))
        return self.trainer.train(*examples, seed, callbacks=callbacks)

    def examples(self, rows, labels=LABELS):
        return Examples(self.features, labels, rows)


def equal(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def encoder_part(weights):
    """The weights that are not the head's."""
    return {path: value for path, value in weights.items() if not path.startswith("head")}


def distance(one, other):
    """The Euclidean distance of two sets of weights."""
    return np.sqrt(sum(np.square(one[path] - other[path]).sum() for path in one))
