import numpy as np
import pytest

from gapwise.network.classifier import output
from gapwise.training.regularizers.contrastive import contrast
from tests.setting import LABELS, TRAIN, Setting


def by_hand(vectors, labels, temperature):
    """Khosla et al. 2020, equation 2, with the mean over texts."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total = 0.0
    for i in range(len(labels)):
        others = [a for a in range(len(labels)) if a != i]
        positives = [p for p in others if labels[p] == labels[i]]
        all_similar = sum(np.exp(vectors[i] @ vectors[a] / temperature) for a in others)
        terms = [np.log(np.exp(vectors[i] @ vectors[p] / temperature) / all_similar) for p in positives]
        total -= np.mean(terms) if terms else 0.0
    return total / len(labels)


@pytest.mark.parametrize("labels", [[0, 1, 0, 1, 1], [0, 1, 2, 2, 2], [0, 1, 2, 3, 4]])
def test_it_is_the_published_loss_and_a_text_without_its_like_counts_nothing(labels):
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    assert float(contrast(vectors, np.array(labels), 0.3)) == pytest.approx(
        by_hand(vectors, labels, 0.3), rel=1e-4, abs=1e-6
    )


def test_only_the_direction_of_vectors_counts():
    vectors, labels = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32), np.array([0, 1, 0, 1, 1])
    scaled = vectors * np.array([[1], [2], [3], [4], [5]], np.float32)
    assert float(contrast(scaled, labels, 0.3)) == pytest.approx(float(contrast(vectors, labels, 0.3)), rel=1e-5)


def test_training_with_it_brings_the_vectors_of_a_class_together(tiny_bert):
    apart = []
    for contrastive in (0.0, 0.9):
        setting = Setting(tiny_bert, contrastive=contrastive, epochs=8, min_epochs=8, patience=8, batch_size=16)
        setting.train()
        apart.append(
            float(contrast(output(setting.trainer.objective.represent, setting.features, TRAIN), LABELS[TRAIN], 0.3))
        )
    assert apart[1] < apart[0] - 0.02
