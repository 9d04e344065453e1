"""The penalties on weights: `encoder_l2`, `l2_sp`, and `l2` and `l1` of the head."""

import numpy as np
import pytest

from gapwise.network.classifier import weights
from tests.setting import Setting, distance, encoder_part


def penalty(setting):
    return sum(float(part) for part in setting.trainer.objective._encoder_penalties())


def kernels(values):
    return {path: value for path, value in encoder_part(values).items() if path.endswith("kernel")}


@pytest.fixture(scope="module")
def plain(tiny_bert):
    setting = Setting(tiny_bert)
    return setting.trainer.pretrained, setting.train().weights


def norm(values):
    return distance(values, {path: np.zeros_like(value) for path, value in values.items()})


def test_encoder_l2_is_the_sum_of_squares_of_the_trained_kernels_and_lowers_their_norm(tiny_bert, plain):
    setting = Setting(tiny_bert, encoder_l2=3.0)
    start, free = plain
    assert penalty(setting) == pytest.approx(3 * norm(kernels(start)) ** 2, rel=1e-5)
    assert norm(kernels(setting.train().weights)) < 0.99 * norm(kernels(free))


def test_l2_sp_is_nothing_at_the_start_and_keeps_the_encoder_near_it(tiny_bert, plain):
    setting = Setting(tiny_bert, l2_sp=30.0)
    start, free = plain
    assert penalty(setting) == 0
    held = setting.train().weights
    now = distance(encoder_part(weights(setting.network)), encoder_part(start))
    assert penalty(setting) == pytest.approx(30 * now**2, rel=1e-4)
    assert distance(encoder_part(held), encoder_part(start)) < 0.7 * distance(encoder_part(free), encoder_part(start))


def test_both_penalties_of_one_layer_add_up(tiny_bert, plain):
    assert penalty(Setting(tiny_bert, encoder_l2=3.0, l2_sp=1.0)) == pytest.approx(
        3 * norm(kernels(plain[0])) ** 2, rel=1e-5
    )


@pytest.mark.parametrize("key", ["l1", pytest.param("l2", marks=pytest.mark.slow)])
def test_a_penalty_of_the_head_makes_its_kernel_smaller(tiny_bert, key):
    sums = [
        np.abs(
            Setting(tiny_bert, freeze=-1, epochs=6, patience=9, min_epochs=6, **{key: strength})
            .train()
            .weights["head/kernel"]
        ).sum()
        for strength in (0.0, 1.0)
    ]
    assert sums[1] < 0.95 * sums[0]
