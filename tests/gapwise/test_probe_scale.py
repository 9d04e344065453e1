import numpy as np
import pandas as pd
import pytest

from gapwise.network import output, set_weights
from gapwise.probe_head import probe
from tests.setting import LABELS, TRAIN, VALIDATION, Setting

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
        output(plain.trainer.learner.represent, plain.features, rows) for rows in (TRAIN, VALIDATION)
    )
    expected = probe(of_train, LABELS[TRAIN], of_validation, LABELS[VALIDATION], None)
    np.testing.assert_allclose(after.weights["head/kernel"], expected.kernel, rtol=1e-4, atol=1e-6)
