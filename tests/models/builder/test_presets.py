"""Networks with names are what their names say: torchvision's, or their papers' numbers."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.densenet import _DenseBlock
from torchvision.ops import SqueezeExcitation

from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets import PRESETS, TITLES, preset
from viz_models.models.builder.repair import repaired


def copied(net, peer):
    """Give a network the weights of a peer whose layers stand in the same order."""
    ours, theirs = net.state_dict(), peer.state_dict()
    assert [t.shape for t in ours.values()] == [t.shape for t in theirs.values()]
    net.load_state_dict(OrderedDict(zip(ours, theirs.values(), strict=True)))


def count(net):
    return sum(p.numel() for p in net.parameters())


TORCHVISION = {
    "resnet18": torchvision.models.resnet18,
    "resnet34": torchvision.models.resnet34,
    "resnet50": torchvision.models.resnet50,
    "resnext50": torchvision.models.resnext50_32x4d,
    "vgg11": torchvision.models.vgg11,
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_parameters_equal_torchvisions(name):
    with torch.device("meta"):
        peer = TORCHVISION[name]()
    ours = skeleton(PRESETS[name])
    shapes = [t.shape for t in ours.state_dict().values()]
    assert shapes == [t.shape for t in peer.state_dict().values()]
    assert count(ours) == count(peer)


@pytest.mark.slow
@pytest.mark.parametrize("name", TORCHVISION)
def test_outputs_equal_torchvisions_with_its_weights(name):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        peer = TORCHVISION[name]().eval()
    net = build(PRESETS[name]).eval()
    copied(net, peer)
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.equal(net(x), peer(x))


def test_densenet_block_equals_torchvisions():
    net = build(PRESETS["densenet_block"], seed=3)
    peer = _DenseBlock(6, num_input_features=64, bn_size=4, growth_rate=32, drop_rate=0.0)
    copied(net.stages[0], peer)
    x = torch.randn(2, 64, 8, 8, generator=torch.Generator().manual_seed(4))
    assert torch.equal(net.stages[0](x), peer(x))


def test_squeeze_and_excitation_equals_torchvisions():
    net = build(PRESETS["se_resnet18"], seed=5)
    se = net.blocks()[0].branch.se
    peer = SqueezeExcitation(64, 4)
    peer.fc1.weight.data, peer.fc1.bias.data = (
        se.squeeze.weight.data[:, :, None, None],
        se.squeeze.bias,
    )
    peer.fc2.weight.data, peer.fc2.bias.data = (
        se.excite.weight.data[:, :, None, None],
        se.excite.bias,
    )
    x = torch.randn(2, 64, 5, 5, generator=torch.Generator().manual_seed(6))
    assert torch.allclose(se(x), peer(x), rtol=1e-6, atol=1e-7)
    extra = count(net) - 11_689_512
    assert extra == 2 * sum(2 * c * c // 16 + c // 16 + c for c in (64, 128, 256, 512))


def test_lenet_is_what_is_taught():
    peer = nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )
    net = build(PRESETS["lenet5"])
    assert count(net) == 61_706
    copied(net, peer)
    x = torch.randn(3, 1, 32, 32, generator=torch.Generator().manual_seed(7))
    assert torch.equal(net(x), peer(x))


class CifarBlock(nn.Module):
    """As the paper describes it, option A."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.skip = stride, True

    def forward(self, x):
        out = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.skip:
            kept = x[:, :, :: self.stride, :: self.stride]
            zeros = torch.zeros(len(x), out.shape[1] - x.shape[1], *kept.shape[2:])
            out = out + torch.cat([kept, zeros], 1)
        return torch.relu(out)


def cifar(n, skip):
    layers, inputs = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for outputs in (16, 32, 64):
        for i in range(n):
            block = CifarBlock(inputs, outputs, 2 if outputs > inputs and i == 0 else 1)
            block.skip = skip
            layers.append(block)
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


@pytest.mark.parametrize(
    ("name", "n", "skip", "parameters"),
    [
        ("plain20", 3, False, 269_722),
        ("res20", 3, True, 269_722),
        ("plain56", 9, False, 853_018),
        ("res56", 9, True, 853_018),
    ],
)
def test_the_cifar_networks_of_the_resnet_paper(name, n, skip, parameters):
    net, peer = build(PRESETS[name], seed=8), cifar(n, skip)
    assert count(net) == count(peer) == parameters  # 0.27 M and 0.85 M in its table 6
    copied(net, peer)
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(9))
    assert torch.allclose(net(x), peer(x), rtol=1e-5, atol=1e-5)


def test_shufflenet_unit_is_figure_2b():
    block = build(PRESETS["shufflenet_unit"]).blocks()[1]
    kinds = [type(m).__name__ for m in block.branch]
    assert kinds == [
        "Conv2d", "BatchNorm2d", "ReLU", "ChannelShuffle",
        "Conv2d", "BatchNorm2d",
        "Conv2d", "BatchNorm2d",
    ]  # fmt: skip
    convs = [m for m in block.branch if isinstance(m, nn.Conv2d)]
    assert [(c.groups, c.kernel_size[0]) for c in convs] == [(3, 1), (60, 3), (3, 1)]
    assert (convs[1].in_channels, convs[1].out_channels) == (60, 60)  # depthwise
    assert isinstance(block.last.act, nn.ReLU)


def test_every_preset_can_be_built_as_it_is():
    assert {name: repaired(spec)[1] for name, spec in PRESETS.items()} == dict.fromkeys(PRESETS, ())
    assert set(TITLES) == set(PRESETS)


def test_presets_by_name():
    assert preset("res20") == replace(preset("plain20"), connect="residual")
    with pytest.raises(ValueError, match="choose from lenet5"):
        preset("resnet19")
