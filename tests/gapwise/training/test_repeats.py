import numpy as np
import pandas as pd
import pytest

from gapwise.base.errors import UserError
from gapwise.base.tables import Predictions, parts_of
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.network.classifier import predict
from gapwise.network.description import rebuild
from gapwise.scoring.predicting import predict_repeats
from gapwise.training import repeats
from gapwise.training.repeats import describe, groups_of, rows_of, train_repeats
from tests.recipes import recipe
from tests.setting import equal

RECIPE = recipe(freeze=-1, head_learning_rate=0.5, epochs=30, batch_size=4, patience=30)


def texts(name, rows):
    return pd.DataFrame(
        {
            "text_id": [f"{name}{row}" for row in range(rows)],
            "text": ["the market rose sharply", "weak earnings fell again"] * (rows // 2),
            "label": ["up", "down"] * (rows // 2),
            "group": [f"{name}{row}" for row in range(rows)],
        }
    )


DEVELOPMENT, TEST = texts("d", 12), texts("t", 4)
REPEATS = pd.DataFrame(
    [(0, f"d{row}", "train" if row < 6 else "validation") for row in range(10)]
    + [(1, f"d{row}", "train" if row >= 4 else "validation") for row in range(10)],
    columns=["repeat", "text_id", "part"],
)


class Kept(dict):
    """Finished repeats, by number."""

    load, save = dict.get, dict.__setitem__


@pytest.fixture(scope="module")
def trained(tiny_bert):
    params = TokenizeParams(preset=tiny_bert, prefix=None, max_length=16)
    rows = pd.concat([DEVELOPMENT, TEST], ignore_index=True)
    tokens, _ = tokenize(rows.assign(source_id=rows["text_id"]), load_tokenizer(tiny_bert), params)
    model = describe(params, RECIPE, DEVELOPMENT, REPEATS)
    return model, [one.weights for one in train(model, tokens, Kept())], tokens


def train(model, tokens, finished, workers=1, params=RECIPE):
    own = tokens[tokens["text_id"].isin(DEVELOPMENT["text_id"])]
    tables = {"development": DEVELOPMENT, "repeats": REPEATS, "tokens": own}
    return train_repeats(model, params, **tables, seed=1, callbacks=no_callbacks, store=finished, workers=workers)


def no_callbacks(repeat, at_once):
    return []


def predictions(model, weights, tokens):
    return predict_repeats(model, weights, development=DEVELOPMENT, test=TEST, repeats=REPEATS, tokens=tokens)


def test_a_variant_is_trained_on_only_where_its_source_is_and_never_validated_on():
    tokens = pd.DataFrame({"text_id": ["d0", "d1", "d2", "d0-0", "d1-0", "d2-0"], "source_id": ["d0", "d1", "d2"] * 2})
    repeats = pd.DataFrame(
        {"repeat": [0, 0, 1], "text_id": ["d0", "d1", "d1"], "part": ["train", "validation", "train"]}
    )
    rows = [[chosen.tolist() for chosen in rows_of(tokens, parts_of(repeats, repeat))] for repeat in (0, 1)]
    assert rows == [[[0, 3], [1]], [[1, 4], []]]


def test_every_repeat_predicts_the_texts_it_uses_and_all_of_the_test(trained):
    table = predictions(*trained)
    Predictions.validate(table)
    counts = table.groupby(["repeat", "part"]).size().to_dict()
    assert counts == {
        (0, "test"): 4, (0, "train"): 6, (0, "validation"): 4,
        (1, "test"): 4, (1, "train"): 6, (1, "validation"): 4,
    }  # fmt: skip
    assert set(table["text_id"]) == {f"d{row}" for row in range(10)} | set(TEST["text_id"])


def test_predictions_are_those_of_the_repeats_own_weights(trained):
    model, weights, tokens = trained
    table = predictions(*trained).set_index(["repeat", "text_id"])
    assert table.loc[(0, "t0"), "p_up"] != table.loc[(1, "t0"), "p_up"]
    swapped = predictions(model, weights[::-1], tokens).set_index(["repeat", "text_id"])
    assert swapped.loc[(0, "t0"), "p_up"] == table.loc[(1, "t0"), "p_up"]


def test_columns_of_probabilities_belong_to_their_class(trained):
    table = predictions(*trained)
    assert (table[["p_down", "p_up"]].idxmax(axis=1).str.removeprefix("p_") == table["predicted"]).all()
    # Two sentences, one per class: learnt in no time, unless classes were mixed up.
    assert (table["predicted"] == table["label"]).mean() > 0.9


def test_a_preset_that_changed_since_training_is_refused(trained):
    model, weights, tokens = trained
    other = model.model_copy(update={"preset_sha256": model.preset_sha256 | {"config.json": "0" * 64}})
    with pytest.raises(UserError, match=r"have changed since models/ was trained on them"):
        predictions(other, weights, tokens)


@pytest.mark.slow
def test_a_hidden_file_that_an_older_gapwise_recorded_does_not_count(trained):
    model, weights, tokens = trained
    older = model.model_copy(update={"preset_sha256": model.preset_sha256 | {".gitattributes": "0" * 64}})
    assert predictions(older, weights, tokens).equals(predictions(*trained))


def test_an_assembled_network_starts_from_the_preset(trained):
    model, *_ = trained
    part, network = rebuild(model)
    assert part.trained is None
    vectors = Ragged.of([np.ones((1, part.width), np.float32)] * 2)
    assert predict(network, vectors).shape == (2, 2)


def test_each_repeat_is_kept_as_soon_as_it_is_trained_and_a_kept_one_is_not_trained_again(trained, capsys):
    model, weights, tokens = trained
    kept = Kept({0: "what an interrupted run left"})
    results = train(model, tokens, kept)
    assert results[0] == "what an interrupted run left"
    assert kept[1] is results[1]
    assert all(np.array_equal(results[1].weights[path], value) for path, value in weights[1].items())
    assert capsys.readouterr().out == "repeat 1 of 2: taken over from a run that was interrupted\n"


def test_with_all_repeats_finished_no_encoder_is_loaded(trained, monkeypatch):
    model, _, tokens = trained
    monkeypatch.setattr("gapwise.training.repeats.rebuild", lambda model: pytest.fail("loaded"))
    assert train(model, tokens, Kept({0: "first", 1: "second"})) == ["first", "second"]


def started(monkeypatch):
    """Notes the number of processes that are started."""
    found, spread = [], repeats.spread
    monkeypatch.setattr(repeats, "spread", lambda *given: found.append(given[2]) or spread(*given))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"freeze": 1}, {"freeze": 0}, {"freeze": 1, "precision": "bfloat16"}])
