import json

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import erf, softmax

from gapwise.base.errors import UserError
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.presets import locate
from gapwise.encoding.runtime import keras, keras_hub


def reference_hidden_states(folder, ids):
    """BERT as its paper and config.json define it, in NumPy and float64, from the same weights."""
    weights = {name: value.astype(np.float64) for name, value in load_file(f"{folder}/model.safetensors").items()}

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def heads(x):
        return x.reshape(len(x), 12, 32).transpose(1, 0, 2)

    words, positions, kinds = (
        weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
    )
    x = norm(words[ids] + positions[: len(ids)] + kinds[0], "embeddings.LayerNorm")
    for number in range(6):
        layer = f"encoder.layer.{number}"
        query, key, value = (heads(dense(x, f"{layer}.attention.self.{name}")) for name in ("query", "key", "value"))
        mixed = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(32), axis=-1) @ value
        mixed = dense(mixed.transpose(1, 0, 2).reshape(len(x), 384), f"{layer}.attention.output.dense")
        x = norm(x + mixed, f"{layer}.attention.output.LayerNorm")
        inner = dense(x, f"{layer}.intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        x = norm(x + dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x


def hidden_states(encoder, ids):
    ids = np.array([ids])
    named = {"token_ids": ids, "padding_mask": np.ones_like(ids), "segment_ids": np.zeros_like(ids)}
    return encoder.predict(named, verbose=0)["sequence_output"][0]


def test_the_bundled_encoder_computes_what_its_paper_and_config_say():
    ids = [101, 1996, 3006, 3123, 6233, 2044, 2844, 16565, 1012, 102]
    expected = reference_hidden_states(locate("all-minilm-l6-v2"), ids)
    np.testing.assert_allclose(hidden_states(load_encoder("all-minilm-l6-v2", 128), ids), expected, atol=2e-5)


@pytest.mark.slow
def test_the_approximate_activation_that_keras_hub_takes_by_itself_would_be_seen():
    ids = [101, 1996, 3006, 3123, 6233, 2044, 2844, 16565, 1012, 102]
    folder = locate("all-minilm-l6-v2")
    plain = keras_hub.models.Backbone.from_preset(folder)
    assert np.abs(hidden_states(plain, ids) - reference_hidden_states(folder, ids)).max() > 1e-3


@pytest.mark.parametrize("preset", ["tiny_bert", "tiny_roberta", "tiny_distilbert"])
def test_families_with_transformer_layers_load_from_a_local_folder(preset, request):
    encoder = load_encoder(request.getfixturevalue(preset), 16)
    assert len(encoder.transformer_layers) >= 2


def test_a_length_beyond_the_encoders_positions_is_refused(tiny_bert):
    with pytest.raises(UserError, match=r"cannot be used here") as caught:
        load_encoder(tiny_bert, 33)
    assert caught.value.problems == ("tokenize.max_length: at most 32 with this encoder; got 33",)


def test_an_encoder_that_shares_weights_between_layers_is_refused(tmp_path):
    keras_hub.models.AlbertBackbone(20, 2, 2, 4, 8, 16, max_sequence_length=8).save_to_preset(str(tmp_path / "albert"))
    with pytest.raises(UserError, match=r"cannot be used here") as caught:
        load_encoder(str(tmp_path / "albert"), 8)
    assert "shares one layer's weights between depths" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("backbone", "kind"),
    [
        (lambda: keras_hub.models.GPT2Backbone(20, 2, 2, 8, 16, max_sequence_length=8), "TransformerDecoder"),
        (lambda: keras_hub.models.OPTBackbone(20, 2, 2, 8, 16, max_sequence_length=8), "TransformerDecoder"),
        (
            lambda: keras_hub.models.DebertaV3Backbone(20, 2, 2, 8, 16, max_sequence_length=8, bucket_size=4),
            "DisentangledAttentionEncoder",
        ),
    ],
    ids=["GPT-2", "OPT", "DeBERTa"],
)
def test_layers_that_would_be_trained_with_the_wrong_attention_are_refused(backbone, kind, tmp_path):
    backbone().save_to_preset(str(tmp_path / "other"))
    with pytest.raises(UserError, match=r"cannot be used here") as caught:
        load_encoder(str(tmp_path / "other"), 8)
    assert f"has layers of another kind ({kind}) than BERT or RoBERTa" in caught.value.problems[0]


def test_a_model_that_is_no_text_encoder_is_refused(tmp_path):
    keras_hub.models.ViTBackbone((8, 8, 3), (4, 4), 1, 2, 8, 8).save_to_preset(str(tmp_path / "vit"))
    with pytest.raises(UserError, match=r"cannot be used here") as caught:
        load_encoder(str(tmp_path / "vit"), 8)
    assert "ViTBackbone is not an encoder with transformer layers" in caught.value.problems[0]


def test_an_unknown_activation_is_named(tiny_bert, tmp_path):
    folder = tmp_path / "odd"
    keras_hub.models.Backbone.from_preset(tiny_bert).save_to_preset(str(folder))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "swishish"}))
    with pytest.raises(UserError, match=r"names the activation 'swishish'; known are gelu, "):
        load_encoder(str(folder), 8)


def test_what_cannot_be_loaded_says_what_was_tried():
    with pytest.raises(UserError, match=r"'no_such_encoder' gives no encoder. It was tried as"):
        load_encoder("no_such_encoder", 8)


def test_the_exact_gelu_is_the_one_of_keras():
    encoder = load_encoder("all-minilm-l6-v2", 128)
    activations = {layer._feedforward_intermediate_dense.activation for layer in encoder.transformer_layers}
    assert activations == {keras.activations.gelu}
