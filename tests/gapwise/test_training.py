import numpy as np
import pandas as pd
import pytest

from gapwise.batches import Examples
from gapwise.encoder import load_encoder
from gapwise.freezing import cut, frozen_output
from gapwise.network import build, predict, weights
from gapwise.ragged import Ragged
from gapwise.recipe import EarlyStopping, FinetuneParams
from gapwise.runtime import keras
from gapwise.training import Trainer, WarmupLinearDecay

ROWS = 24


def recipe(**changes):
    values = {
        "freeze": 2,
        "l2": 0.0,
        "dropout": 0.0,
        "learning_rate": 0.01,
        "head_learning_rate": 0.01,
        "warmup": 0.0,
        "epochs": 3,
        "batch_size": 8,
        "early_stopping": EarlyStopping(monitor="loss", patience=3, min_delta=0.0),
    }
    return FinetuneParams(**(values | changes))


@pytest.fixture
def tokens():
    rng = np.random.default_rng(1)
    return Ragged.of([rng.integers(5, 20, length).astype(np.int32) for length in rng.integers(3, 9, ROWS)])


LABELS = np.random.default_rng(2).integers(0, 2, ROWS)
PATIENT = EarlyStopping(monitor="loss", patience=99, min_delta=0.0)
TRAIN, VALIDATION = np.arange(16), np.arange(16, ROWS)


class Setting:
    """A network cut from the tiny encoder, its trainer, and one call to train it."""

    def __init__(self, preset, tokens, drop=True, **changes):
        params = recipe(**changes)
        encoder = load_encoder(preset, 16)
        for layer in encoder._flatten_layers():
            if isinstance(layer, keras.layers.Dropout) and not drop:
                layer.rate = 0.0
        self.encoder, self.part = encoder, cut(encoder, params.freeze)
        self.network = build(self.part, 2, params.dropout, params.l2)
        self.features = frozen_output(self.part, tokens)
        self.trainer = Trainer(self.network, params)

    def train(self, seed=0, train=TRAIN, labels=LABELS, callbacks=()):
        return self.trainer.train(
            Examples(self.features, labels, train), Examples(self.features, labels, VALIDATION), seed, callbacks
        )


