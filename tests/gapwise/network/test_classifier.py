import numpy as np
import pytest

from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import cut, frozen_output
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import Pool, output
from tests.setting import Setting, random_tokens

MASK = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0]], np.int32)
PACKED = np.arange(12, dtype=np.float32).reshape(6, 2)


def test_a_texts_vector_is_the_mean_of_its_tokens_or_the_first_of_them():
    np.testing.assert_array_equal(Pool("first", "pooled")([MASK, PACKED]), PACKED[[0, 2, 5]])
    np.testing.assert_allclose(
        Pool("mean", "pooled")([MASK, PACKED]), [PACKED[:2].mean(axis=0), PACKED[2:5].mean(axis=0), PACKED[5]]
    )


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_vectors_are_the_same_whether_the_encoder_is_all_frozen_or_not(tiny_bert, pooling):
    frozen, trained = (Setting(tiny_bert, freeze=freeze, pooling=pooling) for freeze in (-1, 1))
    rows = np.arange(24)
    vectors = [output(setting.trainer.objective.represent, setting.features, rows) for setting in (frozen, trained)]
    np.testing.assert_allclose(*vectors, atol=1e-5)
    assert frozen.features.lengths.tolist() == [1] * 24


def test_with_everything_frozen_the_first_token_is_the_encoders(tiny_bert):
    encoder, tokens = load_encoder(tiny_bert, 16), random_tokens()
    stored = frozen_output(cut(encoder, -1, "first"), tokens)
    ids = tokens.values[tokens.splits[3] : tokens.splits[4]][None]
    inputs = {"token_ids": ids, "padding_mask": np.ones_like(ids), "segment_ids": np.zeros_like(ids)}
    whole = encoder({name: inputs[name] for name in encoder.input}, training=False)["sequence_output"]
    np.testing.assert_allclose(stored.values[3], keras.ops.convert_to_numpy(whole)[0, 0], atol=1e-5)
