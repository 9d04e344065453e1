from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from gapwise.encoding import probe as module
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import output, predict, set_weights
from gapwise.training.regularizers.probe_head import TUNED, head_of
from tests.setting import LABELS, TRAIN, VALIDATION, Setting


def probe(*arguments):
    return head_of(module.probe(*arguments))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("class_weight", [None, {0: 1.0, 1: 5.0, 2: 1.0}])
def test_the_head_predicts_what_the_logistic_regression_on_vectors_of_one_scale_does(classes, class_weight):
    rng = np.random.default_rng(0)
    train, validation = rng.normal(3, 2, size=(2, 60, 5)).astype(np.float32)
    labels = np.argmax(train[:, :classes] + rng.normal(0, 2, (60, classes)), axis=1)
    weight = class_weight and {number: class_weight[number] for number in range(classes)}
    head = probe(train, labels, validation, labels, weight)
    scaled = [(vectors - train.mean(axis=0)) / np.sqrt(train.var(axis=0).mean()) for vectors in (train, validation)]
    model = module.fit(scaled[0], labels, scaled[1], labels, weight)
    expected = model.predict_proba(scaled[1])
    np.testing.assert_allclose(softmax(validation @ head.kernel + head.bias, axis=1), expected, atol=1e-4)


def test_a_feature_that_hardly_varies_gets_no_weight():
    """MiniLM has one: scaled up as the others are, its weight would be so large that training ends in NaN."""
    rng = np.random.default_rng(0)
    vectors, labels = rng.normal(size=(40, 5)).astype(np.float32), np.arange(40) % 2
    nearly_constant = vectors.copy()
    nearly_constant[:, 2] *= 1e-30
    head = probe(nearly_constant, labels, nearly_constant, labels, None)
    assert np.abs(head.kernel[2]).max() < 1e-6 < np.abs(np.delete(head.kernel, 2, axis=0)).max() < 10


def test_vectors_that_are_all_alike_give_a_head_that_knows_the_class_shares():
    vectors, labels = np.ones((8, 3), np.float32), np.array([0, 0, 0, 0, 0, 0, 1, 1])
    head = probe(vectors, labels, vectors, labels, None)
    np.testing.assert_allclose(softmax(vectors @ head.kernel + head.bias, axis=1), [[0.75, 0.25]] * 8, atol=0.01)


@pytest.mark.parametrize("freeze", [2, pytest.param(-1, marks=pytest.mark.slow)])
def test_before_the_first_step_the_network_predicts_what_the_probe_does(tiny_bert, freeze):
    setting = Setting(tiny_bert, freeze=freeze, head_init="probe", epochs=1)
    of_train, of_validation = (
        output(setting.trainer.objective.represent, setting.features, rows) for rows in (TRAIN, VALIDATION)
    )
    head = probe(of_train, LABELS[TRAIN], of_validation, LABELS[VALIDATION], None)
    expected = softmax(of_validation @ head.kernel + head.bias, axis=1)

    found = []
    look = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: found.append(predict(setting.network, setting.features)[VALIDATION])
    )
    for seed in (1, 2):  # it has nothing random
        setting.train(seed, callbacks=[look])
    np.testing.assert_allclose(found[0], expected, atol=1e-4)
    np.testing.assert_array_equal(found[0], found[1])


RNG = np.random.default_rng(0)


def vectors(labels, noise):
    """Three features that tell the classes apart, and one that is the same for all texts but for rounding."""
    centres = np.eye(3)[labels] + noise * RNG.standard_normal((len(labels), 3))
    return np.column_stack([centres, 1e-33 * RNG.standard_normal(len(labels))]).astype(np.float32)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_probe_tells_apart_what_can_be_told_apart(classes):
    labels = np.arange(30) % classes
    head = probe(vectors(labels, 0.1), labels, vectors(labels, 0.1), labels, None)

    logits = vectors(labels, 0.1) @ head.kernel + head.bias

    assert head.kernel.shape == (4, classes)
    assert logits.argmax(axis=1).tolist() == labels.tolist()


