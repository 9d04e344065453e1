import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from gapwise.baselines.baseline import Repeat
from gapwise.baselines.frozen import frozen
from gapwise.encoding import probe
from gapwise.training.regularizers.probe_head import head_of


def logistic_regression(features, train, validation):
    model = probe.fit(features[0], train, features[1], validation)
    return [probe.predict(model, part) for part in features]


def test_validation_labels_choose_the_penalty():
    """Train labels are half noise: the strong penalty that validation prefers is not what train prefers."""
    rng = np.random.default_rng(0)
    features = [rng.normal(size=(60, 20)) for _ in range(3)]
    train, validation = (np.where(part[:, 0] + rng.normal(0, 2, 60) > 0, "up", "down") for part in features[:2])
    chosen = logistic_regression(features, train, validation)
    losses = [
        log_loss(
            validation,
            LogisticRegression(C=penalty, max_iter=10_000).fit(features[0], train).predict_proba(features[1]),
        )
        for penalty in probe.PENALTIES
    ]
    assert log_loss(validation, chosen[1]) == pytest.approx(min(losses))
    assert np.argmin(losses) < len(losses) - 1


def test_the_number_of_threads_changes_no_digit(monkeypatch):
    """Of a size at which two threads are seen to give other last digits than one."""
    monkeypatch.setattr(probe, "PENALTIES", [0.1])
    rng = np.random.default_rng(0)
    features = [rng.normal(size=(2000, 384)) for _ in range(3)]
    labels = np.array(["bad", "fine", "good"])[features[0][:, :3].argmax(axis=1)]
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            results.append(logistic_regression(features, labels, labels))
    np.testing.assert_array_equal(*results)


def test_the_scale_is_one_number_so_that_a_feature_that_hardly_varies_stays_small():
    rng = np.random.default_rng(0)
    vectors = rng.normal(3, [1, 2, 1e-30], size=(40, 3))
    fitted = probe.probe(vectors, np.arange(40) % 2, vectors, np.arange(40) % 2)
    assert fitted.scale == pytest.approx(np.sqrt(vectors.var(axis=0).mean()))
    np.testing.assert_allclose(fitted.mean, vectors.mean(axis=0))


def test_the_baseline_and_the_head_of_the_network_are_one_probe(texts_and_vectors):
    repeat, vectors = texts_and_vectors
    of_baseline = frozen(repeat, vectors)[2]
    parts = [vectors.loc[part["text_id"]].to_numpy(float) for part in repeat]
    head = head_of(probe.probe(parts[0], repeat.labels()[0], parts[1], repeat.labels()[1]))
    logits = parts[2] @ head.kernel + head.bias
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(of_baseline, shares, atol=1e-5)


@pytest.fixture
def texts_and_vectors():
    rng = np.random.default_rng(0)
    labels = np.array(["down", "up"])[np.arange(60) % 2]
    ids = [f"t{row}" for row in range(60)]
    table = pd.DataFrame({"text_id": ids, "label": labels, "group": ids})
    vectors = pd.DataFrame(rng.normal(size=(60, 4)) + (labels == "up")[:, None], index=table["text_id"])
    return Repeat(table[:30], table[30:40], table[40:]), vectors


def noisy(rows=60, seed=0):
    """Vectors and labels that are mostly noise, so that a strong penalty predicts best."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, 20))
    return vectors, (vectors[:, 0] + rng.normal(0, 2, rows) > 0).astype(int)


@pytest.mark.parametrize("clear", [False, True])
def test_without_validation_rows_out_of_fold_predictions_choose_the_penalty(clear):
    vectors, labels = noisy()
    vectors = vectors + 20 * labels[:, None] * clear
    folds = list(StratifiedGroupKFold(5).split(vectors, labels, np.arange(60)))
    losses = []
    for penalty in probe.PENALTIES:
        model = LogisticRegression(C=penalty, max_iter=10_000)
        found = np.concatenate([model.fit(vectors[fit], labels[fit]).predict_proba(vectors[out]) for fit, out in folds])
        losses.append(log_loss(np.concatenate([labels[out] for _, out in folds]), found))
    chosen = probe.fit(vectors, labels, vectors[:0], labels[:0])
    assert probe.PENALTIES[int(np.argmin(losses))] == chosen.C
    assert (chosen.C > 1) == clear
    np.testing.assert_array_equal(
        chosen.coef_, LogisticRegression(C=chosen.C, max_iter=10_000).fit(vectors, labels).coef_
    )


def test_rows_of_one_group_are_held_out_together():
    """Each row is there four times: held out alone, it is known by heart, and no penalty is needed."""
    vectors, labels = (np.repeat(one, 4, axis=0) for one in noisy())
    assert probe.cross_fitted(vectors, labels) > 100 * probe.cross_fitted(
        vectors, labels, groups=np.repeat(np.arange(60), 4)
    )


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        ([0, 1, 2], None),
        ([0, 0, 0, 1], None),
        ([0, 0, 1, 1], [0, 0, 1, 1]),
        ([0, 1, 0, 1], [0, 1, 1, 2]),
    ],
)
def test_where_nothing_can_be_held_out_the_penalty_is_in_the_middle(labels, groups):
    vectors = np.random.default_rng(0).normal(size=(len(labels), 4))
    groups = None if groups is None else np.array(groups)
    assert probe.cross_fitted(vectors, np.array(labels), groups=groups) == 1.0


def test_a_class_of_one_row_leaves_the_choice_to_the_others():
    vectors, labels = noisy()
    alone = np.vstack([vectors, np.full((1, 20), 9.0)]), np.append(labels, 2)
    assert probe.cross_fitted(*alone) == probe.cross_fitted(vectors, labels)
    assert len(probe.fit(*alone, vectors[:0], labels[:0]).classes_) == 3
