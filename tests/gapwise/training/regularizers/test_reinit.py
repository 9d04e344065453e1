import numpy as np
import pytest

from gapwise.network.classifier import weights
from tests.setting import Setting


def test_exactly_the_top_layers_get_new_weights_of_the_usual_spread(tiny_bert):
    setting = Setting(tiny_bert, freeze=0, reinit_layers=2)
    before = setting.trainer.pretrained
    setting.trainer.regularizers[0].start(1)
    after = weights(setting.network)
    changed = {path.split("/")[0] for path in before if not np.array_equal(before[path], after[path])}
    assert changed == {"transformer_layer_1", "transformer_layer_2"}
    new = {path: value for path, value in after.items() if path.split("/")[0] in changed}
    drawn = np.concatenate([value.ravel() for path, value in new.items() if path.endswith("kernel")])
    assert 0.015 < drawn.std() < 0.025
    assert abs(drawn.mean()) < 0.005
    assert all((value == 1).all() for path, value in new.items() if path.endswith("gamma"))
    assert all((value == 0).all() for path, value in new.items() if path.endswith(("beta", "bias")))


def test_each_repeat_draws_its_own_and_the_same_again(tiny_bert):
    setting = Setting(tiny_bert, freeze=2, reinit_layers=1)
    drawn = []
    for seed in (1, 2, 1):
        setting.trainer.regularizers[0].start(seed)
        drawn.append(weights(setting.network)["transformer_layer_2/feedforward_output_dense/kernel"])
    assert np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], drawn[1])


@pytest.mark.slow
def test_training_starts_from_the_new_layers(tiny_bert):
    setting = Setting(tiny_bert, reinit_layers=1, learning_rate=1e-7, epochs=1)
    path = "transformer_layer_2/feedforward_output_dense/kernel"
    kernel = setting.train(seed=3).weights[path]
    assert np.abs(kernel - setting.trainer.pretrained[path]).max() > 1e-3
    assert 0.015 < kernel.std() < 0.025
