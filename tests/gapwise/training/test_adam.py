import numpy as np
import pytest

from gapwise.encoding.runtime import keras, tf
from gapwise.training.adam import Adam

START = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def minimize(optimizer, rows, dense=False):
    """Pulls some rows of a table towards targets that alternate, as an embedding is trained; gives all its states."""
    table = keras.Variable(START)
    optimizer.build([table])

    @tf.function
    def step(target):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((tf.gather(table.value, rows) - target) ** 2)
        gradient = tape.gradient(loss, table.value)
        optimizer.apply([tf.convert_to_tensor(gradient) if dense else gradient], [table])

    states = []
    for number in range(20):
        step(tf.constant(float(number % 3)))
        states.append(table.numpy())
    return np.array(states)


@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1}, {"clipnorm": 0.5}, {"beta_1": 0.5, "epsilon": 0.1}])
def test_every_step_is_that_of_keras(options):
    fused, keras_own = (minimize(kind(0.1, **options), list(range(6))) for kind in (Adam, keras.optimizers.Adam))
    np.testing.assert_allclose(fused, keras_own, atol=1e-4)
    assert np.abs(fused[-1] - START).mean() > 0.1


def test_a_token_that_a_batch_has_twice_has_one_gradient():
    """As in Keras with a dense gradient; with a sparse one, Keras squares the parts before it adds them."""
    fused, dense = minimize(Adam(0.1), [4, 1, 4]), minimize(keras.optimizers.Adam(0.1), [4, 1, 4], dense=True)
    np.testing.assert_allclose(fused, dense, atol=1e-4)
    assert np.abs(fused[0] - START)[4] == pytest.approx(0.1, rel=1e-3)


def test_rows_without_a_gradient_stay_to_the_bit():
    states = minimize(Adam(0.1), [4, 1, 4])
    assert np.array_equal(states[-1][[0, 2, 3, 5]], START[[0, 2, 3, 5]])


def test_a_rate_that_changes_between_steps_is_followed():
    def halving(kind):
        return minimize(kind(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)), [0, 1])

    np.testing.assert_allclose(halving(Adam), halving(keras.optimizers.Adam), atol=1e-4)
