from itertools import pairwise

import numpy as np
import pytest

from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import weights
from gapwise.network.description import Description
from gapwise.training.recipe import conflicts
from tests.recipes import recipe
from tests.setting import Setting


@pytest.mark.parametrize(
    ("freeze", "per_layer", "epochs", "lowest"),
    [(4, 0, 8, 4), (0, 0, 8, 0), (-1, 0, 8, 6), (0, 1, 2, 5), (0, 1, 4, 3), (4, 1, 8, 4), (0, 2, 5, 4), (0, 1, 8, 0)],
)
def test_what_is_never_reached_is_cut_off_as_if_it_were_frozen(freeze, per_layer, epochs, lowest):
    params = recipe(freeze=freeze, gradual_unfreezing=per_layer, epochs=epochs)
    tokenize = TokenizeParams(preset="a", prefix=None, max_length=8)
    described = Description.of(tokenize, params, unfrozen_layers=params.unfrozen_layers, classes=["a", "b"], repeats=1)
    assert described.frozen_layers(6) == lowest


@pytest.mark.parametrize(
    ("changes", "trained", "problem"),
    [
        (
            {"freeze": 6, "encoder_l2": 0.1},
            0,
            "encoder_l2 (0.1) acts on the layers that are trained, and freeze (6) leaves none; freeze less, or set "
            "encoder_l2 to 0.0",
        ),
        (
            {"freeze": 4, "reinit_layers": 3},
            2,
            "reinit_layers (3) is more than the 2 layers that are trained; freeze less, or lower it",
        ),
    ],
)
def test_a_recipe_that_needs_more_trained_layers_than_the_encoder_has_is_refused(changes, trained, problem):
    assert conflicts(recipe(**changes), trained) == [problem]


@pytest.mark.slow
def test_each_epoch_changes_exactly_the_layers_that_are_unfrozen_by_then(tiny_bert):
    """One step per epoch, with all that could move a layer by another way than its gradient."""
    setting = Setting(
        tiny_bert, freeze=0, gradual_unfreezing=1, epochs=5, batch_size=16, patience=9, schedule="constant",
        weight_decay=0.1, ema=0.5, l2_sp=0.1,
    )  # fmt: skip
    kept = []

    def keep(*_, **__):
        kept.append(weights(setting.network))

    setting.train(callbacks=[keras.callbacks.LambdaCallback(on_train_begin=keep, on_train_batch_end=keep)])
    moved = [
        {
            path: np.abs(after[path] - before[path]).max()
            for path in before
            if not np.array_equal(after[path], before[path])
        }
        for before, after in pairwise(kept)
    ]
    encoder = ["transformer_layer_2", "transformer_layer_1", "transformer_layer_0"]
    changed = [{path.split("/")[0] for path in paths} - {"head"} for paths in moved]
    assert [names & set(encoder) for names in changed] == [set(encoder[:count]) for count in (0, 1, 2, 3, 3)]
    assert [bool(names - set(encoder)) for names in changed] == [False] * 4 + [True]  # embeddings
    # Adam's first step is its rate: a layer does not come with a past.
    first_step = moved[1]["transformer_layer_2/feedforward_output_dense/bias"]
    assert first_step == pytest.approx(setting.params.learning_rate, rel=1e-3)
