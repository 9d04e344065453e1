import numpy as np
import pytest
from sklearn.metrics import f1_score

from gapwise.training.stopping import MacroF1
from tests.setting import Setting


def test_macro_f1_over_batches_is_scikit_learns():
    rng = np.random.default_rng(0)
    labels, logits = rng.integers(0, 3, 20), rng.normal(size=(20, 3)).astype(np.float32)
    metric = MacroF1()
    for rows in np.split(np.arange(20), [7, 15]):
        metric.update_state(labels[rows], logits[rows])
    assert float(metric.result()) == pytest.approx(f1_score(labels, logits.argmax(axis=1), average="macro"), rel=1e-5)


def test_no_epoch_below_the_floor_is_kept_or_ends_the_training(tiny_bert):
    setting = Setting(tiny_bert, freeze=-1, epochs=8, patience=1, min_delta=100.0, min_epochs=5)
    trained = setting.train()
    assert trained.best_epoch == 5
    assert trained.epochs["epoch"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_floor_at_the_last_epoch_keeps_the_last_epoch(tiny_bert):
    trained = Setting(tiny_bert, freeze=-1, epochs=4, patience=1, min_epochs=4, head_learning_rate=0.5).train()
    assert trained.best_epoch == len(trained.epochs) == 4
