import numpy as np
import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.encoding.params import TokenizeParams
from gapwise.network.classifier import predict
from gapwise.training.regularizer import Trainee
from gapwise.training.regularizers.class_weight import ClassWeight
from gapwise.training.repeats import describe
from tests.recipes import recipe
from tests.setting import TRAIN, Setting

LABELS = np.array([0, 0, 0, 0, 0, 0, 1, 1])


def weights(class_weight):
    trainee = Trainee(represent=None, drop=None, head=None, variables=[], blocks=[], classes=["no", "yes"])
    return ClassWeight(recipe(class_weight=class_weight), trainee).class_weight(LABELS)


def describe_with(class_weight, preset):
    texts = pd.DataFrame({"label": ["yes", "no"]})
    tokenize = TokenizeParams(preset=preset, prefix=None, max_length=8)
    return describe(
        tokenize, recipe(class_weight=class_weight), texts, pd.DataFrame({"repeat": [0], "part": ["validation"]})
    )


def test_balanced_weights_give_each_class_the_same_total_and_texts_a_mean_of_one():
    given = weights("balanced")
    assert given == pytest.approx({0: 8 / 12, 1: 8 / 4})
    assert np.mean([given[label] for label in LABELS]) == pytest.approx(1)


def test_given_weights_are_found_by_the_name_of_the_class():
    assert weights({"yes": 3.0, "no": 0.5}) == {0: 0.5, 1: 3.0}


def test_weights_for_other_classes_than_there_are_are_refused_all_at_once(tiny_bert):
    with pytest.raises(UserError) as refused:
        describe_with({"yes": 1.0, "noo": 2.0}, tiny_bert)
    assert str(refused.value) == (
        "params.yaml does not fit the data, nothing was trained:\n"
        "  - finetune.class_weight: no weight for 'no'; add one, 1 for no change\n"
        "  - finetune.class_weight: no class 'noo'; there are 'no' and 'yes'"
    )
    for fitting in ({"yes": 1.0, "no": 2.0}, "balanced", None):
        assert describe_with(fitting, tiny_bert).classes == ["no", "yes"]


@pytest.mark.slow
def test_a_rare_class_is_predicted_more_where_classes_are_balanced_and_the_log_loss_stays_unweighted(tiny_bert):
    rare = np.array([1, 1, 0, 0, 0, 0, 0, 0] * 3)
    found = []
    for class_weight in (None, "balanced"):
        setting = Setting(tiny_bert, freeze=-1, class_weight=class_weight, epochs=30, min_epochs=30, patience=30,
                          head_learning_rate=0.1)  # fmt: skip
        trained = setting.train(labels=rare)
        probabilities = predict(setting.network, setting.features)
        found.append(probabilities[TRAIN, 1].mean())
        last = -np.log(probabilities[TRAIN, rare[TRAIN]]).mean()
        assert trained.epochs["train_log_loss"].iloc[-1] == pytest.approx(last, rel=0.1)
    assert found[0] == pytest.approx(0.25, abs=0.1)
    assert found[1] > found[0] + 0.08
