"""What is counted on the meta device, against torch with real tensors."""

import gc
import weakref

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.pricing import costs, zoo
from viz_models.analysis.pricing.counting import counted, saved_bytes
from viz_models.analysis.pricing.price import price
from viz_models.models import registry
from viz_models.models.builder.presets import preset
from viz_models.records import DataSpec, ModelRef, ZooSpec
from viz_models.training.loop.costs import cost

NETWORKS = (
    *("resnet18", "alexnet", "vgg11", "densenet121", "mobilenet_v2", "mobilenet_v3_small"),
    *("squeezenet1_0", "shufflenet_v2_x1_0", "efficientnet_b0", "googlenet", "vit_b_16", "swin_t"),
)


def torchs(net, x):
    """Bytes that torch keeps for the backward pass, parameters excluded."""
    own = {p.data_ptr() for p in (*net.parameters(), *net.buffers())}
    kept = {}

    def note(saved):
        storage = saved.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return saved.detach()  # an output that its own graph holds would never be freed

    with saved_tensors_hooks(note, lambda saved: saved):
        out = net(x)
    assert out is not None
    return sum(kept.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_kept_memory_is_torchs(name):
    ref = ModelRef(name=name)
    x = torch.randn(2, 3, ref.side, ref.side)
    expected = torchs(registry.build(ref).train(), x) / 2
    assert zoo.full_price(name).activation_bytes == pytest.approx(expected, rel=0.01)


def test_one_network_has_one_price():
    """Priced by formula, and counted as torchvision's own module, also where it is trained."""
    built, listed = price(preset("resnet18")), zoo.full_price("resnet18")
    assert listed.activation_bytes == built.activation_bytes == 22_179_840
    assert (listed.parameters, listed.macs) == (built.parameters, built.macs)
    trained = cost(ZooSpec(name="resnet18", classes=1000), DataSpec(name="cifar10", size=224))
    assert trained.activation_bytes == built.activation_bytes


def test_nothing_stays_on_a_network_that_was_counted():
    net = registry.skeleton(ModelRef(name="vit_b_16"))
    counted(net, (3, 224, 224))
    assert not net.training
    for module in net.modules():
        assert not module._forward_hooks
        assert "forward" not in vars(module)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "swin_t"])
def test_multiply_adds_are_half_of_torchs_operations(name):
    net = registry.skeleton(ModelRef(name=name))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        net(torch.empty(1, 3, 224, 224, device="meta"))
    assert zoo.full_price(name).macs == counter.get_total_flops() // 2
    assert costs.totals(steps_of(ModelRef(name=name))).macs == counter.get_total_flops() // 2


def test_dropout_in_attention_keeps_torchs_own_way():
    net = nn.MultiheadAttention(8, 2, dropout=0.1, batch_first=True)

    class Net(nn.Module):
        def __init__(self, attention):
            super().__init__()
            self.attention = attention

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False)[0]

    expected = torchs(Net(net), torch.randn(3, 5, 8)) - torchs(Net(net), torch.randn(2, 5, 8))
    found = counted(Net(net).to("meta"), (5, 8)).activation_bytes
    assert found == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "inception_v3",
            "23,834,568 of 27,161,264 parameters run: AuxLogits (3,326,696) helps the training "
            "only and does not run in eval mode.",
        ),
        (
            "googlenet",
            "6,624,904 of 13,004,888 parameters run: aux1 (3,188,968) and aux2 (3,191,016) help "
            "the training only and do not run in eval mode.",
        ),
        ("resnet18", ""),
        ("vit_b_16", ""),
        ("swin_t", ""),
    ],
)
def test_what_does_not_run_is_said(name, line):
    ref = ModelRef(name=name)
    assert zoo.left_out(ref) == line
    every = sum(p.numel() for p in registry.skeleton(ref).parameters())
    assert (costs.totals(steps_of(ref)).parameters < every) == bool(line)


def test_what_was_counted_is_freed():
    net, x = nn.Sequential(nn.Linear(8, 8), nn.Sigmoid()), torch.randn(4, 8)
    weight = weakref.ref(net[0].weight)
    assert saved_bytes(net, x) == 2 * x.nbytes
    del net
    gc.collect()
    assert weight() is None