def test_two_processes_train_to_the_bits_of_one(trained, changes, monkeypatch, tmp_path):
    model, _, tokens = trained
    monkeypatch.chdir(tmp_path)
    params = recipe(dropout=0.5, **changes)
    tokenize = TokenizeParams(preset=model.preset, prefix=None, max_length=model.max_length)
    model = describe(tokenize, params, DEVELOPMENT, REPEATS)
    alone = train(model, tokens, Kept(), params=params)
    monkeypatch.setattr(repeats, "WORTH_A_PROCESS", 1e-9)
    processes = started(monkeypatch)
    together = train(model, tokens, Kept(), workers=8, params=params)
    assert processes == [2]  # one for each repeat
    assert len(together) == len(alone) == 2
    for one, other in zip(alone, together, strict=True):
        assert one.best_epoch == other.best_epoch
        assert one.epochs.equals(other.epochs)
        assert equal(one.weights, other.weights)
    assert not equal(*(one.weights for one in alone))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_processes_are_not_started_for_what_one_does_in_no_time_nor_with_a_gpu(trained, monkeypatch):
    model, _, tokens = trained
    processes = started(monkeypatch)
    train(model, tokens, Kept(), workers=8)
    monkeypatch.setattr(repeats, "WORTH_A_PROCESS", 1e-9)
    monkeypatch.setattr("gapwise.training.repeats.tf.config.list_logical_devices", lambda kind: ["one"])
    train(model, tokens, Kept(), workers=8)
    assert processes == []


def test_a_text_has_the_number_of_its_group_and_a_variant_has_none():
    texts = pd.DataFrame({"text_id": ["a", "b", "c"], "group": ["one", "two", "two"]})
    tokens = pd.DataFrame({"text_id": ["a", "b", "c", "a-0", "c-0"], "source_id": ["a", "b", "c", "a", "c"]})
    assert groups_of(tokens, texts).tolist() == [0, 1, 1, -1, -1]
