"""A bottleneck's facts beside torchvision's ResNet-50."""

from collections import OrderedDict

import pytest
import torch
import torchvision
from torchvision.models.resnet import BasicBlock

from viz_models.analysis.build.window_bottleneck import block, bottleneck
from viz_models.records import BottleneckSpec


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
def test_it_is_the_block_of_resnet50(stage):
    with torch.device("meta"):
        net = torchvision.models.resnet50()
    peer = getattr(net, f"layer{stage}")[1]
    found = bottleneck(BottleneckSpec(stage=stage))
    assert found.narrow.parameters == sum(p.numel() for p in peer.parameters())
    weights = [c.weight for c in (peer.conv1, peer.conv2, peer.conv3)]
    assert [c.parameters for c in found.narrow.convs] == [w.numel() for w in weights]
    assert [(c.outputs, c.inputs) for c in found.narrow.convs] == [w.shape[:2] for w in weights]


def test_its_output_is_torchvisions():
    torch_block = torchvision.models.resnet50().layer1[1].eval()
    ours = block("bottleneck", 256, 4)
    state = zip(ours.state_dict(), torch_block.state_dict().values(), strict=True)
    ours.load_state_dict(OrderedDict(state))
    x = torch.randn(1, 256, 9, 9, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(ours(x), torch_block(x))


def test_a_1x1_changes_channels_and_not_what_is_seen():
    found = bottleneck(BottleneckSpec())
    assert [(c.inputs, c.outputs, c.reach) for c in found.narrow.convs] == [
        (256, 64, 1),
        (64, 64, 3),
        (64, 256, 3),
    ]
    assert [c.reach for c in found.basic.convs] == [3, 5]


def test_basic_blocks_beside_it():
    found = bottleneck(BottleneckSpec())
    for facts, channels in ((found.basic, 256), (found.thin, 64)):
        peer = BasicBlock(channels, channels)
        assert facts.parameters == sum(p.numel() for p in peer.parameters())
        assert facts.macs == 2 * 9 * channels**2 * 56**2


def test_multiply_adds_add_up():
    found = bottleneck(BottleneckSpec(stage=3, reduce=8))
    assert found.narrow.macs == sum(c.macs for c in found.narrow.convs)
    assert found.narrow.convs[1].macs == 9 * 128**2 * 14**2


@pytest.mark.parametrize("spec", [BottleneckSpec(stage=5), BottleneckSpec(reduce=3)])
def test_what_does_not_exist_is_told(spec):
    with pytest.raises(ValueError, match=r"stages 1 to 4|choose 1, 2, 4"):
        bottleneck(spec)
