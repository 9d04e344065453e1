import numpy as np
import pytest

from tests.setting import LABELS, Setting


def test_the_error_is_that_of_one_draw_in_the_mean_and_more_draws_tell_it_with_less_noise(tiny_bert):
    errors = []
    for samples in (1, 8):
        setting = Setting(tiny_bert, freeze=-1, dropout=0.5, dropout_samples=samples)
        setting.network.get_layer("head").kernel.assign(np.resize([0.5, -0.5, -0.3, 0.1], (8, 2)))
        _, mask = setting.features.padded(np.arange(16))
        batch = [mask, setting.features.values[:16]]
        objective = setting.trainer.objective
        drawn = [objective(batch, training=True) for _ in range(200)]
        errors.append([float(objective.compute_loss(batch, LABELS[:16], predicted)) for predicted in drawn])
    one, eight = (np.array(own) for own in errors)
    assert eight.mean() == pytest.approx(one.mean(), abs=4 * one.std() / np.sqrt(200))
    assert 0.27 < eight.std() / one.std() < 0.46  # the root of 1/8 is 0.354
