import numpy as np

from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import predict
from gapwise.training.regularizers.mixup import mixtures
from tests.setting import ROWS, Setting

VECTORS = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def test_every_text_is_mixed_with_its_partner_by_one_share():
    mixed, partner, share = mixtures(VECTORS, 1.0, keras.random.SeedGenerator(1))
    assert sorted(np.asarray(partner)) == list(range(6))
    assert 0 < float(share) < 1
    np.testing.assert_allclose(mixed, share * VECTORS + (1 - share) * VECTORS[np.asarray(partner)], rtol=1e-5)


def test_a_small_alpha_leaves_most_batches_nearly_as_they_are_and_a_large_one_mixes_by_halves():
    def shares(alpha):
        draws = keras.random.SeedGenerator(2)
        return np.array([float(mixtures(VECTORS, alpha, draws)[2]) for _ in range(100)])

    assert (np.abs(shares(0.1) - 0.5) > 0.4).mean() > 0.6
    assert (np.abs(shares(20.0) - 0.5) < 0.2).mean() > 0.9


def test_who_learns_from_mixtures_is_less_sure_of_the_training_texts(tiny_bert):
    sure = []
    for mixup in (0.0, 1.0):
        setting = Setting(
            tiny_bert, freeze=-1, epochs=20, head_learning_rate=0.3, patience=99, min_epochs=20, mixup=mixup
        )
        # Six points in eight dimensions: any labels can be learnt by heart.
        setting.features = Ragged.of(list(np.random.default_rng(0).normal(size=(ROWS, 1, 8)).astype(np.float32)))
        setting.train(train=np.arange(6))
        sure.append(predict(setting.network, setting.features)[:6].max(axis=1).mean())
    assert sure[1] < sure[0] - 0.02
