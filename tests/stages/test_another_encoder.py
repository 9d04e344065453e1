"""The stages on a sentence encoder in a folder, which pools by the first token and wants a prefix."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from tokenizers import Tokenizer

from gapwise.base.tables import Repeats, Texts, Tokens, Variants
from gapwise.baselines.catalogue import predict
from gapwise.disk.io import read_params, read_table, write_table
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import frozen_vectors
from gapwise.encoding.params import TokenizeParams
from gapwise.labelling.networks import Networks
from gapwise.runs.models import read_description, read_weights
from stages import baseline, finetune, tokenize
from tests.hugging_face import save_bert, word_pieces

PREFIX = "not $6 "
WORDS = "the soft naïve good cost break schön park führt 12 für teuer".split()  # noqa: SIM905


def table(texts):
    ids = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
    made = pd.DataFrame({"text_id": ids, "row": range(1, len(ids) + 1), "text": texts, "group": ids})
    return made.assign(label=np.resize(["no", "yes"], len(ids)), part=pd.Series([None] * len(ids), dtype="str"))


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A project with 30 texts, two repeats, and the encoder, before tokenize."""
    folder, rng = tmp_path_factory.mktemp("another") / "project", np.random.default_rng(0)
    (folder / "encoder/1_Pooling").mkdir(parents=True)
    tokenizer = word_pieces(lowercase=True)
    tokenizer.save(str(save_bert(folder / "encoder", tokenizer.get_vocab_size()) / "tokenizer.json"))
    (folder / "encoder/1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    document = YAML(typ="safe").load(Path("params.yaml"))
    document["tokenize"] |= {"preset": "encoder", "prefix": PREFIX, "max_length": 16}
    document["finetune"] |= {"freeze": 1, "epochs": 1, "batch_size": 4}
    YAML().dump(document, folder / "params.yaml")
    texts = [" ".join(rng.choice(WORDS, 4)) for _ in range(30)]
    development, test = table(texts[:24]), table(texts[24:])
    write_table(folder / "data/development.parquet", development, Texts)
    write_table(folder / "data/test.parquet", test, Texts)
    repeats = [
        (repeat, text_id, "validation" if number % 4 == repeat else "train")
        for repeat in range(2)
        for number, text_id in enumerate(development["text_id"])
    ]
    drawn = pd.DataFrame(repeats, columns=["repeat", "text_id", "part"])
    write_table(folder / "data/repeats.parquet", drawn, Repeats)
    none = pd.DataFrame({name: [] for name in ("text_id", "source_id", "variant", "method", "text")}, dtype="str")
    write_table(folder / "data/augmented.parquet", none.astype({"variant": "int64"}), Variants)
    return folder


@pytest.fixture(scope="module")
def finished(start, tmp_path_factory):
    folder = shutil.copytree(start, tmp_path_factory.mktemp("finished") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (tokenize, finetune, baseline):
            stage.main()
    return folder


@pytest.fixture
def project(finished, monkeypatch):
    monkeypatch.chdir(finished)
    return finished


def read(name, kind):
    return read_table(f"data/{name}.parquet", kind)


def tokens():
    return pd.concat([read(f"tokens/{part}", Tokens) for part in ("development", "test")], ignore_index=True)


def test_the_token_ids_are_those_that_the_tokenizers_library_gives_prefix_and_text(project):
    texts = pd.concat([read("development", Texts), read("test", Texts)])["text"]
    reference = Tokenizer.from_file("encoder/tokenizer.json")
    reference.enable_truncation(16)
    expected = reference.encode_batch([PREFIX + text for text in texts])
    assert [ids.tolist() for ids in tokens()["token_ids"]] == [one.ids for one in expected]


@pytest.mark.slow
def test_the_baseline_knows_the_first_hidden_state_of_each_text(project):
    found = tokens()
    encoder = load_encoder("encoder", 16)
    vectors = []
    for ids in found["token_ids"]:
        named = {"token_ids": ids[None], "padding_mask": np.ones((1, len(ids))), "segment_ids": np.zeros((1, len(ids)))}
        vectors.append(np.asarray(encoder(named, training=False)["sequence_output"])[0, 0])
    known = frozen_vectors(found, read_params(TokenizeParams))
    np.testing.assert_allclose(known.loc[found["text_id"]], vectors, atol=1e-5)
    expected = predict(
        *(read(name, kind) for name, kind in {"development": Texts, "test": Texts, "repeats": Repeats}.items()), known
    )
    written = pd.read_parquet("data/baseline_predictions.parquet")
    np.testing.assert_array_equal(written["p_yes"], expected["p_yes"])
    assert written.loc[written["baseline"] == "frozen", "p_yes"].nunique() > 10


def test_the_networks_pool_as_the_encoder_does_and_know_the_prefix(project):
    written = json.loads(Path("models/model.json").read_text())
    assert (written["pooling"], written["prefix"]) == ("first", PREFIX)
    description = read_description()
    weights = list(read_weights(description))
    with_it = Networks(description, weights).probabilities(["good park"])
    by_hand = Networks(description.model_copy(update={"prefix": None}), weights).probabilities([PREFIX + "good park"])
    np.testing.assert_allclose(with_it, by_hand, atol=1e-6)


@pytest.mark.slow
def test_an_explicit_way_to_pool_wins_and_is_told_where_it_is_another(finished, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(shutil.copytree(finished, tmp_path / "copy"))
    document = YAML(typ="safe").load(Path("params.yaml"))
    document["finetune"]["pooling"] = "mean"
    YAML().dump(document, Path("params.yaml"))
    finetune.main()
    assert json.loads(Path("models/model.json").read_text())["pooling"] == "mean"
    said = (
        "finetune.pooling is mean, and encoder was trained to pool by first, as the baseline `frozen` does; with null "
        "the networks do too"
    )
    assert said in capsys.readouterr().out