def test_a_feature_that_is_the_same_for_all_texts_gets_no_large_weight():
    """all-MiniLM-L6-v2 has two such features: a scale for each made weights of 1e30, and nan at the second step."""
    labels = np.arange(16) % 2

    head = probe(vectors(labels, 0.3), labels, vectors(labels, 0.3), labels, None)

    assert np.abs(head.kernel[3]).max() <= np.abs(head.kernel[:3]).max()


def test_texts_that_are_all_the_same_give_a_head_that_is_finite():
    same, labels = np.ones((4, 4), np.float32), np.array([0, 1, 0, 1])

    head = probe(same, labels, same, labels, None)

    assert np.isfinite(head.kernel).all()
    assert np.isfinite(head.bias).all()


def test_a_refitted_head_is_the_probe_of_the_tuned_encoder(tiny_bert):
    plain, refitted = (Setting(tiny_bert, epochs=3, learning_rate=0.01, head_refit=refit) for refit in (False, True))
    before, after = plain.train(), refitted.train()

    assert {path for path in before.weights if not np.array_equal(before.weights[path], after.weights[path])} == {
        "head/kernel",
        "head/bias",
    }
    pd.testing.assert_frame_equal(before.epochs, after.epochs, check_exact=True)
    set_weights(plain.network, before.weights)
    of_train, of_validation = (
        output(plain.trainer.objective.represent, plain.features, rows) for rows in (TRAIN, VALIDATION)
    )
    expected = probe(of_train, LABELS[TRAIN], of_validation, LABELS[VALIDATION], None)
    np.testing.assert_allclose(after.weights["head/kernel"], expected.kernel, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_without_validation_rows_the_pretrained_vectors_choose_the_penalty_of_the_refitted_head(tiny_bert, monkeypatch):
    setting = Setting(tiny_bert, freeze=2, epochs=1, head_refit=True)
    represent = setting.trainer.objective.represent
    pretrained = output(represent, setting.features, TRAIN)
    seen = []
    choose = module.cross_fitted_probe
    look = lambda vectors, *args, **kwargs: seen.append(vectors) or choose(vectors, *args, **kwargs)  # noqa: E731
    monkeypatch.setattr(module, "cross_fitted_probe", look)
    setting.trainer.train(setting.examples(TRAIN), setting.examples(TRAIN[:0]), seed=1)
    tuned = output(represent, setting.features, TRAIN)
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0], pretrained)
    chosen = choose(pretrained, LABELS[TRAIN])
    fitted = module.probe(tuned, LABELS[TRAIN], tuned[:0], LABELS[:0], penalties=[chosen])
    head, expected = setting.network.get_layer("head"), head_of(fitted)
    np.testing.assert_allclose(head.kernel.numpy() * TUNED, expected.kernel, atol=1e-5)
    np.testing.assert_allclose(head.bias.numpy() * TUNED, expected.bias, atol=1e-5)
    assert np.abs(tuned - pretrained).max() > 1e-3


def test_variants_do_not_choose_the_penalty(tiny_bert, monkeypatch):
    setting, seen = Setting(tiny_bert, freeze=2, epochs=1, head_init="probe"), []
    monkeypatch.setattr(module, "cross_fitted_probe", lambda vectors, *args, **kwargs: seen.append(vectors) or 1.0)
    groups = np.where(np.isin(np.arange(len(LABELS)), TRAIN[::2]), -1, np.arange(len(LABELS)))
    train = replace(setting.examples(TRAIN), groups=groups)
    setting.trainer.train(train, setting.examples(TRAIN[:0]), seed=1)
    expected = output(setting.trainer.objective.represent, setting.features, TRAIN[1::2])
    assert seen[0].shape == expected.shape == (len(TRAIN) // 2, expected.shape[1])
