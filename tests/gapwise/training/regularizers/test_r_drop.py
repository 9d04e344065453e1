import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from gapwise.training.regularizers.r_drop import divergence
from tests.setting import Setting


def test_it_is_the_mean_of_both_kullback_leibler_divergences():
    one, other = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    p, q = softmax(one, axis=1), softmax(other, axis=1)
    expected = np.mean([(entropy(a, b) + entropy(b, a)) / 2 for a, b in zip(p, q, strict=True)])
    assert float(divergence(one, other)) == pytest.approx(expected, rel=1e-5)
    assert float(divergence(other, one)) == pytest.approx(expected, rel=1e-5)
    assert float(divergence(one, one + 7)) == pytest.approx(0, abs=1e-6)  # logits have no zero point


def test_two_passes_with_other_dropout_agree_more_after_training_with_it(tiny_bert):
    apart = []
    for r_drop in (0.0, 5.0):
        setting = Setting(tiny_bert, freeze=-1, dropout=0.5, r_drop=r_drop, epochs=20, min_epochs=20, patience=20,
                          head_learning_rate=0.1)  # fmt: skip
        setting.train()
        _, mask = setting.features.padded(np.arange(16))
        batch = [mask, setting.features.values[:16]]
        passes = [setting.trainer.objective(batch, training=True)[1] for _ in range(8)]
        apart.append(np.mean([divergence(one, other) for one, other in zip(passes[::2], passes[1::2], strict=True)]))
    assert apart[1] < 0.6 * apart[0]
