import numpy as np
import pandas as pd
import pytest

from gapwise.base.tables import BaselinePredictions, Repeats, Texts
from gapwise.baselines import tfidf as module
from gapwise.baselines.baseline import Repeat
from gapwise.baselines.catalogue import BASELINES, predict
from gapwise.baselines.frozen import frozen
from gapwise.baselines.majority import majority
from gapwise.baselines.tfidf import tfidf

WORDS = {"bad": ["awful", "poor", "weak"], "fine": ["average", "usual", "plain"], "good": ["great", "strong", "fine"]}


def texts(prefix, rows, seed):
    rng = np.random.default_rng(seed)
    labels = np.resize(["bad", "bad", "fine", "good", "bad"], rows)
    sentences = [f"the {rng.choice(WORDS[label])} quarter of company{row}" for row, label in enumerate(labels)]
    ids = [f"{prefix}{row:015x}" for row in range(rows)]
    table = pd.DataFrame({"text_id": ids, "row": range(1, rows + 1), "text": sentences, "label": labels, "group": ids})
    return Texts.validate(table.assign(part=pd.Series([None] * rows, dtype="str")))


@pytest.fixture(scope="module")
def development():
    return texts("a", 50, 1)


@pytest.fixture(scope="module")
def test():
    return texts("b", 20, 2)


@pytest.fixture(scope="module")
def repeats(development):
    ids = development["text_id"]
    first = pd.DataFrame({"repeat": 0, "text_id": ids[:40], "part": ["train"] * 30 + ["validation"] * 10})
    second = pd.DataFrame({"repeat": 1, "text_id": ids[10:], "part": ["validation"] * 10 + ["train"] * 30})
    return Repeats.validate(pd.concat([first, second]))


@pytest.fixture(scope="module")
def vectors(development, test):
    """Vectors that give the class away, far from zero and on another scale than 1."""
    both = pd.concat([development, test]).set_index("text_id")
    codes = np.eye(3)[pd.Categorical(both["label"]).codes]
    noise = np.random.default_rng(3).normal(0, 0.2, codes.shape)
    return pd.DataFrame((codes + noise) * 100 + 5, index=both.index)


@pytest.fixture(scope="module")
def predicted(development, test, repeats, vectors):
    return predict(development, test, repeats, vectors)


@pytest.fixture
def parts(development, test):
    return Repeat(development[:30], development[30:], test)


def test_every_baseline_predicts_every_text_of_every_repeat(predicted, development, test, repeats):
    table = BaselinePredictions.validate(predicted)
    assert table.groupby(["baseline", "repeat", "part"]).size().to_dict() == {
        (name, repeat, part): rows
        for name in BASELINES
        for repeat in (0, 1)
        for part, rows in (("train", 30), ("validation", 10), ("test", 20))
    }
    label = pd.concat([development, test]).set_index("text_id")["label"]
    assert table["label"].tolist() == label[table["text_id"]].tolist()
    used = table.query("baseline == 'tfidf' and part != 'test'")[["repeat", "text_id", "part"]]
    pd.testing.assert_frame_equal(
        used.sort_values(["repeat", "text_id"], ignore_index=True),
        repeats.sort_values(["repeat", "text_id"], ignore_index=True),
    )


def test_probabilities_sum_to_one_and_the_highest_is_predicted(predicted):
    probabilities = predicted[["p_bad", "p_fine", "p_good"]]
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(1)
    assert probabilities.idxmax(axis=1).str.removeprefix("p_").tolist() == predicted["predicted"].tolist()


def test_majority_gives_the_class_shares_of_the_train_rows(parts):
    train, validation, test = majority(parts, None)
    assert (len(train), len(validation), len(test)) == (30, 20, 20)
    assert np.unique(np.concatenate([train, validation, test]), axis=0).tolist() == [[0.6, 0.2, 0.2]]


def test_where_train_rows_are_as_many_of_each_class_majority_counts_validation_rows_too(parts):
    balanced = parts._replace(train=parts.train.groupby("label").head(2))
    (shares,) = np.unique(majority(balanced, None)[2], axis=0)
    together = pd.concat([balanced.train, balanced.validation])["label"]
    assert shares.tolist() == together.value_counts(normalize=True).sort_index().tolist()
    assert shares.argmax() == 0


def test_learned_baselines_learn(predicted):
    correct = (predicted["label"] == predicted["predicted"])[predicted["part"] == "test"]
    accuracy = correct.groupby(predicted["baseline"]).mean()
    assert accuracy["frozen"] > 0.95
    assert accuracy["tfidf"] > 0.9
    assert accuracy["majority"] == 0.6


def test_words_of_other_parts_stay_unknown(parts):
    """A text of unseen words is predicted like any other such text, whatever the parts are that they occur in."""
    strange = parts.test.assign(text=[f"zyx{row} wvu{row}" for row in range(len(parts.test))])
    elsewhere = parts.validation.assign(text=parts.validation["text"] + " zyx0 wvu0")
    train, _, test = tfidf(parts._replace(validation=elsewhere, test=strange), None)
    plain_train, _, _ = tfidf(parts, None)
    np.testing.assert_array_equal(train, plain_train)
    assert (test == test[0]).all()


def test_train_texts_without_a_word_teach_nothing_but_the_shares_of_classes(parts):
    signs = parts.train.assign(text=["?!" * (row + 1) + "\U0001f600" for row in range(len(parts.train))])
    train, validation, test = tfidf(parts._replace(train=signs), None)
    assert (len(train), len(validation), len(test)) == (30, 20, 20)
    assert np.unique(np.concatenate([train, validation, test]), axis=0).tolist() == [[0.6, 0.2, 0.2]]


def test_the_vectorizer_is_fitted_to_train_texts_alone(parts, monkeypatch):
    seen = []

    class Spy(module.TfidfVectorizer):
        def fit(self, raw_documents, y=None):
            super().fit(raw_documents)
            seen.append(set(self.vocabulary_))
            return self

    monkeypatch.setattr(module, "TfidfVectorizer", Spy)
    tfidf(parts._replace(test=parts.test.assign(text="onlyintest")), None)
    (vocabulary,) = seen
    assert vocabulary >= {"company0", "company29", "the great", "of company7"}
    assert not vocabulary & {"company30", "company49", "onlyintest"}


def test_vectors_are_scaled_by_the_train_rows_alone(parts, vectors):
    shifted = vectors.copy()
    shifted.loc[parts.test["text_id"]] *= 100
    train, validation, _ = frozen(parts, vectors)
    shifted_train, shifted_validation, _ = frozen(parts, shifted)
    np.testing.assert_array_equal(shifted_train, train)
    np.testing.assert_array_equal(shifted_validation, validation)


def test_test_labels_change_no_prediction(predicted, development, test, repeats, vectors):
    permuted = predict(development, test.assign(label=test["label"].to_numpy()[::-1]), repeats, vectors)
    pd.testing.assert_frame_equal(permuted.drop(columns="label"), predicted.drop(columns="label"))
    assert (permuted["label"] != predicted["label"]).any()


def test_the_order_of_the_tables_has_no_influence(predicted, development, test, repeats, vectors):
    shuffled = (table.sample(frac=1, random_state=0) for table in (development, test, repeats, vectors))
    pd.testing.assert_frame_equal(predict(*shuffled), predicted)
