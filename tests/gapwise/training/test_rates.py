import numpy as np
import pytest

from gapwise.encoding.runtime import keras
from gapwise.network.classifier import blocks
from gapwise.training.rates import Block, BlockOptimizer, by_block, factor
from tests.recipes import recipe
from tests.setting import Setting


def shares(steps, warmup, schedule):
    return [factor(step, steps, warmup, schedule) for step in range(steps)]


def test_rates_rise_to_their_peak_and_fall_to_the_last_step():
    rising = [1 / 4, 2 / 4, 3 / 4]
    assert shares(10, 0.3, "linear") == pytest.approx([*rising, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7])
    assert shares(10, 0.3, "constant") == pytest.approx([*rising, *[1] * 7])
    falling = [(1 + np.cos(np.pi * step / 7)) / 2 for step in range(7)]
    assert shares(10, 0.3, "cosine") == pytest.approx([*rising, *falling])


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_without_warmup_the_first_step_has_the_peak_and_no_step_is_lost(schedule):
    assert shares(4, 0.0, schedule)[0] == 1
    assert min(shares(4, 0.0, schedule)) > 0.1


@pytest.fixture(scope="module")
def network(tiny_bert):
    return Setting(tiny_bert, freeze=0).network


def test_layers_learn_slower_the_lower_they_are_and_embeddings_slowest(network):
    planned = by_block(network, recipe(learning_rate=0.08, head_learning_rate=0.5, layer_decay=0.5))
    assert [block.peak for block in planned] == pytest.approx([0.5, 0.08, 0.04, 0.02, 0.01])
    first = [block.variables[0].path.split("/")[0] for block in planned]
    assert first == ["head", "transformer_layer_2", "transformer_layer_1", "transformer_layer_0", "token_embedding"]
    assert sum(len(block.variables) for block in planned) == len(network.trainable_variables)


def test_blocks_wait_for_the_one_above_them(network):
    assert [block.waits for block in by_block(network, recipe(gradual_unfreezing=2, epochs=9))] == [0, 2, 4, 6, 8]
    assert [block.waits for block in by_block(network, recipe())] == [0, 0, 0, 0, 0]


def one_step(gradients, clip_norm, waits=(0, 0)):
    """How far plain gradient descent moves two blocks of one variable each, of which some may wait."""
    variables = [keras.Variable(np.zeros(2, np.float32), name=name) for name in ("one", "other")]
    planned = [
        Block([v], keras.optimizers.SGD(0.0 if w else 1.0), 1.0, w) for v, w in zip(variables, waits, strict=True)
    ]
    BlockOptimizer(planned, clip_norm).apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    return np.array([v.numpy() for v in variables])


def test_the_gradient_of_all_blocks_together_is_shortened_to_the_limit_and_keeps_its_direction():
    gradients = np.array([[3.0, 0.0], [0.0, 4.0]], np.float32)
    np.testing.assert_allclose(one_step(gradients, 0.0), -gradients)
    np.testing.assert_allclose(one_step(gradients, 1.0), -gradients / 5, rtol=1e-6)
    np.testing.assert_allclose(one_step(gradients, 6.0), -gradients)


def test_a_block_that_waits_does_not_move_and_takes_no_part_in_the_limit():
    gradients = np.array([[3.0, 0.0], [0.0, 4.0]], np.float32)
    np.testing.assert_allclose(one_step(gradients, 1.0, waits=(0, 1)), [[-1, 0], [0, 0]], rtol=1e-6)


def test_weight_decay_shrinks_kernels_and_spares_biases_and_normalization(tiny_bert):
    network = Setting(tiny_bert, freeze=2).network
    params = recipe(weight_decay=0.5, learning_rate=0.1, head_learning_rate=0.2)
    planned = by_block(network, params)
    optimizer = BlockOptimizer(planned, 0.0)
    for block in planned:
        block.optimizer.learning_rate.assign(block.peak)
    variables = [v for block in blocks(network) for v in block]
    for v in variables:
        v.assign(keras.ops.ones_like(v))
    optimizer.apply([keras.ops.zeros_like(v) for v in variables], variables)
    shrunk = {v.path: float(keras.ops.mean(v)) for v in variables if not np.all(v.numpy() == 1)}
    assert set(shrunk) == {v.path for v in variables if v.name == "kernel"}
    assert shrunk["head/kernel"] == pytest.approx(1 - 0.5 * 0.2)
    of_layer = [value for path, value in shrunk.items() if path != "head/kernel"]
    assert of_layer == pytest.approx([1 - 0.5 * 0.1] * 6)
