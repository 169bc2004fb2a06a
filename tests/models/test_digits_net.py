import pytest
import torch
from torch import nn

from viz_models.models import digits_net
from viz_models.records import DigitsNetSpec

NORMS = ("none", "batch", "layer", "group")


@pytest.mark.parametrize("norm", NORMS)
def test_a_seed_gives_the_weights_that_torch_would(norm):
    spec = DigitsNetSpec(norm=norm)
    ours = digits_net.build(spec, 7)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        theirs = digits_net.DigitsNet(spec)
    assert ours.training
    found, expected = ours.state_dict(), theirs.state_dict()
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert torch.equal(found[name], value), name
        assert found[name].dtype == value.dtype


def test_building_leaves_torchs_generator_alone():
    before = torch.random.get_rng_state()
    digits_net.build(DigitsNetSpec(), 0)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_another_seed_is_another_network():
    a, b = (digits_net.build(DigitsNetSpec(), s).blocks[0][0].weight for s in (0, 1))
    assert not torch.equal(a, b)


@pytest.mark.parametrize("norm", NORMS[1:])
def test_all_norms_begin_with_the_same_convolutions(norm):
    plain = digits_net.build(DigitsNetSpec(norm="none"), 3).state_dict()
    normed = digits_net.build(DigitsNetSpec(norm=norm), 3).state_dict()
    assert all(torch.equal(normed[name], value) for name, value in plain.items())
    assert set(normed) > set(plain)


@pytest.mark.parametrize(("norm", "oracle"), [
    ("none", lambda x: x),
    ("batch", lambda x: nn.functional.batch_norm(x, None, None, training=True)),
    ("layer", lambda x: nn.functional.layer_norm(x, x.shape[1:])),
    ("group", lambda x: torch.cat([
        nn.functional.layer_norm(part, part.shape[1:]) for part in x.chunk(4, dim=1)
    ], dim=1)),
])  # fmt: skip
def test_each_norm_is_what_its_name_says(norm, oracle):
    x = 3 * torch.randn(5, 8, 4, 4, generator=torch.Generator().manual_seed(0)) + 1
    torch.testing.assert_close(digits_net.norm_layer(norm, 8)(x), oracle(x))


@pytest.mark.parametrize("widths", [(4,), (16, 32, 32), (8, 8, 8, 8)])
def test_shapes(widths):
    net = digits_net.build(DigitsNetSpec(widths=widths), 0)
    x = torch.zeros(2, 1, 8, 8)
    side = 8 // 2 ** (len(widths) - 1)
    assert net.blocks(x).shape == (2, widths[-1], side, side)
    assert net(x).shape == (2, 10)


@pytest.mark.parametrize(("spec", "says"), [
    (DigitsNetSpec(norm="power"), "unknown norm 'power'"),
    (DigitsNetSpec(widths=()), "0 blocks"),
    (DigitsNetSpec(widths=(8,) * 5), "5 blocks"),
    (DigitsNetSpec(widths=(6,)), "width 6"),
    (DigitsNetSpec(widths=(8, 0)), "width 0"),
    (DigitsNetSpec(widths=(1024,)), "width 1024"),
])  # fmt: skip
def test_what_cannot_be_built_is_said(spec, says):
    with pytest.raises(ValueError, match=says):
        digits_net.build(spec, 0)
