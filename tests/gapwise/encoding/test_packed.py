import numpy as np
import pytest

from gapwise.encoding.packed import PackedEncoder, pack, unpack
from gapwise.encoding.runtime import keras, keras_hub, tf

MASK = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]], np.int32)
STATES = np.random.default_rng(0).normal(size=(3, 4, 8)).astype(np.float32)


def layer(**changes):
    made = keras_hub.layers.TransformerEncoder(16, 2, **{"dropout": 0.0, **changes})
    made.build((None, None, 8))
    for number, weight in enumerate(made.weights):
        if "seed_generator" not in weight.path:
            weight.assign(np.random.default_rng(number).normal(size=weight.shape))
    return made


def test_packing_keeps_real_tokens_in_order_and_unpacking_pads_with_zeros():
    packed = pack(STATES, MASK)
    np.testing.assert_array_equal(packed, [*STATES[0, :2], *STATES[1], STATES[2, 0]])
    np.testing.assert_array_equal(unpack(packed, MASK), STATES * MASK[..., None])


@pytest.mark.parametrize("changes", [{}, {"normalize_first": True}, {"activation": "gelu"}, {"dropout": 0.3}])
def test_real_tokens_get_what_padded_layers_give_them(changes):
    layers = [layer(**changes), layer(**changes)]
    padded = STATES
    for one in layers:
        padded = one(padded, padding_mask=MASK, training=False)
    packed = PackedEncoder(layers)([MASK, pack(STATES, MASK)], training=False)
    np.testing.assert_allclose(packed, pack(padded, MASK), rtol=1e-5, atol=1e-5)


def test_every_dropout_of_a_layer_is_on_in_training():
    dropping = layer(dropout=0.5)
    encoder = PackedEncoder([dropping])
    calm, one, other = (encoder([MASK, pack(STATES, MASK)], training=training) for training in (False, True, True))
    assert not np.allclose(calm, one)
    assert not np.allclose(one, other)
    moved = [
        dropper
        for dropper in dropping._flatten_layers()
        if isinstance(dropper, keras.layers.Dropout) and int(dropper.seed_generator.state[1]) > 0
    ]
    assert len(moved) == 3  # of attention, behind it, and behind the feed-forward block


def test_other_texts_of_the_batch_do_not_matter():
    encoder = PackedEncoder([layer()])
    alone = encoder([MASK[:1, :2], STATES[0, :2]])
    np.testing.assert_allclose(encoder([MASK, pack(STATES, MASK)])[:2], alone, atol=1e-6)


def both_ways(encoder):
    """What the packed encoder gives, all its gradients in one vector, and the types of the products of both passes."""

    @tf.function
    def passes():
        with tf.GradientTape() as tape:
            given = encoder([MASK, pack(STATES, MASK)], training=False)
            error = tf.reduce_sum(given * np.linspace(-1, 1, 8, dtype=np.float32))
        gradients = tape.gradient(error, encoder.trainable_weights)
        return given, tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], axis=0)

    operations = passes.get_concrete_function().graph.get_operations()
    return *passes(), [operation.get_attr("T").name for operation in operations if operation.type == "MatMul"]


@pytest.mark.parametrize("changes", [{}, {"normalize_first": True}])
def test_in_bfloat16_every_product_of_tokens_and_kernels_is_and_no_weight(changes):
    encoder = PackedEncoder([layer(**changes)])
    *exact, products = both_ways(encoder)
    assert set(products) == {"float32"}
    encoder.precision = "bfloat16"
    *near, lowered = both_ways(encoder)
    assert lowered == ["bfloat16"] * len(products)
    assert {weight.dtype for weight in encoder.trainable_weights} == {"float32"}
    for one, other in zip(exact, near, strict=True):
        assert other.dtype == tf.float32
        assert 0 < np.linalg.norm(one - other) < 0.1 * np.linalg.norm(one)  # with eight bits and weights this wild
