import numpy as np
import pytest

from gapwise.network.classifier import predict
from gapwise.training.regularizers.contrastive import contrast
from gapwise.training.regularizers.label_smoothing import smoothed_cross_entropy as cross_entropy
from tests.setting import LABELS, TRAIN, Setting

LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
CLASS = np.array([0, 2, 1, 2])


@pytest.mark.parametrize("smoothing", [0.1, 0.3])
def test_label_smoothing_spreads_a_share_of_each_label_evenly(smoothing):
    log_shares = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    target = (1 - smoothing) * np.eye(3)[CLASS] + smoothing / 3
    errors = -(target * log_shares).sum(axis=1)
    weights = np.array([1.0, 2.0, 0.5, 1.0], np.float32)
    assert float(cross_entropy(smoothing)(CLASS, LOGITS)) == pytest.approx(errors.mean(), rel=1e-5)
    assert float(cross_entropy(smoothing)(CLASS, LOGITS, weights)) == pytest.approx((weights * errors).mean(), rel=1e-5)


@pytest.mark.slow
def test_smoothed_labels_keep_the_network_from_being_sure_and_are_not_in_the_reported_log_loss(tiny_bert):
    sure = []
    for smoothing in (0.0, 0.6):
        setting = Setting(tiny_bert, freeze=-1, label_smoothing=smoothing, head_learning_rate=0.5, epochs=30,
                          min_epochs=30, patience=30)  # fmt: skip
        trained = setting.train()
        probabilities = predict(setting.network, setting.features)
        sure.append(probabilities[TRAIN].max(axis=1).mean())
        plain = -np.log(probabilities[TRAIN, LABELS[TRAIN]]).mean()
        assert trained.epochs["train_log_loss"].iloc[-1] == pytest.approx(plain, rel=0.2)
    assert sure[1] < sure[0] - 0.02


def loss_of_a_batch(setting):
    ids, mask = setting.features.padded(TRAIN)
    batch, labels = [mask, ids[mask > 0]], LABELS[TRAIN]
    pooled, logits = setting.trainer.objective(batch, training=True)
    return float(setting.trainer.objective.compute_loss(batch, labels, (pooled, logits))), pooled, np.asarray(logits)


def test_the_loss_is_the_formula_of_the_page(tiny_bert):
    """A share that goes to the contrastive term is taken from the error and the head's penalties, and from no other."""
    strengths = {"l2": 0.3, "l1": 0.2, "encoder_l2": 0.01, "l2_sp": 0.5}
    setting = Setting(tiny_bert, contrastive=0.75, encoder_dropout=0.0, contrastive_temperature=0.3, **strengths)
    for variable in setting.network.trainable_variables:  # so that no distance to the start is zero
        variable.assign_add(np.full(variable.shape, 0.01, np.float32))
    loss, pooled, logits = loss_of_a_batch(setting)
    log_shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    error = -log_shares[np.arange(len(TRAIN)), LABELS[TRAIN]].mean()
    kernel = setting.network.get_layer("head").kernel.numpy()
    head = 0.3 * (kernel**2).sum() + 0.2 * np.abs(kernel).sum()
    trained = [v for v in setting.network.trainable_variables if not v.path.startswith("head")]
    squares = sum((v.numpy() ** 2).sum() for v in trained if v.name == "kernel")
    distances = sum(((v.numpy() - setting.trainer.pretrained[v.path]) ** 2).sum() for v in trained)
    term = float(contrast(pooled, LABELS[TRAIN], 0.3))
    assert loss == pytest.approx(0.25 * (error + head) + 0.75 * term + 0.01 * squares + 0.5 * distances, rel=1e-4)


@pytest.mark.slow
def test_the_head_learns_the_same_with_the_term_as_without_it(tiny_bert):
    """Its gradient has another length and no other direction, which is all that Adam sees."""
    plain, with_term = (
        Setting(tiny_bert, contrastive=share, l2=0.3, epochs=2, learning_rate=1e-9).train().weights["head/kernel"]
        for share in (0.0, 0.9)
    )
    np.testing.assert_allclose(plain, with_term, atol=2e-4)


def spread(setting):
    """How much two training passes of the encoder differ."""
    ids, mask = setting.features.padded(TRAIN)
    batch = [mask, ids[mask > 0]]
    one, other = (np.asarray(setting.trainer.objective.represent(batch, training=True)) for _ in range(2))
    return np.abs(one - other).mean()


def test_dropout_in_the_encoder_is_its_own_unless_another_is_given(tiny_bert):
    own, less, more = (spread(Setting(tiny_bert, encoder_dropout=rate)) for rate in (None, 0.0, 0.6))
    assert less == 0
    assert 0 < own < more


def test_every_dropout_of_the_trained_layers_has_the_given_rate(tiny_bert):
    layers = Setting(tiny_bert, freeze=1, encoder_dropout=0.6).part.trained._flatten_layers()
    assert [layer.rate for layer in layers if hasattr(layer, "rate")] == [0.6] * 6
