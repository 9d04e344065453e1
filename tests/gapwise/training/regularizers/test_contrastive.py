import numpy as np
import pytest

from gapwise.network.classifier import output
from gapwise.training.recipe import notes
from gapwise.training.regularizers.contrastive import EMPTY, Contrastive, Memory, contrast, remembered
from tests.recipes import recipe
from tests.setting import LABELS, TRAIN, Setting, equal


def by_hand(vectors, labels, temperature, texts=None):
    """Khosla et al. 2020, equation 2, with the mean over texts: the first so many, or all."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total, texts = 0.0, texts or len(labels)
    for i in range(texts):
        others = [a for a in range(len(labels)) if a != i]
        positives = [p for p in others if labels[p] == labels[i]]
        all_similar = sum(np.exp(vectors[i] @ vectors[a] / temperature) for a in others)
        terms = [np.log(np.exp(vectors[i] @ vectors[p] / temperature) / all_similar) for p in positives]
        total -= np.mean(terms) if terms else 0.0
    return total / texts


@pytest.mark.parametrize("labels", [[0, 1, 0, 1, 1], [0, 1, 2, 2, 2], [0, 1, 2, 3, 4]])
def test_it_is_the_published_loss_and_a_text_without_its_like_counts_nothing(labels):
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    assert float(contrast(vectors, np.array(labels), 0.3)) == pytest.approx(
        by_hand(vectors, labels, 0.3), rel=1e-4, abs=1e-6
    )


@pytest.mark.parametrize("empty", [0, 3])
def test_texts_of_earlier_batches_are_neighbours_and_empty_places_are_none(empty):
    vectors, labels = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32), [0, 1, 2, 1, 0, 0, 2, 2, 1]
    earlier = (np.array([*labels[3:], *[EMPTY] * empty], np.int32), np.vstack([vectors[3:], np.zeros((empty, 4))]))
    measured = contrast(vectors[:3], np.array(labels[:3]), 0.3, (earlier[0], earlier[1].astype(np.float32)))
    assert float(measured) == pytest.approx(by_hand(vectors, labels, 0.3, texts=3), rel=1e-4)


def test_a_memory_that_is_empty_changes_nothing():
    vectors, labels = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32), np.array([0, 1, 0, 1, 1])
    assert float(contrast(vectors, labels, 0.3, Memory(7, 4).held())) == float(contrast(vectors, labels, 0.3))


def test_the_latest_texts_come_first_and_the_oldest_fall_out():
    memory = Memory(5, 1)
    for labels in ([0, 1, 2], [3, 4, 5]):
        memory.add(np.array(labels), np.array(labels, np.float32)[:, None])
    assert [held.numpy().ravel().tolist() for held in memory.held()] == [[3, 4, 5, 0, 1]] * 2
    memory.clear()
    assert memory.held()[0].numpy().tolist() == [EMPTY] * 5


@pytest.mark.parametrize("more", [{}, {"sam": 0.05}])
def test_a_training_remembers_each_text_once_an_epoch_and_begins_with_none(more, tiny_bert):
    setting = Setting(tiny_bert, contrastive=0.9, contrastive_memory=50, epochs=2, min_epochs=2, **more)
    first = setting.train().weights
    (memory,) = (one.memory for one in setting.trainer.regularizers if isinstance(one, Contrastive))
    assert (memory.held()[0].numpy() != EMPTY).sum() == 2 * len(TRAIN)
    assert equal(setting.train().weights, first)
    assert not equal(Setting(tiny_bert, contrastive=0.9, epochs=2, min_epochs=2, **more).train().weights, first)


def test_a_memory_without_the_term_is_refused():
    with pytest.raises(ValueError, match=r"contrastive_memory \(9\) is for the .* contrastive \(0.0\) leaves"):
        recipe(contrastive_memory=9)


@pytest.mark.parametrize(
    ("classes", "batch_size", "memory", "size"),
    [(8, 16, None, 0), (9, 16, None, 1024), (9, 32, None, 0), (9, 16, 0, 0), (2, 16, 5, 5)],
)
def test_null_remembers_texts_where_a_batch_has_fewer_than_two_of_each_class(classes, batch_size, memory, size):
    asked = recipe(contrastive=0.9, contrastive_memory=memory, batch_size=batch_size)
    assert remembered(asked, classes) == size
    names = [str(number) for number in range(classes)]
    said = "finetune.contrastive_memory is null: 1,024 texts of earlier batches, for 9 classes in batches of 16"
    assert notes(asked, names) == ([said] if size == 1024 else [])
    assert notes(recipe(contrastive_memory=None), names) == []  # without the term


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
