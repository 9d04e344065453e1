import numpy as np
import pytest

from gapwise.network.batches import CLASS_SENTENCE, VARIANT, Examples
from gapwise.network.classifier import output
from gapwise.training.regularizers.class_sentences import Shares, shares_nearest
from tests.setting import LABELS, TRAIN, VALIDATION, Setting, equal

EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]


def shares(texts, labels, sentences, groups=None):
    groups = np.arange(len(texts)) if groups is None else np.array(groups)
    return shares_nearest(np.array(texts, np.float32), np.array(labels), groups, np.array(sentences, np.float32))


def test_each_way_counts_the_texts_that_are_nearest_to_what_stands_for_their_class():
    assert shares([EAST, EAST, NORTH, NORTH], [0, 0, 1, 1], [EAST, NORTH]) == Shares(1.0, 1.0)
    assert shares([EAST, EAST, NORTH, NORTH], [0, 0, 1, 1], [NORTH, EAST]) == Shares(0.0, 1.0)


def test_a_text_is_not_compared_with_a_mean_that_it_is_part_of():
    # Each class has one text here and one there: the other text alone points to the other class.
    found = shares([EAST, NORTH, EAST, NORTH], [0, 0, 1, 1], [[1.0, -0.1], [0.1, 1.0]])
    assert found == Shares(0.5, 0.0)


def test_a_group_is_held_out_as_a_whole():
    texts, labels = [EAST, EAST, NORTH, NORTH, NORTH], [0, 0, 1, 1, 0]
    assert shares(texts, labels, [EAST, NORTH], groups=[0, 1, 2, 3, 3]) == Shares(0.8, 0.8)


def test_texts_whose_class_would_be_gone_are_not_counted():
    texts, labels = [EAST, EAST, NORTH, NORTH, NORTH], [0, 0, 1, 1, 0]
    assert shares(texts, labels, [NORTH, EAST], groups=[0, 0, 2, 3, 0]) == Shares(0.0, 1.0)
    assert shares(texts, labels, [EAST, NORTH], groups=[0, 0, 2, 2, 0]) is None


def test_what_all_have_in_common_is_taken_off_and_lengths_do_not_count():
    texts = np.array([EAST, EAST, WEST, WEST]) * [[1], [9], [2], [5]]
    far = np.array([[1.0, 50.0], [-1.0, 50.0]])  # sentences, alike but for a little
    assert shares(texts, [0, 0, 1, 1], far) == Shares(1.0, 1.0)


@pytest.fixture(scope="module", params=[2, -1])
def setting(request, tiny_bert):
    return Setting(tiny_bert, freeze=request.param, class_sentence_margin=0.15, epochs=1)


def labelled(setting, of_first, rows=(*TRAIN, *VALIDATION[:2])):
    """Train texts, labelled by which of two texts they are nearer to; these stand for classes of the names given."""
    classes = np.zeros(len(LABELS), np.int64)
    vectors = output(setting.trainer.objective.represent, setting.features, np.arange(len(LABELS)))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    towards = unit @ (unit[VALIDATION[1]] - unit[VALIDATION[0]])
    classes[TRAIN] = towards[TRAIN] > np.median(towards[TRAIN])
    classes[VALIDATION[:2]] = of_first, 1 - of_first
    groups = np.arange(len(LABELS))
    groups[VALIDATION[:2]] = CLASS_SENTENCE
    return Examples(setting.features, classes, np.array(rows), groups)


def trained(setting, train, told=None):
    validation = setting.examples(VALIDATION[2:])
    return setting.trainer.train(train, validation, seed=1, tell=None if told is None else told.append).weights


def test_sentences_that_tell_the_classes_apart_are_trained_on_as_without_a_margin(setting, tiny_bert):
    told, always = [], Setting(tiny_bert, freeze=setting.params.freeze, epochs=1)
    assert not always.trainer.regularizers
    train = labelled(setting, of_first=0)

    assert equal(trained(setting, train, told), trained(always, labelled(always, of_first=0)))

    (choice,) = told
    assert choice.rows.tolist() == train.rows.tolist()
    assert choice.figures["trained_on"] is True
    assert choice.figures["nearest_to_sentence"] > 0.8
    share = f"{choice.figures['nearest_to_sentence']:.3f}"
    assert choice.note.startswith(f"class sentences are trained on: {share} of the train texts are nearest to the sent")


def test_sentences_that_mislead_are_left_out_and_the_texts_train_as_if_there_were_none(setting):
    told = []
    train = labelled(setting, of_first=1)

    assert equal(trained(setting, train, told), trained(setting, labelled(setting, of_first=1, rows=TRAIN)))

    (choice,) = told
    assert choice.rows.tolist() == TRAIN.tolist()
    assert choice.figures["trained_on"] is False
    assert choice.figures["nearest_to_sentence"] < 0.2 < choice.figures["nearest_to_mean"]
    assert choice.note.startswith("class sentences are left out: 0.")
    assert choice.note.endswith("to the mean of its other texts, over 0.15 more (finetune.class_sentence_margin)")


def test_with_nothing_to_compare_them_with_they_are_trained_on(setting):
    told, one_each = [], (*TRAIN[:1], *VALIDATION[:2])
    train = labelled(setting, of_first=1, rows=one_each)
    train.labels[TRAIN[0]] = 0
    assert setting.trainer.choose(train, told.append).rows.tolist() == list(one_each)
    assert told[0].note == "class sentences are trained on: no train text can be held out to compare them"


def test_without_class_sentences_nothing_is_chosen_whatever_variants_there_are(setting):
    groups = np.arange(len(LABELS))
    groups[TRAIN[:3]] = VARIANT
    told = []
    trained(setting, Examples(setting.features, LABELS, TRAIN, groups), told)
    assert told == []


def test_the_choice_is_made_on_the_encoder_as_it_was_pre_trained(setting):
    first, second = [], []
    trained(setting, labelled(setting, of_first=0), first)
    trained(setting, labelled(setting, of_first=0), second)  # its weights are now those of the first training
    assert first[0].figures == second[0].figures
