import numpy as np

from gapwise.network.classifier import fresh_start, predict
from tests.setting import Setting, equal


def test_what_is_added_is_nothing_at_first_and_all_that_the_encoder_learns(tiny_bert):
    plain, adapted = Setting(tiny_bert, freeze=1), Setting(tiny_bert, freeze=1, lora_rank=2, epochs=2)
    pretrained = {variable.path: variable.numpy() for variable in plain.encoder.weights}
    for setting in (plain, adapted):
        fresh_start(setting.network, setting.trainer.pretrained, seed=4)
    np.testing.assert_allclose(
        predict(adapted.network, adapted.features), predict(plain.network, plain.features), atol=1e-5
    )

    trained = adapted.train(seed=4).weights
    layers = ["transformer_layer_1", "transformer_layer_2"]
    expected = {
        f"{layer}/self_attention_layer/{projection}/{name}"
        for layer in layers
        for projection in ("query", "value")
        for name in ("lora_kernel_a", "lora_kernel_b", "bias")
    }
    assert set(trained) == expected | {"head/kernel", "head/bias"}
    assert all(np.abs(trained[path]).max() > 0 for path in expected if path.endswith("lora_kernel_b"))
    kernels = {variable.path: variable.numpy() for variable in adapted.encoder.weights if variable.name == "kernel"}
    assert all(np.array_equal(value, pretrained[path]) for path, value in kernels.items())
    assert trained["transformer_layer_2/self_attention_layer/query/lora_kernel_a"].shape[-1] == 2

    other, again = adapted.train(seed=5).weights, adapted.train(seed=4).weights
    assert equal(again, trained)  # the factors start anew in each repeat
    assert not equal(other, trained)
