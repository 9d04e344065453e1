import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras
from gapwise.network.classifier import predict, weights
from gapwise.training.trainer import Trainer
from tests.recipes import recipe
from tests.setting import CLASSES, LABELS, ROWS, TRAIN, VALIDATION, Setting, equal


@pytest.mark.slow
def test_training_on_stored_frozen_output_is_training_the_whole_network_with_those_layers_frozen(tiny_bert):
    cached = Setting(tiny_bert, encoder_dropout=0.0, freeze=2)
    whole = Setting(tiny_bert, encoder_dropout=0.0, freeze=0)
    for layer in whole.encoder.layers:
        layer.trainable = layer.name == "transformer_layer_2"
    whole.trainer = Trainer(whole.network, recipe(), CLASSES)
    columns = ["train_log_loss", "validation_log_loss"]
    pd.testing.assert_frame_equal(cached.train().epochs[columns], whole.train().epochs[columns], rtol=1e-5)


@pytest.mark.parametrize("freeze", [2, *(pytest.param(depth, marks=pytest.mark.slow) for depth in (0, 3))])
def test_frozen_weights_stay_those_of_the_preset(tiny_bert, freeze):
    setting = Setting(tiny_bert, freeze=freeze)
    trained = {variable.path for variable in setting.network.trainable_variables}
    setting.train()
    preset = {variable.path: variable.numpy() for variable in load_encoder(tiny_bert, 16).weights}
    now = {variable.path: variable.numpy() for variable in setting.encoder.weights}
    changed = {path for path in preset if not np.array_equal(preset[path], now[path])}
    assert changed <= trained
    assert {path.split("/")[0] for path in changed} >= {f"transformer_layer_{number}" for number in range(freeze, 3)}


def test_the_same_seed_gives_the_same_bits_whatever_was_trained_before(tiny_bert):
    setting, fresh = (Setting(tiny_bert, dropout=0.3) for _ in range(2))
    first, other, again = (setting.train(seed) for seed in (5, 6, 5))
    assert equal(first.weights, again.weights)
    assert equal(first.weights, fresh.train(seed=5).weights)
    assert not equal(first.weights, other.weights)
    pd.testing.assert_frame_equal(first.epochs, again.epochs, check_exact=True)


@pytest.mark.slow
def test_all_repeats_share_one_traced_step_whatever_the_recipe_adds_to_it(tiny_bert, monkeypatch):
    setting = Setting(
        tiny_bert, mixout=0.5, r_drop=1.0, contrastive=0.2, ema=0.9, clip_norm=1.0, class_weight="balanced",
        dropout=0.1, epochs=2, label_smoothing=0.1,
    )  # fmt: skip
    traced = []
    compute_loss = setting.trainer.objective.compute_loss
    monkeypatch.setattr(
        setting.trainer.objective,
        "compute_loss",
        lambda *args, **kwargs: traced.append(1) or compute_loss(*args, **kwargs),
    )
    first = setting.train(seed=1).weights
    once = len(traced)
    setting.train(seed=2, train=np.arange(12))
    again = setting.train(seed=1).weights
    assert len(traced) == once
    assert equal(first, again)  # nothing of a repeat is left: no average, no slot of the optimizer, no seed


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"freeze": 0, "encoder_dropout": 0.0}, {}, {"lora_rank": 2}, {"mixout": 0.5}])
def test_training_in_bfloat16_is_near_to_training_in_float32_and_repeatable(tiny_bert, changes):
    exact, near = (Setting(tiny_bert, precision=precision, **changes) for precision in ("float32", "bfloat16"))
    for setting in (exact, near):
        setting.train(seed=3)
    one, other, again = exact.train(seed=5), near.train(seed=5), near.train(seed=5)
    assert equal(other.weights, again.weights)
    assert {value.dtype.name for value in other.weights.values()} == {"float32"}
    assert not equal(one.weights, other.weights)
    columns = ["train_log_loss", "validation_log_loss"]
    pd.testing.assert_frame_equal(one.epochs[columns], other.epochs[columns], rtol=0.05)


def test_l2_makes_the_heads_kernel_smaller_and_leaves_no_trace_in_the_reported_log_loss(tiny_bert):
    free, penalized = (Setting(tiny_bert, freeze=-1, epochs=1, l2=l2) for l2 in (0.0, 10.0))
    norms = [np.linalg.norm(setting.train().weights["head/kernel"]) for setting in (free, penalized)]
    assert norms[1] < norms[0]
    reported = penalized.train().epochs["validation_log_loss"][0]
    own = predict(penalized.network, penalized.features)[VALIDATION, LABELS[VALIDATION]]
    assert reported == pytest.approx(-np.log(own).mean(), rel=1e-5)


