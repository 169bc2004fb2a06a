"""Parts beside torch's own, and the spread of initial weights."""

from typing import get_args

import pytest
import torch
from torch import nn

from viz_models.models.builder.initialize import initialize
from viz_models.models.builder.parts import RmsNorm2d, activation, norm2d
from viz_models.records import Activation


def draw(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_rms_norm_equals_torchs_over_all_axes():
    layer, x = RmsNorm2d(6), 3 * draw(2, 6, 5, 5)
    layer.weight.data = draw(6, 1, 1)
    expected = nn.functional.rms_norm(x, (6, 5, 5), eps=1e-5) * layer.weight
    assert torch.allclose(layer(x), expected, rtol=1e-5, atol=1e-6)


def test_layer_norm_takes_one_mean_an_example():
    x = 3 * draw(2, 6, 5, 5) + 1
    expected = nn.functional.layer_norm(x, (6, 5, 5))
    assert torch.allclose(norm2d("layer", 6, 4)(x), expected, rtol=1e-4, atol=1e-5)


def test_groups_that_do_not_divide_share_what_does():
    assert norm2d("group", 6, 4).num_groups == 2


@pytest.mark.parametrize("name", ["batch", "layer", "group", "instance", "rms"])
def test_every_norm_has_one_gamma_a_channel(name):
    assert norm2d(name, 8, 4).weight.numel() == 8


def test_unknown_names_are_told():
    with pytest.raises(ValueError, match="choose batch"):
        norm2d("none", 8, 4)
    with pytest.raises(ValueError, match="choose relu"):
        activation("swish")
    with pytest.raises(ValueError, match="choose torch"):
        initialize(nn.Linear(2, 2), "lecun")


@pytest.mark.parametrize("name", get_args(Activation))
def test_activations_do_not_work_in_place(name):
    x = draw(50)
    before = x.clone()
    activation(name)(x)
    assert torch.equal(x, before)


def test_he_weights_keep_the_second_moment_through_relu():
    layer = nn.Conv2d(64, 64, 3)
    initialize(layer, "he")
    assert layer.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.02)
    assert layer.bias.abs().max() == 0


def test_xavier_weights_stay_within_their_bound():
    layer = nn.Linear(300, 100)
    initialize(layer, "xavier")
    bound = (6 / 400) ** 0.5
    assert layer.weight.abs().max().item() == pytest.approx(bound, rel=0.001)
    assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_orthogonal_rows_are_orthogonal():
    layer = nn.Conv2d(16, 8, 3)
    initialize(layer, "orthogonal")
    rows = layer.weight.flatten(1)
    assert torch.allclose(rows @ rows.T, 2 * torch.eye(8), atol=1e-5)


def test_torchs_own_weights_stay():
    layer = nn.Linear(4, 3)
    before = layer.weight.clone()
    initialize(layer, "torch")
    assert torch.equal(layer.weight, before)
