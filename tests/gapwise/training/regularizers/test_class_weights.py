import numpy as np
import pytest

from gapwise.base.errors import UserError
from gapwise.network.classifier import predict
from gapwise.training.regularizers.class_weights import check, class_weights
from tests.recipes import recipe
from tests.setting import TRAIN, Setting

LABELS = np.array([0, 0, 0, 0, 0, 0, 1, 1])


def test_balanced_weights_give_each_class_the_same_total_and_texts_a_mean_of_one():
    given = class_weights(recipe(class_weight="balanced"), ["no", "yes"], LABELS)
    assert given == pytest.approx({0: 8 / 12, 1: 8 / 4})
    assert np.mean([given[label] for label in LABELS]) == pytest.approx(1)


def test_given_weights_are_found_by_the_name_of_the_class():
    assert class_weights(recipe(class_weight={"yes": 3.0, "no": 0.5}), ["no", "yes"], LABELS) == {0: 0.5, 1: 3.0}
    assert class_weights(recipe(), ["no", "yes"], LABELS) is None


def test_weights_for_other_classes_than_there_are_are_refused_all_at_once():
    with pytest.raises(UserError) as refused:
        check(recipe(class_weight={"yes": 1.0, "noo": 2.0}), ["no", "yes"])
    assert str(refused.value) == (
        "params.yaml does not fit the data, nothing was trained:\n"
        "  - finetune.class_weight: no weight for 'no'; add one, 1 for no change\n"
        "  - finetune.class_weight: no class 'noo'; there are 'no' and 'yes'"
    )
    check(recipe(class_weight={"yes": 1.0, "no": 2.0}), ["no", "yes"])
    check(recipe(class_weight="balanced"), ["no", "yes"])


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
