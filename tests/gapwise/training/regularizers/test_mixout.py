import numpy as np
import pytest

from gapwise.encoding.runtime import keras
from gapwise.training.regularizer import Trainee
from gapwise.training.regularizers.mixout import Mixout
from tests.recipes import recipe
from tests.setting import Setting, encoder_part, equal

INPUTS = np.eye(100, dtype=np.float32)


def encoder(dropout=0.0):
    """Its output is its kernel, as long as nothing is dropped."""
    made = keras.Sequential(
        [keras.Input((100,)), keras.layers.Dense(100, use_bias=False), keras.layers.Dropout(dropout)]
    )
    made.layers[0].kernel.assign(np.zeros((100, 100)))
    return made


def mixout_of(model, share):
    trainee = Trainee(
        represent=model, drop=None, head=None, variables=[], blocks=[[], model.trainable_variables], classes=[]
    )
    return Mixout(recipe(mixout=share), trainee).encode


def test_that_share_of_the_weights_is_the_pre_trained_one_and_the_mean_stays_the_trained_one():
    model = encoder()
    mixout = mixout_of(model, 0.8)
    model.layers[0].kernel.assign(np.ones((100, 100)))
    one, other = (np.asarray(mixout(INPUTS)) for _ in range(2))
    values, counts = np.unique(one, return_counts=True)
    np.testing.assert_allclose(values, [0, 1 / (1 - 0.8)], rtol=1e-5)
    assert abs(counts[0] / counts.sum() - 0.8) < 0.02
    assert abs(one.mean() - 1) < 0.1
    assert not np.array_equal(one, other)
    assert np.all(model.layers[0].kernel.numpy() == 1)  # the mixture is of this step alone


def test_dropout_below_mixed_weights_draws_anew_in_each_step():
    model = encoder(dropout=0.5)
    model.layers[0].kernel.assign(np.ones((100, 100)))
    mixout = mixout_of(model, 0.5)
    one, other = (np.asarray(mixout(INPUTS)) for _ in range(2))  # start and weights are the same
    assert not np.array_equal(one, other)


def test_with_probability_1_training_leaves_the_pre_trained_weights(tiny_bert):
    setting = Setting(tiny_bert, mixout=1.0, epochs=2)
    before = setting.trainer.pretrained
    after = setting.train().weights
    assert equal(encoder_part(after), encoder_part(before))
    assert not np.array_equal(after["head/kernel"], before["head/kernel"])


@pytest.mark.slow
def test_the_same_seed_mixes_the_same_weights_again(tiny_bert):
    setting = Setting(tiny_bert, mixout=0.5, dropout=0.1, epochs=1)
    first, other, again = (setting.train(seed).weights for seed in (1, 2, 1))
    assert equal(first, again)
    assert not equal(first, other)
