"""Counts of the family tree beside torchvision's and the papers' own."""

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import get_model, get_model_weights
from torchvision.models.mobilenetv2 import MobileNetV2

from viz_models.analysis.vision.architectures import Watch, cost
from viz_models.models.vision.architectures import network, skeleton
from viz_models.recordings.vision import architectures as recordings
from viz_models.records.vision.architectures import BY_NAME, FAMILY

THEIRS = [a.name for a in FAMILY if a.source == "torchvision"]
OURS = [a.name for a in FAMILY if a.source == "here"]


@pytest.mark.parametrize("name", THEIRS)
def test_counts_equal_torchvisions(name):
    recorded, meta = recordings.load().cost(name), get_model_weights(name).DEFAULT.meta
    # their table leaves out the auxiliary heads of GoogLeNet, and counts those of Inception v3
    without = {"googlenet": recorded.auxiliary}.get(name, 0)
    assert recorded.parameters - without == meta["num_params"]
    assert recorded.macs / 1e9 == pytest.approx(meta["_ops"], abs=6e-4)


@pytest.mark.parametrize("name", OURS)
def test_counts_are_the_papers(name):
    recorded, about = recordings.load().cost(name), BY_NAME[name]
    assert recorded.macs == pytest.approx(about.paper_macs, rel=0.01)
    if about.paper_parameters:
        assert recorded.parameters == pytest.approx(about.paper_parameters, rel=0.01)


@pytest.mark.parametrize("name", ["googlenet", "shufflenet_v1", "mobilenet_v1", "se_resnet50"])
def test_the_recording_is_what_is_counted_now(name):
    recorded, net = recordings.load().cost(name), skeleton(name)
    side = BY_NAME[name].side
    with Watch(net) as watch, watch.counting(), torch.no_grad():
        net(torch.empty(1, 3, side, side, device="meta"))
    found = [(t.name, t.kind, t.parameters, t.macs, t.traffic) for t in watch.layers]
    assert found == [
        (x.name, x.kind, x.parameters, x.macs, x.traffic_bytes) for x in recorded.layers
    ]
    assert recorded.total("macs") == recorded.macs
    assert recorded.total("traffic_bytes") == recorded.traffic_bytes
    assert recorded.ms_low <= recorded.ms <= recorded.ms_high


def test_layers_and_their_work_equal_torchs_counter():
    """FlopCounterMode counts by module, with hooks of its own."""
    net = get_model("resnet18", weights=None).eval()
    with FlopCounterMode(display=False, depth=None) as counter, torch.no_grad():
        net(torch.randn(1, 3, 224, 224))
    theirs = {
        name.removeprefix("ResNet."): sum(by.values()) // 2
        for name, by in counter.get_flop_counts().items()
    }
    for layer in recordings.load().cost("resnet18").layers:
        assert theirs[layer.name] == layer.macs


def test_traffic_is_what_a_layer_reads_and_writes():
    """VGG's last layer: its weights, its bias, 4,096 numbers in, 1,000 out."""
    last = recordings.load().cost("vgg11").layers[-1]
    assert last.traffic_bytes == 4 * (4096 * 1000 + 1000 + 4096 + 1000)
    assert (last.kind, last.output_bytes) == ("linear", 4000)


def test_networks_measured_now_leave_no_hook_and_no_random_number():
    before = torch.random.get_rng_state()
    found = cost("shufflenet_v2_x1_0", repeats=1)
    assert torch.equal(before, torch.random.get_rng_state())
    recorded = recordings.load().cost("shufflenet_v2_x1_0")
    assert [replace(x, ms=0) for x in found.layers] == [replace(x, ms=0) for x in recorded.layers]
    assert found.activation_bytes == recorded.activation_bytes
    assert found.ms > 0
    net = network("mobilenet_v2")
    assert isinstance(net, MobileNetV2)
    with Watch(net):
        pass
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


@pytest.mark.parametrize("repeats", [0, 31])
def test_a_wrong_number_of_repeats_is_refused(repeats):
    with pytest.raises(ValueError, match="repeats must be 1 to 30"):
        cost("alexnet", repeats)


def test_an_unknown_network_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match="choose alexnet, vgg11"):
        cost("lenet")