def equal(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_training_on_stored_frozen_output_is_training_the_whole_network_with_those_layers_frozen(tiny_bert, tokens):
    cached = Setting(tiny_bert, tokens, drop=False, freeze=2)
    whole = Setting(tiny_bert, tokens, drop=False, freeze=0)
    for layer in whole.encoder.layers:
        layer.trainable = layer.name == "transformer_layer_2"
    whole.trainer = Trainer(whole.network, recipe())
    columns = ["train_log_loss", "validation_log_loss"]
    pd.testing.assert_frame_equal(cached.train().epochs[columns], whole.train().epochs[columns], rtol=1e-5)


@pytest.mark.parametrize("freeze", [0, 2, 3])
def test_frozen_weights_stay_those_of_the_preset(tiny_bert, tokens, freeze):
    setting = Setting(tiny_bert, tokens, freeze=freeze)
    trained = {variable.path for variable in setting.network.trainable_variables}
    setting.train()
    preset = {variable.path: variable.numpy() for variable in load_encoder(tiny_bert, 16).weights}
    now = {variable.path: variable.numpy() for variable in setting.encoder.weights}
    changed = {path for path in preset if not np.array_equal(preset[path], now[path])}
    assert changed <= trained
    assert {path.split("/")[0] for path in changed} >= {f"transformer_layer_{number}" for number in range(freeze, 3)}


def test_the_same_seed_gives_the_same_bits_whatever_was_trained_before(tiny_bert, tokens):
    setting, fresh = (Setting(tiny_bert, tokens, dropout=0.3) for _ in range(2))
    first, other, again = (setting.train(seed) for seed in (5, 6, 5))
    assert equal(first.weights, again.weights)
    assert equal(first.weights, fresh.train(seed=5).weights)
    assert not equal(first.weights, other.weights)
    pd.testing.assert_frame_equal(first.epochs, again.epochs, check_exact=True)


def test_l2_makes_the_heads_kernel_smaller_and_leaves_no_trace_in_the_reported_log_loss(tiny_bert, tokens):
    free, penalized = (Setting(tiny_bert, tokens, freeze=-1, epochs=1, l2=l2) for l2 in (0.0, 10.0))
    assert [float(loss) > 0 for loss in penalized.network.losses] == [True]
    norms = [np.linalg.norm(setting.train().weights["head/kernel"]) for setting in (free, penalized)]
    assert norms[1] < norms[0]
    log_loss = penalized.train().epochs["validation_log_loss"][0]
    own = predict(penalized.network, penalized.features)[VALIDATION, LABELS[VALIDATION]]
    assert log_loss == pytest.approx(-np.log(own).mean(), rel=1e-5)


def test_dropout_hinders_memorizing(tiny_bert, tokens):
    losses = []
    for dropout in (0.0, 0.8):
        setting = Setting(
            tiny_bert, tokens, freeze=-1, epochs=40, head_learning_rate=0.3, dropout=dropout, early_stopping=PATIENT
        )
        # Six points in eight dimensions: any labels can be learnt by heart.
        setting.features = Ragged.of(list(np.random.default_rng(0).normal(size=(ROWS, 1, 8)).astype(np.float32)))
        losses.append(setting.train(train=np.arange(6)).epochs["train_log_loss"].iloc[-1])
    assert losses[0] < 0.1
    assert losses[1] > 0.2


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_the_best_epochs_weights_are_restored(tiny_bert, tokens, monitor):
    setting = Setting(
        tiny_bert,
        tokens,
        epochs=8,
        learning_rate=0.05,
        early_stopping=EarlyStopping(monitor=monitor, patience=8, min_delta=0.0),
    )
    kept = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: kept.append(weights(setting.network)))
    trained = setting.train(callbacks=[keep])
    column = {"loss": trained.epochs["validation_log_loss"], "accuracy": -trained.epochs["validation_accuracy"]}[
        monitor
    ]
    assert trained.best_epoch == column.idxmin() + 1 < len(kept)
    assert equal(trained.weights, kept[trained.best_epoch - 1])
    assert not equal(trained.weights, kept[-1])


def test_patience_ends_training(tiny_bert, tokens):
    stopping = EarlyStopping(monitor="loss", patience=2, min_delta=100.0)
    trained = Setting(tiny_bert, tokens, epochs=9, early_stopping=stopping).train()
    assert trained.epochs["epoch"].tolist() == [1, 2, 3]


def test_the_head_learns_at_its_own_rate(tiny_bert, tokens):
    setting = Setting(tiny_bert, tokens, epochs=1, batch_size=16, learning_rate=1e-6, head_learning_rate=1e-2)
    before = []
    keep = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: before.append(weights(setting.network)))
    after = setting.train(callbacks=[keep]).weights
    moved = {path: np.abs(after[path] - before[0][path]).max() for path in after}
    # Adam's first step is its rate, whatever the gradient's size.
    assert moved["head/kernel"] == pytest.approx(1e-2, rel=1e-3)
    assert max(value for path, value in moved.items() if not path.startswith("head")) == pytest.approx(1e-6, rel=0.1)


def test_rates_rise_to_their_peak_and_fall_to_the_last_step():
    schedule = WarmupLinearDecay({}, steps=10, warmup=0.3)
    factors = [schedule.factor(step) for step in range(10)]
    assert factors == pytest.approx([1 / 4, 2 / 4, 3 / 4, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7])


def test_without_warmup_the_first_step_has_the_peak():
    schedule = WarmupLinearDecay({}, steps=4, warmup=0.0)
    assert [schedule.factor(step) for step in range(4)] == [1, 0.75, 0.5, 0.25]


def test_probabilities_come_back_in_the_order_of_the_texts(tiny_bert, tokens):
    setting = Setting(tiny_bert, tokens)
    probabilities = predict(setting.network, setting.features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    packed, mask = setting.features.padded(np.array([7]))
    np.testing.assert_allclose(probabilities[7], keras.ops.softmax(setting.network([mask, packed[0]]))[0], atol=1e-6)
