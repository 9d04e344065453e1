import numpy as np
import pytest

from gapwise.encoding.runtime import keras, tf
from gapwise.training.regularizer import Trainee
from gapwise.training.regularizers.sam import Sam
from tests.recipes import recipe
from tests.setting import LABELS, TRAIN, Setting, equal


def test_the_gradient_is_that_of_one_step_up_the_hill_and_the_weights_come_back_to_the_bit():
    """On a paraboloid, where all gradients are known."""
    curvature, start = np.array([1.0, 9.0, 4.0], np.float32), np.array([0.1, -0.2, 0.3], np.float32)
    variables = [keras.Variable(start[:2]), keras.Variable(start[2:])]
    trainee = Trainee(represent=None, drop=None, head=None, variables=variables, blocks=[], classes=[])

    def compute():
        places = [variable.value for variable in variables]
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(curvature * tf.concat(places, axis=0) ** 2) / 2
        return tape.gradient(loss, places)

    uphill = curvature * start
    worst = start + 0.5 * uphill / np.linalg.norm(uphill)
    gradient = np.concatenate(Sam(recipe(sam=0.5), trainee).gradient(compute))
    np.testing.assert_allclose(gradient, curvature * worst, rtol=1e-5)
    assert np.array_equal(np.concatenate([variable.numpy() for variable in variables]), start)


def loss_near(setting, distance):
    """The mean error of the train texts with the weights moved this far, in some random directions."""
    ids, mask = setting.features.padded(TRAIN)
    batch, labels = [mask, ids[mask > 0]], LABELS[TRAIN]
    trained = [variable.numpy() for variable in setting.network.trainable_variables]
    losses = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = [rng.normal(size=value.shape) for value in trained]
        length = np.sqrt(sum((direction**2).sum() for direction in noise))
        for variable, value, direction in zip(setting.network.trainable_variables, trained, noise, strict=True):
            variable.assign(value + distance * direction / length)
        losses.append(float(setting.trainer.objective.compute_loss(batch, labels, setting.trainer.objective(batch))))
    for variable, value in zip(setting.network.trainable_variables, trained, strict=True):
        variable.assign(value)
    return np.mean(losses)


@pytest.mark.slow
def test_the_loss_rises_less_around_the_weights_that_are_found_with_it(tiny_bert):
    sharpness = []
    for sam in (0.0, 0.5):
        setting = Setting(
            tiny_bert, sam=sam, epochs=25, min_epochs=25, patience=25, learning_rate=0.01, encoder_dropout=0.0
        )
        setting.train()
        sharpness.append(loss_near(setting, 1.0) - loss_near(setting, 0.0))
    assert sharpness[1] < 0.8 * sharpness[0]


def test_the_same_seed_gives_the_same_bits_and_other_weights_than_without_it(tiny_bert):
    setting = Setting(tiny_bert, sam=0.1, dropout=0.1, epochs=2)
    first, other, again = (setting.train(seed).weights for seed in (1, 2, 1))
    assert equal(first, again)
    assert not equal(first, other)
    assert not equal(first, Setting(tiny_bert, dropout=0.1, epochs=2).train(seed=1).weights)