@pytest.mark.slow
def test_dropout_hinders_memorizing(tiny_bert):
    losses = []
    for dropout in (0.0, 0.8):
        setting = Setting(tiny_bert, freeze=-1, epochs=40, head_learning_rate=0.3, dropout=dropout, patience=99)
        # Six points in eight dimensions: any labels can be learnt by heart.
        setting.features = Ragged.of(list(np.random.default_rng(0).normal(size=(ROWS, 1, 8)).astype(np.float32)))
        losses.append(setting.train(train=np.arange(6)).epochs["train_log_loss"].iloc[-1])
    assert losses[0] < 0.1
    assert losses[1] > 0.2


SCORES = {
    "loss": lambda actual, yes: -log_loss(actual, yes),
    "accuracy": lambda actual, yes: accuracy_score(actual, yes > 0.5),
    "macro_f1": lambda actual, yes: f1_score(actual, yes > 0.5, average="macro"),
}


@pytest.mark.parametrize(
    "monitor",
    [pytest.param("loss", marks=pytest.mark.slow), pytest.param("accuracy", marks=pytest.mark.slow), "macro_f1"],
)
def test_the_best_epochs_weights_are_restored(tiny_bert, monitor):
    setting = Setting(tiny_bert, epochs=8, learning_rate=0.05, monitor=monitor, patience=8)
    kept, scores = [], []

    def keep(epoch, logs):
        kept.append(weights(setting.network))
        yes = predict(setting.network, setting.features)[VALIDATION, 1]
        scores.append(SCORES[monitor](LABELS[VALIDATION], yes))

    trained = setting.train(callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=keep)])
    assert trained.best_epoch == np.argmax(scores) + 1 < len(kept)
    assert equal(trained.weights, kept[trained.best_epoch - 1])
    assert not equal(trained.weights, kept[-1])


@pytest.mark.slow
def test_the_moving_average_is_what_is_validated_and_kept(tiny_bert):
    """One step per epoch; the average starts at the first step's weights."""
    setting = Setting(
        tiny_bert, ema=0.6, epochs=4, batch_size=16, patience=9, min_epochs=4, schedule="constant", learning_rate=0.05
    )
    stepped = []
    keep = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: stepped.append(weights(setting.network)))
    for _ in range(2):  # a second repeat knows nothing of the first one's average
        stepped.clear()
        trained = setting.train(callbacks=[keep])
        for path, kept in trained.weights.items():
            average = stepped[0][path]
            for step in stepped[1:]:
                average = 0.6 * average + 0.4 * step[path]
            np.testing.assert_allclose(kept, average, atol=1e-5)
        yes = predict(setting.network, setting.features)[VALIDATION, 1]
        assert trained.epochs["validation_log_loss"].iloc[-1] == pytest.approx(
            log_loss(LABELS[VALIDATION], yes), rel=1e-4
        )
    assert not equal(trained.weights, stepped[-1])


def test_patience_ends_training(tiny_bert):
    trained = Setting(tiny_bert, epochs=9, patience=2, min_delta=100.0).train()
    assert trained.epochs["epoch"].tolist() == [1, 2, 3]


def test_the_head_learns_at_its_own_rate(tiny_bert):
    setting = Setting(tiny_bert, epochs=1, batch_size=16, learning_rate=1e-6, head_learning_rate=1e-2)
    before = []
    keep = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: before.append(weights(setting.network)))
    after = setting.train(callbacks=[keep]).weights
    moved = {path: np.abs(after[path] - before[0][path]).max() for path in after}
    # Adam's first step is its rate, whatever the gradient's size.
    assert moved["head/kernel"] == pytest.approx(1e-2, rel=1e-3)
    assert max(value for path, value in moved.items() if not path.startswith("head")) == pytest.approx(1e-6, rel=0.1)


def test_probabilities_come_back_in_the_order_of_the_texts(tiny_bert):
    setting = Setting(tiny_bert)
    probabilities = predict(setting.network, setting.features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    packed, mask = setting.features.padded(np.array([7]))
    np.testing.assert_allclose(probabilities[7], keras.ops.softmax(setting.network([mask, packed[0]]))[0], atol=1e-6)


def test_without_validation_rows_all_epochs_are_trained_and_the_last_is_kept(tiny_bert):
    setting = Setting(tiny_bert, epochs=3, min_epochs=3)
    train, none = setting.examples(TRAIN), setting.examples(TRAIN[:0])
    without = setting.trainer.train(train, none, seed=1)
    assert without.best_epoch == 3
    assert list(without.epochs.columns) == ["epoch", "train_log_loss", "train_accuracy"]
    assert equal(without.weights, setting.trainer.train(train, setting.examples(VALIDATION), seed=1).weights)
