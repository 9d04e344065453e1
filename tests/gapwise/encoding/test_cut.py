import errno

import numpy as np
import pytest

from gapwise.base.errors import UserError
from gapwise.encoding.backbone import load_encoder
from gapwise.encoding.cut import cut, frozen_output, mean_pool
from gapwise.encoding.ragged import Ragged
from gapwise.encoding.runtime import keras, keras_hub

FAMILIES = ["tiny_bert", "tiny_roberta", "tiny_distilbert"]


@pytest.fixture
def tokens():
    rng = np.random.default_rng(0)
    return Ragged.of([rng.integers(5, 20, length).astype(np.int32) for length in (3, 9, 2, 6)])


def whole_encoder(encoder, ids):
    ids = np.array([ids])
    named = {"token_ids": ids, "padding_mask": np.ones_like(ids), "segment_ids": np.zeros_like(ids)}
    output = encoder({name: named[name] for name in encoder.input}, training=False)
    return np.asarray((output["sequence_output"] if isinstance(output, dict) else output)[0])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("freeze", [0, 1])
def test_frozen_output_and_the_trained_part_together_are_the_whole_encoder(family, freeze, tokens, request):
    encoder = load_encoder(request.getfixturevalue(family), 16)
    part = cut(encoder, freeze)
    _, mask = tokens.padded(np.arange(4))
    hidden = part.trained([mask, frozen_output(part, tokens).values])
    for start, end in zip(tokens.splits, tokens.splits[1:], strict=False):
        np.testing.assert_allclose(hidden[start:end], whole_encoder(encoder, tokens.values[start:end]), atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_with_everything_frozen_the_output_is_the_mean_of_the_real_tokens(family, tokens, request):
    encoder = load_encoder(request.getfixturevalue(family), 16)
    output = frozen_output(cut(encoder, -1), tokens)
    expected = [
        whole_encoder(encoder, tokens.values[a:b]).mean(axis=0)
        for a, b in zip(tokens.splits, tokens.splits[1:], strict=False)
    ]
    np.testing.assert_allclose(output.values, expected, atol=1e-5)
    assert output.lengths.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("freeze", "layers", "embeddings"),
    [(0, [0, 1, 2], True), (1, [1, 2], False), (2, [2], False), (3, [], False), (-1, [], False)],
)
def test_exactly_the_layers_above_the_cut_are_trained(tiny_bert, freeze, layers, embeddings):
    part = cut(load_encoder(tiny_bert, 16), freeze)
    paths = {weight.path.split("/")[0] for weight in part.trained.trainable_weights} if part.trained else set()
    assert {path for path in paths if path.startswith("transformer")} == {f"transformer_layer_{n}" for n in layers}
    assert ("token_embedding" in paths) == embeddings


def test_frozen_layers_drop_nothing(tiny_bert, tokens):
    part = cut(load_encoder(tiny_bert, 16), 2)
    assert np.array_equal(frozen_output(part, tokens).values, frozen_output(part, tokens).values)


def test_what_is_needed_of_a_text_has_the_same_bits_whatever_else_is_needed(tiny_bert, monkeypatch):
    monkeypatch.setattr("gapwise.encoding.cut.BATCH_TOKENS", 40)
    rng = np.random.default_rng(0)
    texts = [rng.integers(5, 20, length).astype(np.int32) for length in rng.integers(2, 15, 40)]
    variants = [text[::-1].copy() for text in texts[:10]]
    part = cut(load_encoder(tiny_bert, 16), 2)

    def output(needed, variants):
        tokens, alone = Ragged.of(texts + variants), np.arange(40 + len(variants)) >= 40
        given = frozen_output(part, tokens, needed=needed, alone=alone)
        return [given.values[a:b].tobytes() for a, b in zip(given.splits, given.splits[1:], strict=False)]

    every = output(np.ones(50, bool), variants)
    few = output(np.isin(np.arange(45), [0, 3, 17, 40, 43]), variants[:5])
    assert [few[row] for row in (0, 3, 17, 40, 43)] == [every[row] for row in (0, 3, 17, 40, 43)]


def test_more_frozen_layers_than_there_are_is_refused(tiny_bert):
    with pytest.raises(UserError, match=r"finetune.freeze: at most 3 with this encoder, or -1 for all; got 4"):
        cut(load_encoder(tiny_bert, 16), 4)


def test_padding_has_no_part_in_the_mean():
    hidden = keras.ops.convert_to_tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]]])
    assert np.asarray(mean_pool(hidden, np.array([[1, 1, 0]]))).tolist() == [[2.0, 3.0]]


def test_the_cut_leaves_the_encoder_as_it_was(tiny_bert):
    encoder, untouched = load_encoder(tiny_bert, 16), keras_hub.models.Backbone.from_preset(tiny_bert)
    cut(encoder, 1)
    assert all(np.array_equal(a, b) for a, b in zip(encoder.get_weights(), untouched.get_weights(), strict=True))


@pytest.mark.parametrize("freeze", [2, -1])
def test_frozen_output_that_does_not_fit_in_memory_lies_on_disk_with_the_same_bits(
    tiny_bert, tokens, freeze, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    part = cut(load_encoder(tiny_bert, 16), freeze)
    in_memory = frozen_output(part, tokens)
    monkeypatch.setattr("gapwise.encoding.cut.IN_MEMORY", in_memory.values.nbytes - 1)
    on_disk = frozen_output(part, tokens)
    assert isinstance(on_disk.values, np.memmap)
    assert not isinstance(in_memory.values, np.memmap)
    assert on_disk.values.tobytes() == in_memory.values.tobytes()
    assert np.array_equal(on_disk.splits, in_memory.splits)
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_is_an_error_before_anything_is_computed(tiny_bert, tokens, monkeypatch, tmp_path):
    def full(descriptor, start, size):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gapwise.encoding.cut.IN_MEMORY", 0)
    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        frozen_output(cut(load_encoder(tiny_bert, 16), 2), tokens)
    assert not list(tmp_path.iterdir())
