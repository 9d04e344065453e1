import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.preprocessing import StandardScaler

from gapwise import logistic
from gapwise.baselines import Parts, on_vectors
from gapwise.network import output, predict
from gapwise.probe_head import probe
from gapwise.runtime import keras
from tests.setting import LABELS, TRAIN, VALIDATION, Setting


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("class_weight", [None, {0: 1.0, 1: 5.0, 2: 1.0}])
def test_the_head_predicts_what_the_logistic_regression_on_scaled_vectors_does(classes, class_weight):
    rng = np.random.default_rng(0)
    train, validation = rng.normal(3, 2, size=(2, 60, 5)).astype(np.float32)
    labels = np.argmax(train[:, :classes] + rng.normal(0, 2, (60, classes)), axis=1)
    weight = class_weight and {number: class_weight[number] for number in range(classes)}
    head = probe(train, labels, validation, labels, weight)
    scaler = StandardScaler().fit(train.astype(float))
    model = logistic.fit(scaler.transform(train), labels, scaler.transform(validation), labels, weight)
    expected = model.predict_proba(scaler.transform(validation))
    np.testing.assert_allclose(softmax(validation @ head.kernel + head.bias, axis=1), expected, atol=1e-4)


@pytest.mark.parametrize("freeze", [2, -1])
def test_before_the_first_step_the_network_predicts_what_the_frozen_encoders_baseline_does(tiny_bert, freeze):
    setting = Setting(tiny_bert, freeze=freeze, head_init="probe", epochs=1)
    vectors = output(setting.trainer.learner.represent, setting.features, np.arange(24))
    names = [f"text-{row}" for row in range(24)]
    texts = pd.DataFrame({"text_id": names, "text": names, "label": [str(label) for label in LABELS]})
    parts = Parts(texts.iloc[TRAIN], texts.iloc[VALIDATION], texts.iloc[VALIDATION])
    expected = on_vectors(pd.DataFrame(vectors, index=names))(parts)[2]

    found = []
    look = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: found.append(predict(setting.network, setting.features)[VALIDATION])
    )
    for seed in (1, 2):  # it has nothing random
        setting.train(seed, callbacks=[look])
    np.testing.assert_allclose(found[0], expected, atol=1e-4)
    np.testing.assert_array_equal(found[0], found[1])
